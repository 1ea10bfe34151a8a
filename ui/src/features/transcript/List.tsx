import { defaultRangeExtractor, observeElementRect, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, Hand } from 'lucide-react';
import {
  type FocusEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { useActions, useSession } from '@/session/context';
import { useJump } from '@/session/jump';
import { shown } from '@/session/store';
import type { Turn } from '@/session/turns';
import { ErrorNote } from './ErrorNote';
import { RetryNote } from './RetryNote';
import { RowView } from './RowView';
import { estimate, type Row, rowOf, rowsOf } from './rows';
import { useFollow } from './useFollow';
import { useJumps } from './useJumps';

/** Where each conversation was left, while the window is open. */
const left = new Map<string, { key: string; within: number } | null>();

/** Nearer than this many pictures' heights to the top, older pages are asked for. */
const EARLY = 2;
/** A conversation that is less high than this many pictures is held whole. */
const FAR = 6;
const ABOVE = 16;

/**
 * The rows of a conversation. Only those in view are drawn, and the one that has
 * the focus; heights are measured as they come.
 */
export function List({ conversation, turns }: { conversation: string; turns: readonly Turn[] }) {
  const { t } = useTranslation();
  const actions = useActions();
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const loaded = useSession((state) => state.loaded[conversation]);
  const pending = useSession((state) => shown(state).pending);
  const inputs = useSession((state) => shown(state).inputs);
  const responding = useSession((state) => shown(state).responding);
  const openFailed = useSession((state) => state.openFailed);
  const rows = useMemo(() => rowsOf(turns), [turns]);
  const more = loaded?.more === true;
  const waiting = pending.length + inputs.length;
  const last = rows.at(-1);
  const spoke = last?.at === -1 ? last.key : undefined;

  const [focused, setFocused] = useState<string>();
  const [place] = useState(() => left.get(conversation) ?? null);
  const follow = useFollow(box, content, spoke, place === null);

  const virtual = useVirtualizer<HTMLElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: 3,
    paddingStart: more ? 44 : ABOVE,
    paddingEnd: 0,
    scrollPaddingStart: ABOVE,
    scrollPaddingEnd: ABOVE,
    // Older pages come in front: what is seen stays where it is.
    anchorTo: 'end',
    scrollEndThreshold: 0,
    initialOffset: 1e9,
    initialRect: { width: 800, height: 800 },
    // A window that is hidden or not laid out keeps what it had drawn.
    observeElementRect: (instance, tell) =>
      observeElementRect(instance, (rect) => rect.height > 0 && tell(rect)),
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      const at = focused === undefined ? -1 : rows.findIndex(({ key }) => key === focused);
      if (at === -1 || seen.includes(at)) return seen;
      return [...seen, at].sort((a, b) => a - b);
    },
  });
  const bring = useJumps(box, virtual, rows, more, follow);

  // Back to where it was left, else to the end, before the first picture.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the list is made
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    const at = place ? rows.findIndex(({ key }) => key === place.key) : -1;
    if (place && at !== -1) {
      virtual.scrollToIndex(at, { align: 'start' });
      // From where the row was put, below the padding.
      requestAnimationFrame(() => virtual.scrollBy(place.within + ABOVE));
    } else follow.toEnd();
    return () => {
      const offset = area.scrollTop;
      const first = virtual.getVirtualItemForOffset(offset);
      if (follow.isPinned() || !first) left.delete(conversation);
      else left.set(conversation, { key: String(first.key), within: offset - first.start });
    };
  }, []);

  const offset = virtual.scrollOffset ?? 0;
  const height = virtual.scrollRect?.height ?? 800;
  useEffect(() => {
    if (more && !follow.isPinned() && offset < EARLY * height) void actions.showEarlier();
  }, [more, offset, height, actions, follow]);

  // What was read long ago is let go while the end is followed, so that a conversation
  // may go on for days. Not while somebody is on the way to a place in it.
  const far = virtual.getTotalSize() > FAR * height;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when there are other rows
  useEffect(() => {
    if (!far) return;
    const frame = requestAnimationFrame(() => {
      if (follow.isPinned() && !useJump.getState().place) actions.dropEarlier(focused);
    });
    return () => cancelAnimationFrame(frame);
  }, [far, rows, follow, focused, actions]);

  const noteFocus = (event: FocusEvent) =>
    setFocused(event.target.closest<HTMLElement>('[data-row]')?.dataset.row);
  const dropFocus = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setFocused(undefined);
  };

  const toWaiting = () => {
    const item = pending[0]?.item ?? inputs[0]?.item;
    if (item === undefined) return;
    bring(rowOf(rows, item), 'auto', (row) => {
      row.querySelector<HTMLElement>('[data-card]')?.focus();
    });
  };

  const seen = virtual.getVirtualItems();
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={box}
        aria-label={t('transcript.label')}
        data-region="transcript"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onFocus={noteFocus}
        onBlur={dropFocus}
        className="min-h-0 flex-1 scroll-py-4 overflow-y-auto overflow-x-hidden [overflow-anchor:none] -outline-offset-2"
      >
        <div ref={content} className="mx-auto w-full max-w-214 px-4 pb-1 wide:px-6">
          <div className="relative" style={{ minHeight: virtual.getTotalSize() }}>
            {more && (
              <div className="absolute inset-x-0 top-2 text-center">
                <Button look="quiet" onClick={() => actions.showEarlier()}>
                  {t('transcript.earlier')}
                </Button>
              </div>
            )}
            {groups(rows, seen).map(({ turn, before, members }) => (
              <div key={turn.id}>
                {before > 0 && <div style={{ height: before }} />}
                <article data-turn aria-label={t('transcript.turn', { text: words(turn) })}>
                  {members.map(({ row, index, gap }) => (
                    <div key={row.key}>
                      {gap > 0 && <div style={{ height: gap }} />}
                      <div
                        ref={virtual.measureElement}
                        data-index={index}
                        data-row={row.key}
                        className={
                          index + 1 < rows.length && rows[index + 1]?.turn === turn
                            ? 'pb-3'
                            : 'pb-4'
                        }
                      >
                        <RowView
                          row={row}
                          last={index === rows.length - 1}
                          responding={responding && turn === last?.turn}
                          asked={askedFor(row, pending)}
                          input={askedFor(row, inputs)}
                        />
                      </div>
                    </div>
                  ))}
                </article>
              </div>
            ))}
          </div>
          {loaded?.retry && (
            <div className="pb-4">
              <RetryNote retry={loaded.retry} />
            </div>
          )}
          {openFailed && (
            <div className="py-4">
              <ErrorNote
                failure={openFailed}
                onAgain={conversation ? () => actions.open(conversation) : undefined}
              />
            </div>
          )}
        </div>
      </section>
      <div className="pointer-events-none absolute right-6 bottom-3 flex gap-2 *:pointer-events-auto">
        {waiting > 0 && !follow.pinned && (
          <Button icon={Hand} onClick={toWaiting} data-action="to-waiting">
            {t('transcript.waiting', { count: waiting })}
          </Button>
        )}
        {!follow.pinned && virtual.getTotalSize() > height && (
          <Button icon={ArrowDown} onClick={follow.toEnd} data-action="to-end">
            {t('transcript.jump')}
          </Button>
        )}
      </div>
    </div>
  );
}

type Member = { row: Row; index: number; gap: number };
type Group = { turn: Turn; before: number; members: Member[] };

/** The rows that are drawn, by turn, with the space of those that are not. */
function groups(
  rows: readonly Row[],
  seen: readonly { index: number; start: number; end: number }[],
): Group[] {
  const all: Group[] = [];
  let end = 0;
  for (const { index, start, end: next } of seen) {
    const row = rows[index];
    if (!row) continue;
    const gap = Math.max(0, start - end);
    end = next;
    const group = all.at(-1);
    if (group && group.turn === row.turn) group.members.push({ row, index, gap });
    else all.push({ turn: row.turn, before: gap, members: [{ row, index, gap: 0 }] });
  }
  return all;
}

function askedFor<T extends { item: string }>(row: Row, all: readonly T[]): T | undefined {
  const id = row.block?.item.id;
  return id === undefined ? undefined : all.find(({ item }) => item === id);
}

/** The beginning of what was said, as the name of a turn. */
function words({ said }: Turn): string {
  const first = said.find(({ type }) => type === 'message')?.content;
  return typeof first === 'string' ? first.slice(0, 60) : '';
}
