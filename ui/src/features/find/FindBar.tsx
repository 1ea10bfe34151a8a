import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useSession } from '@/session/context';
import { closeFind, step, useFind, useHistoryActions } from '@/session/history';
import { chordText, useBindings } from '@/session/shortcuts';

/** Finds a text in the conversation that is shown, also in what is not drawn. */
export function FindBar() {
  const open = useFind((find) => find.open);
  const current = useSession((state) => state.current);
  // Hits belong to one conversation.
  const shown = useRef(current);
  useEffect(() => {
    if (shown.current !== current && useFind.getState().hits === null) closeFind();
    shown.current = current;
  }, [current]);
  return open && current !== null ? <Bar key={current} /> : null;
}

function Bar() {
  const { t } = useTranslation();
  const { find } = useHistoryActions();
  const text = useFind((state) => state.text);
  const hits = useFind((state) => state.hits);
  const at = useFind((state) => state.at);
  const focus = useFind((state) => state.focus);
  const bound = useBindings();
  const field = useRef<HTMLInputElement>(null);
  /** What had the focus before; gets it back. */
  const origin = useRef<Element | null>(null);
  const asked = useRef(0);

  useEffect(() => {
    if (focus === 0 || focus === asked.current) return;
    asked.current = focus;
    if (document.activeElement !== field.current) origin.current = document.activeElement;
    field.current?.focus();
    field.current?.select();
  }, [focus]);
  useEffect(() => () => closeFind(), []);

  const close = () => {
    closeFind();
    const back = origin.current;
    if (back instanceof HTMLElement && back.isConnected && back !== document.body) back.focus();
    else document.querySelector<HTMLElement>('[data-region="transcript"]')?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const hint = (id: 'next_hit' | 'previous_hit') => {
    const chord = bound[id];
    return chord ? ` (${chordText(chord)})` : '';
  };
  const none = hits !== null && hits.length === 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: web views before 2023 do not know the element
    <div
      role="search"
      aria-label={t('history.find')}
      data-region="find"
      onKeyDown={keys}
      className="flex min-h-10 flex-none items-center gap-2 border-border border-b bg-surface px-3"
    >
      <Icon of={Search} size={14} className="text-muted" />
      <input
        ref={field}
        type="text"
        data-find
        aria-label={t('history.find')}
        placeholder={t('history.find')}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={none || undefined}
        value={text}
        onChange={(event) => find(event.target.value)}
        className="h-7 min-w-20 max-w-90 flex-1 rounded-2 border border-border-strong bg-surface px-2 focus-visible:border-focus focus-visible:-outline-offset-2"
      />
      <p role="status" data-count className="num min-w-16 flex-none text-12 text-muted">
        {hits === null || text === ''
          ? ''
          : none
            ? t('history.findNone')
            : t('history.findAt', {
                at: whole(at + 1),
                count: hits.length,
                all: whole(hits.length),
              })}
      </p>
      <IconButton
        icon={ChevronUp}
        name={t('history.previous')}
        title={t('history.previous') + hint('previous_hit')}
        onClick={() => step(-1)}
      />
      <IconButton
        icon={ChevronDown}
        name={t('history.next')}
        title={t('history.next') + hint('next_hit')}
        onClick={() => step(1)}
      />
      <IconButton icon={X} name={t('history.findClose')} onClick={close} />
    </div>
  );
}
