import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { Archive, ChevronDown, ChevronRight, Download, MessageSquare } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useSession } from '@/session/context';
import { useHistoryActions } from '@/session/history';
import { type Entry, entries } from './dates';
import { measureRow, observeRect } from './observe';
import { Row } from './Row';

/** Rows kept ready above and below what is seen. */
const SPARE = 12;

/** All conversations, by date; only those in sight are drawn. */
export function List({ onOpen }: { onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const { loadAll, remove, importFile } = useHistoryActions();
  const conversations = useSession((state) => state.conversations);
  const current = useSession((state) => state.current);
  const activity = useSession((state) => state.activity);
  const [archive, setArchive] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  /** The row that shall have the focus as soon as it is drawn. */
  const wanted = useRef<string | null>(null);
  const now = useToday();

  const all = useMemo(
    () => entries(conversations ?? [], now, archive),
    [conversations, now, archive],
  );
  const places = useMemo(
    () => new Map(all.flatMap((entry, at) => (entry.kind === 'row' ? [[entry.row.id, at]] : []))),
    [all],
  ) as ReadonlyMap<string, number>;
  const reachable =
    active !== null && places.has(active)
      ? active
      : current !== null && places.has(current)
        ? current
        : (all.find((entry) => entry.kind === 'row') as { row: { id: string } } | undefined)?.row
            .id;

  const virtual = useVirtualizer<HTMLElement, Element>({
    count: all.length,
    getScrollElement: () => box.current,
    estimateSize: (at) => (all[at]?.kind === 'row' ? 44 : 32),
    getItemKey: (at) => keyOf(all[at]),
    overscan: SPARE,
    initialRect: { width: 240, height: 800 },
    observeElementRect: observeRect,
    measureElement: measureRow,
    // What has the focus stays, wherever the list is scrolled to.
    rangeExtractor: useCallback(
      (range: Range) => {
        const kept = reachable === undefined ? undefined : places.get(reachable);
        const drawn = defaultRangeExtractor(range);
        return kept === undefined || drawn.includes(kept)
          ? drawn
          : [...drawn, kept].sort((a, b) => a - b);
      },
      [places, reachable],
    ),
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= all.length - SPARE - 20) void loadAll();
  }, [last, all.length, loadAll]);

  // The archive may lie beyond the newest rows.
  useEffect(() => {
    if (archive) void loadAll();
  }, [archive, loadAll]);

  useEffect(() => {
    if (wanted.current === null) return;
    const row = rowOf(box.current, wanted.current);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  const focusOn = useCallback(
    (id: string | undefined) => {
      const at = id === undefined ? undefined : places.get(id);
      if (id === undefined || at === undefined) return;
      wanted.current = id;
      setActive(id);
      virtual.scrollToIndex(at, { align: 'auto' });
      const row = rowOf(box.current, id);
      if (row) {
        wanted.current = null;
        row.focus({ preventScroll: true });
      }
    },
    [places, virtual],
  );
  const neighbour = useCallback(
    (id: string, by: 1 | -1): string | undefined => {
      const at = places.get(id);
      if (at === undefined) return undefined;
      for (let next = at + by; next >= 0 && next < all.length; next += by) {
        const entry = all[next];
        if (entry?.kind === 'row') return entry.row.id;
      }
      return undefined;
    },
    [all, places],
  );

  const keys = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const id = target.dataset.conversation;
    if (id === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = all.filter((entry) => entry.kind === 'row');
    let next: string | undefined;
    if (event.key === 'ArrowDown') next = neighbour(id, 1);
    else if (event.key === 'ArrowUp') next = neighbour(id, -1);
    else if (event.key === 'Home') next = rows[0]?.row.id;
    else if (event.key === 'End') next = rows.at(-1)?.row.id;
    else if (event.key === 'PageDown' || event.key === 'PageUp') {
      const at = rows.findIndex(({ row }) => row.id === id);
      const far = at + (event.key === 'PageDown' ? 10 : -10);
      next = rows[Math.max(0, Math.min(rows.length - 1, far))]?.row.id;
    } else return;
    event.preventDefault();
    focusOn(next);
  };

  const after = useRef<string | undefined>(undefined);
  const removed = useCallback(() => focusOn(after.current), [focusOn]);
  const onRemove = useCallback(
    async (id: string) => {
      const next = neighbour(id, 1) ?? neighbour(id, -1);
      if (await remove(id)) focusOn(next);
    },
    [neighbour, remove, focusOn],
  );
  const onFocus = useCallback(
    (id: string) => {
      setActive(id);
      after.current = neighbour(id, 1) ?? neighbour(id, -1);
    },
    [neighbour],
  );

  if (conversations?.length === 0) {
    return (
      <div className="flex min-h-0 flex-1 flex-col items-center gap-1 overflow-y-auto px-4 py-10 text-center">
        <Icon of={MessageSquare} size={20} className="mb-1 text-muted" />
        <p className="font-strong">{t('sidebar.empty')}</p>
        <p className="text-12 text-muted">{t('sidebar.emptyWhy')}</p>
        <Button icon={Download} className="mt-2" data-action="import" onClick={importFile}>
          {t('history.import')}
        </Button>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys on top of ordinary buttons
    <div
      ref={box}
      onKeyDown={keys}
      data-list
      className="min-h-0 flex-1 overflow-y-auto overflow-x-hidden [overflow-anchor:none]"
    >
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const entry = all[index];
          if (!entry) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={all.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0 px-2 pb-px"
              style={{ transform: `translateY(${start}px)` }}
            >
              {entry.kind === 'head' ? (
                <h2 className="px-2 pt-3 pb-1 font-strong text-11 text-muted">
                  {t(`sidebar.${entry.name}`)}
                </h2>
              ) : entry.kind === 'archive' ? (
                <button
                  type="button"
                  aria-expanded={archive}
                  data-action="archive-fold"
                  onClick={() => setArchive(!archive)}
                  className="mt-3 flex h-8 w-full items-center gap-2 rounded-2 px-2 text-start text-muted transition-colors duration-(--d-1) hover:bg-hover"
                >
                  <Icon of={Archive} size={14} />
                  <span className="flex-1">{t('sidebar.archive')}</span>
                  <span className="num text-11">{whole(entry.count)}</span>
                  <Icon
                    of={archive ? ChevronDown : ChevronRight}
                    size={14}
                    className="rtl:-scale-x-100"
                  />
                </button>
              ) : (
                <Row
                  row={entry.row}
                  now={now}
                  current={entry.row.id === current}
                  reachable={entry.row.id === reachable}
                  activity={activity[entry.row.id]}
                  onOpen={onOpen}
                  onRemove={onRemove}
                  onRemoved={removed}
                  onFocus={onFocus}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const keyOf = (entry: Entry | undefined): string =>
  entry?.kind === 'row'
    ? entry.row.id
    : entry?.kind === 'head'
      ? `head ${entry.name}`
      : 'head archive';

const rowOf = (box: HTMLElement | null, id: string) =>
  box?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`);

/** Now; told again when a new day begins, so that the groups stay right. */
function useToday(): number {
  const [now, setNow] = useState(() => Date.now());
  const conversations = useSession((state) => state.conversations);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list is dated anew
  useEffect(() => setNow((before) => sameDay(before)), [conversations]);
  useEffect(() => {
    const midnight = new Date(now).setHours(24, 0, 1, 0);
    const timer = setTimeout(() => setNow(Date.now()), Math.min(midnight - now, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}

/** The old moment while it is still that day, so that no row is drawn for a second that passed. */
function sameDay(before: number): number {
  const now = Date.now();
  return new Date(now).toDateString() === new Date(before).toDateString() ? before : now;
}
