import {
  Check,
  ChevronLeft,
  ChevronRight,
  Ellipsis,
  Info,
  Languages,
  List,
  type LucideIcon,
  MessageSquare,
  Pencil,
  Play,
  TriangleAlert,
  WandSparkles,
} from 'lucide-react';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton, Key } from '@/components/Button';
import { modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { BuiltIn } from './actions';
import { ModelLine } from './ModelLine';
import { type Row, useChoices } from './useChoices';
import type { Surroundings } from './useSummons';
import type { Work } from './useTask';

const ICONS: Record<BuiltIn, LucideIcon> = {
  ask: MessageSquare,
  explain: Info,
  fix: Check,
  rewrite: Pencil,
  translate: Languages,
  summarise: List,
  run: Play,
};

/** Pasted text this long, or of several lines, is what is worked on, and no question. */
const LONG_PASTE = 80;

type Props = {
  text: string;
  language: string | undefined;
  editable: boolean;
  around: Surroundings | null;
  work: Work;
  /** Takes what was pasted as the text; absent: there is one. */
  onPaste: ((text: string) => void) | undefined;
  children: ReactNode;
};

/** The field and the list of what can be done. Nothing is sent before one is chosen. */
export function Choose(props: Props) {
  const { text, around, work, onPaste, children } = props;
  const { t } = useTranslation();
  const choices = useChoices(props);
  const { view, typed, rows, problem } = choices;
  const [at, setAt] = useState(0);
  const [hint, setHint] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: each list begins at its first row
  useEffect(() => {
    setAt(0);
    setHint(false);
    field.current?.focus();
  }, [view, text]);

  const chosen = Math.min(at, Math.max(0, rows.length - 1));
  const pick = (row: Row | undefined) => {
    if (!row || row.off) return;
    if (row.pick() === 'type first') {
      setHint(true);
      field.current?.focus();
    }
  };
  const enter = () => {
    if (typed.trim() !== '' && view !== 'translate') choices.send(typed.trim());
    else pick(rows[chosen]);
  };
  const keys = (event: KeyboardEvent) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    const inField = event.target === field.current;
    const button = event.target instanceof HTMLButtonElement;
    const free = !inField || typed === '';
    if (key === 'Escape' && view !== 'actions') choices.back();
    else if (key === 'ArrowDown') setAt(Math.min(chosen + 1, rows.length - 1));
    else if (key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (key === 'ArrowRight' && free && rows[chosen]?.more) rows[chosen]?.more?.();
    else if (key === 'ArrowLeft' && free && view !== 'actions') choices.back();
    else if (key === 'Backspace' && inField && free && view !== 'actions') choices.back();
    else if (key === 'Enter' && !button) enter();
    else if (/^[1-9]$/.test(key) && free && !event.altKey && rows[Number(key) - 1]) {
      pick(rows[Number(key) - 1]);
    } else if (/^[a-z]$/i.test(key) && (!inField || event.altKey)) {
      const row = rows.find(({ letter }) => letter === key.toUpperCase());
      if (!row) return;
      pick(row);
    } else return;
    event.preventDefault();
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text/plain');
    if (!onPaste || (pasted.length < LONG_PASTE && !pasted.trim().includes('\n'))) return;
    event.preventDefault();
    onPaste(pasted);
  };

  const name = t(view === 'translate' ? 'popup.languages' : 'popup.input');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the list work from everywhere in it
    <div onKeyDown={keys}>
      <div className="flex items-center gap-1 p-2">
        {view !== 'actions' && (
          <IconButton icon={ChevronLeft} name={t('popup.back')} onClick={choices.back} />
        )}
        <div className="relative min-w-0 flex-1">
          <input
            ref={field}
            role="combobox"
            aria-expanded={rows.length > 0}
            aria-controls={`${id}list`}
            aria-activedescendant={rows.length > 0 && typed === '' ? `${id}${chosen}` : undefined}
            aria-label={name}
            aria-describedby={hint ? `${id}hint` : undefined}
            placeholder={t(
              view === 'translate'
                ? 'popup.placeholderLanguage'
                : view === 'rewrite'
                  ? 'popup.placeholderHow'
                  : text === ''
                    ? 'popup.placeholderNothing'
                    : 'popup.placeholder',
            )}
            autoComplete="off"
            dir="auto"
            value={typed}
            onChange={(event) => {
              choices.type(event.target.value);
              setHint(false);
              setAt(0);
            }}
            onPaste={paste}
            className="h-8 min-h-9 w-full rounded-2 border border-border-strong bg-surface ps-3 pe-[3.75rem] text-14 focus-visible:border-focus focus-visible:outline-1 focus-visible:-outline-offset-2"
          />
          <span className="pointer-events-none absolute inset-y-0 end-3 flex items-center">
            <Key>Enter</Key>
          </span>
        </div>
      </div>
      {hint && (
        <p id={`${id}hint`} role="status" className="px-4 pb-2 text-12 text-muted">
          {t('popup.typeFirst')}
        </p>
      )}
      {children}
      {rows.length > 0 && (
        <div
          id={`${id}list`}
          role="listbox"
          aria-label={t(
            view === 'translate'
              ? 'popup.languages'
              : view === 'rewrite'
                ? 'popup.styles'
                : 'popup.actions',
          )}
          className="max-h-80 overflow-y-auto px-2 pb-2"
        >
          {rows.map((row, index) => (
            <RowLine
              key={row.id}
              id={`${id}${index}`}
              row={row}
              number={index < 9 && view !== 'translate' ? index + 1 : undefined}
              on={index === chosen && typed === ''}
              selected={index === chosen}
              onPoint={() => setAt(index)}
              onPick={() => pick(row)}
            />
          ))}
        </div>
      )}
      {problem && (
        <div className="mx-2 mb-2 flex items-center gap-2.5 rounded-2 border border-warning py-2 pr-2 pl-2.5">
          <Icon of={TriangleAlert} className="text-warning" />
          <div className="min-w-0 flex-1">
            <p className="font-strong text-12">
              {problem.state === 'key'
                ? t('popup.needsKey', { model: modelName(problem.name) })
                : t('popup.noModel')}
            </p>
            {problem.state === 'none' && (
              <p className="text-11 text-muted">{t('popup.noModelWhy')}</p>
            )}
          </div>
          <Button data-action="connect" onClick={work.connect}>
            {t('popup.connect')}
          </Button>
        </div>
      )}
      {work.failure && (
        <p role="alert" className="px-4 pb-2 text-12 text-danger">
          {work.failure.message}
        </p>
      )}
      <footer className="flex items-center gap-2 border-border border-t bg-sunken px-3 py-1.5 text-11 text-muted">
        <ModelLine model={around?.model} />
        <span className="ms-auto flex-none">{t('popup.nothingSent')}</span>
      </footer>
    </div>
  );
}

type LineProps = {
  id: string;
  row: Row;
  number: number | undefined;
  on: boolean;
  selected: boolean;
  onPoint: () => void;
  onPick: () => void;
};

function RowLine({ id, row, number, on, selected, onPoint, onPick }: LineProps) {
  const { t } = useTranslation();
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) line.current?.scrollIntoView?.({ block: 'nearest' });
  }, [selected]);
  const icon =
    row.icon === 'own'
      ? WandSparkles
      : row.icon === 'others'
        ? Ellipsis
        : row.icon && ICONS[row.icon];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
    <div
      ref={line}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-disabled={row.off ? true : undefined}
      title={row.off}
      data-row={row.id}
      onClick={onPick}
      onPointerMove={onPoint}
      className={`flex min-h-8 items-center gap-2 rounded-2 px-2 ${row.off ? 'text-faint' : ''} ${on ? 'bg-selected' : ''}`}
    >
      {number !== undefined && <Key>{String(number)}</Key>}
      {icon && <Icon of={icon} size={14} className="text-muted" />}
      <span
        className={`min-w-0 flex-1 truncate ${row.off ? 'line-through decoration-dotted' : ''}`}
      >
        {row.name}
      </span>
      {row.aside && (
        <span className="max-w-44 flex-none truncate text-12 text-muted">
          <span className="sr-only">, </span>
          {row.aside}
        </span>
      )}
      {row.more && (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: Right arrow does it
        <span
          data-more
          onClick={(event) => {
            event.stopPropagation();
            if (!row.off) row.more?.();
          }}
          className="-mr-1 grid size-6 place-items-center text-muted"
        >
          <Icon of={ChevronRight} size={14} />
          <span className="sr-only">. {t('popup.choices')}</span>
        </span>
      )}
    </div>
  );
}
