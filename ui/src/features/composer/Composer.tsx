import { ArrowUp, Monitor, Square } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { type KeyboardEvent, useId, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { Mode } from '@/generated/Mode';
import { useActions, useSession } from '@/session/context';
import { choices, NEW, shown } from '@/session/store';
import { show } from '@/session/view';
import { useTurnState } from './useTurnState';

const TALLEST = 240;

/** Where the person writes. Enter sends, Shift Enter begins a line; neither ever runs code. */
export function Composer() {
  const { t } = useTranslation();
  const actions = useActions();
  const key = useSession((state) => state.current ?? NEW);
  const text = useSession((state) => state.drafts[key] ?? '');
  const queued = useSession((state) => state.queued[key]);
  const readOnly = useSession((state) => state.loaded[key]?.readOnly);
  const sending = useSession((state) => state.sending);
  const responding = useSession((state) => shown(state).responding);
  const os = useSession((state) => choices(state).os);
  const field = useRef<HTMLTextAreaElement>(null);
  const state = useTurnState();
  const note = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: its height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
  }, [text]);

  const empty = text.trim() === '';
  const send = () => {
    if (!empty && !sending) void actions.send(text);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    // With Ctrl it is the key of a card, and does nothing here.
    if (!event.ctrlKey && !event.metaKey) send();
  };

  return (
    <div className="mx-auto w-full max-w-214 flex-none px-4 pb-4 wide:px-6" data-region="composer">
      {queued !== undefined && (
        <div className="mb-2 flex flex-wrap items-center gap-2 rounded-3 border border-border bg-sunken py-1.5 pr-2 pl-3">
          <span className="min-w-40 flex-1 truncate">
            <span className="text-muted">{t('composer.queued')}: </span>
            {queued}
          </span>
          <Button onClick={() => actions.stopAndSend()}>{t('composer.queuedNow')}</Button>
          <Button look="quiet" onClick={() => actions.unqueue()}>
            {t('composer.queuedBack')}
          </Button>
        </div>
      )}
      <div className="rounded-3 border border-border-strong bg-surface has-[textarea:focus-visible]:border-focus has-[textarea:focus-visible]:ring-1 has-[textarea:focus-visible]:ring-focus has-[textarea:focus-visible]:ring-inset">
        <textarea
          ref={field}
          id="composer"
          rows={1}
          aria-label={t('composer.label')}
          aria-describedby={note}
          placeholder={t(os ? 'composer.placeholderScreen' : 'composer.placeholder')}
          value={text}
          readOnly={readOnly !== undefined}
          onChange={(event) => actions.setDraft(event.target.value)}
          onKeyDown={keys}
          className="block max-h-60 min-h-9 w-full resize-none bg-transparent px-3 pt-2.5 pb-1 text-14 outline-none"
        />
        <div className="flex flex-wrap items-center gap-1 p-1.5 pt-1">
          <UseSwitch />
          <span
            id={note}
            className="num min-w-0 flex-1 truncate px-2 text-right text-12 text-muted"
          >
            {readOnly ? t('composer.readOnly') : state}
          </span>
          <div className="flex gap-1">
            {responding && (
              <Button big icon={Square} iconFill onClick={() => actions.stop()} data-action="stop">
                {t('composer.stop')}
              </Button>
            )}
            <Button
              big
              look="primary"
              icon={ArrowUp}
              off={empty ? t('composer.sendEmpty') : readOnly?.message}
              onClick={send}
              data-action="send"
            >
              {t(responding && !empty ? 'composer.sendAfter' : 'composer.send')}
            </Button>
          </div>
        </div>
      </div>
    </div>
  );
}

type Use = 'chat' | 'code' | 'screen';

/** Chat, code, or the screen as well. The screen is asked for first. */
function UseSwitch() {
  const { t } = useTranslation();
  const { choose } = useActions();
  const mode = useSession((state) => choices(state).mode);
  const os = useSession((state) => choices(state).os);
  const standard = useSession((state) => state.defaults.mode);
  const use: Use = mode === 'chat_only' ? 'chat' : os ? 'screen' : 'code';
  const running: Mode =
    mode !== 'chat_only' ? mode : standard !== 'chat_only' ? standard : 'ask_every_time';
  const change = (next: string) => {
    if (next === 'chat') void choose({ mode: 'chat_only', os: false });
    else if (next === 'code') void choose({ mode: running, os: false });
    else if (next === 'screen') show({ consent: true });
  };
  return (
    <ToggleGroup.Root
      type="single"
      value={use}
      onValueChange={change}
      aria-label={t('composer.use')}
      className="inline-flex h-7 flex-none rounded-2 border border-border-strong bg-surface"
    >
      {(['chat', 'code', 'screen'] as const).map((value) => (
        <ToggleGroup.Item
          key={value}
          value={value}
          data-use={value}
          className="flex items-center gap-1.5 border-border px-2.5 text-muted transition-colors duration-(--d-1) first:rounded-l-[5px] last:rounded-r-[5px] not-first:border-l hover:bg-hover data-[state=on]:bg-selected data-[state=on]:font-strong data-[state=on]:text-text"
        >
          {value === 'screen' && <Icon of={Monitor} size={14} />}
          {t(`composer.${value}`)}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
