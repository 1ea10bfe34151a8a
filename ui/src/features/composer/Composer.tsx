import { ArrowUp, Coins, Monitor, Paperclip, Square, X } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  memo,
  useId,
  useLayoutEffect,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { dollars, thousands } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Mode } from '@/generated/Mode';
import { useActions, useSession } from '@/session/context';
import { usePreferences } from '@/session/preferences';
import { choices, NEW, shown } from '@/session/store';
import { show } from '@/session/view';
import { Attachments } from './Attachments';
import { useAttach } from './useAttach';
import { useEstimate } from './useEstimate';
import { useTurnState } from './useTurnState';
import { Waiting } from './Waiting';

const TALLEST = 240;

/**
 * Where the person writes. Enter sends and Shift Enter begins a line, or Ctrl Enter
 * sends where that was chosen; none of them ever runs code.
 */
export function Composer() {
  const { t } = useTranslation();
  const actions = useActions();
  const key = useSession((state) => state.current ?? NEW);
  const text = useSession((state) => state.drafts[key] ?? '');
  const attached = useSession((state) => state.attached[key]);
  const readOnly = useSession((state) => state.loaded[key]?.readOnly);
  const sending = useSession((state) => state.sending);
  const responding = useSession((state) => shown(state).responding);
  const os = useSession((state) => choices(state).os);
  const sendWith = usePreferences((chosen) => chosen.send_with);
  const field = useRef<HTMLTextAreaElement>(null);
  const attach = useAttach();
  const note = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: its height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
  }, [text]);

  const empty = text.trim() === '' && attached === undefined;
  const send = () => {
    if (empty || sending) return;
    attach.forget();
    void actions.send(text);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    const chord = event.ctrlKey || event.metaKey;
    if (sendWith === 'ctrl_enter') {
      if (!chord) return;
      event.preventDefault();
      send();
      return;
    }
    if (event.shiftKey) return;
    event.preventDefault();
    // With Ctrl it is the key of a card, and does nothing here.
    if (!chord) send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    void attach.take(files);
  };

  return (
    <div className="mx-auto w-full max-w-214 flex-none px-4 pb-4 wide:px-6" data-region="composer">
      <Waiting conversation={key} />
      <div className="rounded-3 border border-border-strong bg-surface has-[textarea:focus-visible]:border-focus has-[textarea:focus-visible]:ring-1 has-[textarea:focus-visible]:ring-focus has-[textarea:focus-visible]:ring-inset">
        {attached && <Attachments all={attached} onRemove={actions.detach} />}
        {attach.refused.length > 0 && (
          <div role="alert" className="flex items-start gap-2 px-3 pt-2 text-12">
            <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {attach.refused
                .map(({ name, why }) => t(`composer.refused_${why}`, { name }))
                .join(' ')}{' '}
              {!attach.inApp && t('composer.needsApp')}
            </p>
            <IconButton small icon={X} name={t('error.dismiss')} onClick={attach.forget} />
          </div>
        )}
        <textarea
          ref={field}
          id="composer"
          rows={1}
          dir="auto"
          aria-label={t('composer.label')}
          aria-describedby={note}
          placeholder={t(os ? 'composer.placeholderScreen' : 'composer.placeholder')}
          value={text}
          readOnly={readOnly !== undefined}
          onChange={(event) => actions.setDraft(event.target.value)}
          onKeyDown={keys}
          onPaste={paste}
          className="block max-h-60 min-h-9 w-full resize-none bg-transparent px-3 pt-2.5 pb-1 text-14 outline-none"
        />
        <Price />
        <div className="flex flex-wrap items-center gap-1 p-1.5 pt-1">
          <IconButton
            icon={Paperclip}
            name={t('composer.attach')}
            onClick={attach.pick}
            data-action="attach"
          />
          <input
            ref={attach.input}
            type="file"
            multiple
            hidden
            tabIndex={-1}
            aria-hidden
            onChange={(event) => {
              void attach.take([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <UseSwitch />
          <State id={note} readOnly={readOnly !== undefined} />
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

/** What goes on, in a few words. */
function State({ id, readOnly }: { id: string; readOnly: boolean }) {
  const { t } = useTranslation();
  const state = useTurnState();
  return (
    <span id={id} className="num min-w-0 flex-1 truncate px-2 text-right text-12 text-muted">
      {readOnly ? t('composer.readOnly') : state}
    </span>
  );
}

/** What an expensive message is expected to cost, before it is sent. */
const Price = memo(function Price() {
  const { t } = useTranslation();
  const found = useEstimate();
  if (!found) return null;
  const { tokens, cost, part } = found;
  return (
    <p className="num flex items-center gap-1.5 px-3 pb-1 text-12 text-muted" data-estimate>
      <Icon of={Coins} size={14} className="text-warning" />
      {[
        t('composer.estimateTokens', { tokens: thousands(tokens) }),
        cost !== undefined && t('composer.estimateCost', { cost: dollars(cost) }),
        part !== undefined &&
          t('composer.estimatePart', { part: Math.min(100, Math.round(part * 100)) }),
      ]
        .filter(Boolean)
        .join(' · ')}
    </p>
  );
});

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
