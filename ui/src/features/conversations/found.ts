/* What the search page lists, and how one of it is opened. */
import { useCallback } from 'react';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { SearchHit } from '@/generated/SearchHit';
import { useActions, useSession } from '@/session/context';
import {
  byId,
  closeSearch,
  type Filters,
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

type Listed = { list: readonly Found[]; places: number; asked: boolean };
type Wanted = readonly [
  open: boolean,
  text: string,
  conversations: readonly ConversationSummary[] | null,
  hits: readonly SearchHit[] | null,
  filters: Filters,
];
const NOTHING: Listed = { list: [], places: 0, asked: false };

/** The field and the page ask for the same: it is made once for both. */
let last: { wanted: Wanted; made: Listed } | undefined;
function listed(wanted: Wanted): Listed {
  const before = last;
  if (before && wanted.every((value, at) => value === before.wanted[at])) return before.made;
  const made = listOf(wanted);
  last = { wanted, made };
  return made;
}

function listOf([open, text, conversations, hits, filters]: Wanted): Listed {
  if (!open) return NOTHING;
  const now = Date.now();
  if (text === '') {
    const list = (conversations ?? [])
      .filter((row) => passes(row, filters, now))
      .sort((a, b) => b.updated - a.updated)
      .map(
        (row): Found => ({
          id: row.id,
          title: row.title,
          group: 'contents',
          marked: null,
          places: [],
          row,
        }),
      );
    return { list, places: 0, asked: true };
  }
  const list = found(hits ?? [], byId(conversations), filters, now);
  const places = list.reduce(
    (sum, { places, marked }) => sum + places.length + (marked ? 1 : 0),
    0,
  );
  return { list, places, asked: hits !== null };
}

/** What is listed: hits by conversation, or, without a text, all that pass the filters. */
export function useFound(): Listed {
  const conversations = useSession((state) => state.conversations);
  const hits = useSearch((state) => state.hits);
  const text = useSearch((state) => state.text.trim());
  const filters = useSearch((state) => state.filters);
  const open = useSearch((state) => state.open);
  // Hits do not depend on what is typed since they came.
  return listed([open, text === '' ? '' : 'hits', conversations, hits, filters]);
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
