/* What the search page lists, and how one of it is opened. */
import { useCallback, useMemo } from 'react';
import { useActions, useSession } from '@/session/context';
import {
  closeSearch,
  type Found,
  found,
  markedIn,
  openFound as openBar,
  passes,
  useHistory,
  useHistoryActions,
  useSearch,
  visit,
} from '@/session/history';

/** The id of the list of hits. */
export const HITS = 'hits';
export const optionId = (at: number): string => `hit-${at}`;

/** What is listed: hits by conversation, or, without a text, all that pass the filters. */
export function useFound(): { list: readonly Found[]; places: number; asked: boolean } {
  const conversations = useSession((state) => state.conversations);
  const hits = useSearch((state) => state.hits);
  const text = useSearch((state) => state.text.trim());
  const filters = useSearch((state) => state.filters);
  const open = useSearch((state) => state.open);
  return useMemo(() => {
    if (!open) return { list: [], places: 0, asked: false };
    const now = Date.now();
    const rows = conversations ?? [];
    if (text === '') {
      const list = rows
        .filter((row) => passes(row, filters, now))
        .sort((a, b) => b.updated - a.updated)
        .map((row): Found => ({ id: row.id, title: row.title, marked: null, places: [], row }));
      return { list, places: 0, asked: true };
    }
    const known = new Map(rows.map((row) => [row.id, row]));
    const list = found(hits ?? [], known, filters, now);
    const places = list.reduce(
      (sum, { places, marked }) => sum + places.length + (marked ? 1 : 0),
      0,
    );
    return { list, places, asked: hits !== null };
  }, [open, conversations, hits, text, filters]);
}

/** Which place of a conversation a count names, round at the ends. */
export const placeAt = ({ places }: Found, match: number): number =>
  places.length === 0 ? -1 : ((match % places.length) + places.length) % places.length;

/** What the find bar shows of it. */
export const spots = ({ places }: Found) =>
  places.map(({ item, snippet }) => ({ item, index: 0, text: markedIn(snippet) ?? '' }));

/** Leaves the search for a conversation, at the hit that is chosen. */
export function useOpenFound(): (one: Found, match?: number) => Promise<void> {
  const { open } = useActions();
  const { loadAll } = useHistoryActions();
  return useCallback(
    async (one, match) => {
      const { text, match: chosen } = useSearch.getState();
      const at = placeAt(one, match ?? chosen);
      closeSearch();
      await open(one.id);
      if (at >= 0) {
        openBar(text.trim(), spots(one), at);
        visit();
      }
      if (useHistory.getState().whole) void loadAll();
      // The transcript takes the focus: arrow keys scroll on from the hit.
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>('[data-region="transcript"]')?.focus(),
      );
    },
    [open, loadAll],
  );
}
