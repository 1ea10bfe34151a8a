import {
  Cloud,
  CornerDownLeft,
  HardDrive,
  type LucideIcon,
  MessageSquare,
  Search,
  Settings,
  SquareChevronRight,
} from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { modelName, providerName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { PickField, usePicking } from '@/components/PickField';
import { Keys } from '@/components/ShortcutList';
import { useActions, useBackend, useSession, useSessionStore } from '@/session/context';
import { fuzzy } from '@/session/fuzzy';
import { closeSearch, toSearch, useHistory, useHistoryActions } from '@/session/history';
import { closePage, openPage, SETTINGS } from '@/session/pages';
import { ACTIONS, type Action, perform, useBindings } from '@/session/shortcuts';
import { show, useView } from '@/session/view';

type Kind = 'action' | 'conversation' | 'model' | 'page' | 'search';
type Entry = {
  key: string;
  kind: Kind;
  icon: LucideIcon;
  text: string;
  detail?: string | undefined;
  chord?: string | null;
  /** Also found by these words. */
  also?: string;
  act: () => void;
};
type Shown = Entry & { at: readonly number[] };

/** Shown at most, and of each kind while nothing is written. */
const MOST = 60;
const RECENT = 5;
/** Actions weigh more than names that fit as well. */
const WEIGHT: Record<Kind, number> = { action: 6, page: 3, conversation: 2, model: 0, search: 0 };

/** Everything that can be done, found by a few letters. */
export function Palette() {
  const { t } = useTranslation();
  const open = useView((view) => view.palette);
  // What was chosen takes the focus itself, once this is gone.
  const chosen = useRef<(() => void) | null>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => show({ palette: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-70 bg-scrim/46" />
        <Dialog.Content
          aria-describedby={undefined}
          data-palette
          onCloseAutoFocus={(event) => {
            const act = chosen.current;
            chosen.current = null;
            if (!act) return;
            event.preventDefault();
            act();
          }}
          className="fixed top-[12vh] left-1/2 z-70 flex max-h-[70vh] w-140 max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col overflow-hidden rounded-4 border border-border-strong bg-raised outline-none"
        >
          <Dialog.Title className="sr-only">{t('palette.title')}</Dialog.Title>
          <Choices
            onChoose={(act) => {
              chosen.current = act;
              show({ palette: false });
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({ onChoose }: { onChoose: (act: () => void) => void }) {
  const { t } = useTranslation();
  const picking = usePicking();
  const { list, setAt } = picking;
  const text = picking.text.trim();
  const id = useId();
  const all = useEntries(text);
  const shown = useMemo(() => pick(all, text), [all, text]);
  const chosen = Math.min(picking.at, Math.max(0, shown.length - 1));
  return (
    <>
      <div className="relative flex-none border-border border-b">
        <Icon
          of={Search}
          className="pointer-events-none absolute inset-y-0 start-4 my-auto text-muted"
        />
        <PickField
          picking={picking}
          id={id}
          name={t('palette.title')}
          placeholder={t('palette.placeholder')}
          count={shown.length}
          onPick={(at) => shown[at] && onChoose(shown[at].act)}
          className="min-h-12 w-full bg-transparent ps-11 pe-4 text-14 outline-none"
        />
      </div>
      <div
        ref={list}
        id={`${id}list`}
        role="listbox"
        aria-label={t('palette.title')}
        className="min-h-0 flex-1 overflow-y-auto p-2"
      >
        {shown.map((entry, index) => {
          const head = shown[index - 1]?.kind !== entry.kind;
          return (
            <div key={entry.key} role="presentation">
              {head && (
                <p
                  aria-hidden
                  className={`px-2 pb-1 font-strong text-11 text-muted ${index === 0 ? 'pt-1' : 'pt-3'}`}
                >
                  {t(`palette.kind_${entry.kind}`)}
                </p>
              )}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys */}
              <div
                id={`${id}${index}`}
                role="option"
                tabIndex={-1}
                data-at={index}
                data-entry={entry.key}
                aria-selected={index === chosen}
                onClick={() => onChoose(entry.act)}
                onPointerMove={() => index !== chosen && setAt(index)}
                className="flex min-h-8 items-center gap-2 rounded-2 px-2 aria-selected:bg-selected"
              >
                <Icon of={entry.icon} size={14} className="text-muted" />
                <span className="min-w-0 flex-1 truncate">
                  <Fitted text={entry.text} at={entry.at} />
                  <span className="sr-only">, {t(`palette.kind_${entry.kind}`)}</span>
                </span>
                {entry.detail && (
                  <span className="max-w-40 flex-none truncate text-12 text-muted">
                    {entry.detail}
                  </span>
                )}
                {entry.chord ? (
                  <Keys chord={entry.chord} />
                ) : (
                  index === chosen && (
                    <Icon of={CornerDownLeft} size={12} className="text-muted rtl:-scale-x-100" />
                  )
                )}
              </div>
            </div>
          );
        })}
        {shown.length === 0 && (
          <p role="status" className="px-2 py-6 text-center text-muted">
            {t('palette.none')}
          </p>
        )}
      </div>
      <p className="flex-none border-border border-t px-4 py-2 text-11 text-muted">
        {t('palette.keys')}
      </p>
    </>
  );
}

/** The letters that fit, made strong. */
function Fitted({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return text;
  const fits = new Set(at);
  const parts: { text: string; fit: boolean }[] = [];
  for (const [index, letter] of [...text].entries()) {
    const fit = fits.has(index);
    const last = parts.at(-1);
    if (last && last.fit === fit) last.text += letter;
    else parts.push({ text: letter, fit });
  }
  return parts.map((part, index) =>
    part.fit ? (
      <span key={index} className="font-strong underline decoration-1 underline-offset-2">
        {part.text}
      </span>
    ) : (
      <span key={index}>{part.text}</span>
    ),
  );
}

function useEntries(text: string): readonly Entry[] {
  const { t } = useTranslation();
  const { open, choose } = useActions();
  const { loadAll, search } = useHistoryActions();
  const { shell } = useBackend();
  const store = useSessionStore();
  const bound = useBindings();
  const conversations = useSession((state) => state.conversations);
  const models = useSession((state) => state.models);
  const current = useSession((state) => state.current);
  const gone = useHistory((history) => history.gone.length > 0);
  useEffect(() => void loadAll(), [loadAll]);
  const all = useMemo(() => {
    const able = ({ id, needs }: Action) =>
      id !== 'palette' &&
      (needs === undefined ||
        (needs === 'conversation' && current !== null) ||
        (needs === 'deleted' && gone) ||
        (needs === 'shell' && shell !== undefined));
    const actions = (ACTIONS as readonly Action[]).filter(able).map(
      (action): Entry => ({
        key: action.id,
        kind: 'action',
        icon: SquareChevronRight,
        text: t(`palette.${action.id}`),
        chord: bound[action.id],
        act: () => perform(action.id),
      }),
    );
    const rows = [...(conversations ?? [])]
      .sort((a, b) => b.updated - a.updated)
      .map(
        (row): Entry => ({
          key: `c ${row.id}`,
          kind: 'conversation',
          icon: MessageSquare,
          text: row.title || t('sidebar.untitled'),
          detail: row.archived ? t('sidebar.archive') : undefined,
          act: () => {
            closeSearch();
            closePage();
            void open(row.id);
            document.getElementById('composer')?.focus();
          },
        }),
      );
    const names = models
      .filter(({ ready }) => ready)
      .map(
        ({ name, local }): Entry => ({
          key: `m ${name}`,
          kind: 'model',
          icon: local ? HardDrive : Cloud,
          text: modelName(name),
          detail: providerName(name),
          also: name,
          act: () => {
            void choose({ model: name });
            document.getElementById('composer')?.focus();
          },
        }),
      );
    const pages = SETTINGS.map(
      (name): Entry => ({
        key: `p ${name}`,
        kind: 'page',
        icon: Settings,
        text: t(`settings.pages.${name}`),
        also: t('palette.kind_page'),
        act: () => openPage(`settings/${name}`),
      }),
    );
    return [...actions, ...pages, ...rows, ...names];
  }, [t, bound, conversations, models, current, gone, shell, open, choose]);
  return useMemo(() => {
    const contents: Entry[] =
      text === ''
        ? []
        : [
            {
              key: 'search contents',
              kind: 'search',
              icon: Search,
              text: t('palette.searchFor', { text }),
              act: () => {
                toSearch(store.getState().current);
                search(text);
              },
            },
          ];
    return [...all, ...contents];
  }, [all, text, t, search, store]);
}

/** What fits, best first, kind by kind; without a text what is likely wanted. */
function pick(all: readonly Entry[], text: string): readonly Shown[] {
  if (text === '') {
    const rows = all.filter(({ kind }) => kind === 'conversation').slice(0, RECENT);
    const actions = all.filter(({ kind }) => kind === 'action');
    const pages = all.filter(({ kind }) => kind === 'page');
    return [...rows, ...actions, ...pages].map((entry) => ({ ...entry, at: [] }));
  }
  const fits = all.flatMap((entry) => {
    if (entry.kind === 'search') return [];
    const fit = fuzzy(text, entry.text);
    const other = fit ? null : entry.also ? fuzzy(text, entry.also) : null;
    const best = fit ?? (other && { score: other.score - 4, at: [] });
    return best ? [{ entry, at: best.at, score: best.score + WEIGHT[entry.kind] }] : [];
  });
  fits.sort((a, b) => b.score - a.score);
  const kinds = [...new Set(fits.slice(0, MOST).map(({ entry }) => entry.kind))];
  const shown = kinds.flatMap((kind) =>
    fits
      .slice(0, MOST)
      .filter(({ entry }) => entry.kind === kind)
      .map(({ entry, at }) => ({ ...entry, at })),
  );
  const search = all.filter(({ kind }) => kind === 'search').map((entry) => ({ ...entry, at: [] }));
  return [...shown, ...search];
}
