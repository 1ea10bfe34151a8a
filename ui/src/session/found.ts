/* What a search over all conversations found, as it is listed and narrowed down. */
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { SearchHit } from '@/generated/SearchHit';

export type Since = 'any' | 'day' | 'week' | 'month' | 'year';
export const FLAGS = ['ran_code', 'used_screen', 'has_files', 'failed'] as const;
export type Flag = (typeof FLAGS)[number];
export type Filters = {
  flags: readonly Flag[];
  since: Since;
  profile: string | null;
  model: string | null;
};
export const NO_FILTERS: Filters = { flags: [], since: 'any', profile: null, model: null };

const DAY = 86_400_000;
const SPANS: Record<Exclude<Since, 'any'>, number> = { day: 1, week: 7, month: 30, year: 365 };

export function passes(row: ConversationSummary, filters: Filters, now: number): boolean {
  const { flags, since, profile, model } = filters;
  return (
    flags.every((flag) => row[flag]) &&
    (since === 'any' || row.updated >= now - SPANS[since] * DAY) &&
    (profile === null || row.profile === profile) &&
    (model === null || row.model === model)
  );
}

export const isFiltered = ({ flags, since, profile, model }: Filters): boolean =>
  flags.length > 0 || since !== 'any' || profile !== null || model !== null;

/** What of a conversation fits: its title, its contents, or its title but for a slip. */
export type Group = 'titles' | 'contents' | 'near';

/** A conversation with what was found in it. */
export type Found = {
  id: string;
  title: string;
  group: Group;
  /** The title with its hits marked, where it has any. */
  marked: string | null;
  places: readonly (SearchHit & { item: string })[];
  row: ConversationSummary | undefined;
};

type Writable = Omit<Found, 'places'> & { places: (SearchHit & { item: string })[] };

/** Hits by conversation: titles that fit, then contents, then titles that nearly fit. */
export function found(
  hits: readonly SearchHit[],
  rows: ReadonlyMap<string, ConversationSummary>,
  filters: Filters,
  now: number,
): Found[] {
  const all = new Map<string, Writable>();
  const filtered = isFiltered(filters);
  for (const hit of hits) {
    const { conversation: id, title, item } = hit;
    const row = rows.get(id);
    if (filtered && !(row && passes(row, filters, now))) continue;
    let one = all.get(id);
    if (!one) {
      one = { id, title, group: 'contents', marked: null, places: [], row };
      all.set(id, one);
    }
    if (item !== undefined) one.places.push({ ...hit, item });
    else {
      one.marked = hit.snippet || title;
      if (!hit.near) one.group = 'titles';
    }
  }
  const groups: Record<Group, Found[]> = { titles: [], contents: [], near: [] };
  for (const one of all.values()) {
    if (one.group === 'contents' && one.places.length === 0) one.group = 'near';
    groups[one.group].push(one);
  }
  return [...groups.titles, ...groups.contents, ...groups.near];
}

type Rows = readonly ConversationSummary[];
const tables = new WeakMap<Rows, ReadonlyMap<string, ConversationSummary>>();
const NO_ROWS: Rows = [];

/** The list as a table, made once for each list. */
export function byId(rows: Rows | null): ReadonlyMap<string, ConversationSummary> {
  const list = rows ?? NO_ROWS;
  let table = tables.get(list);
  if (!table) {
    table = new Map(list.map((row) => [row.id, row]));
    tables.set(list, table);
  }
  return table;
}

/** The first words that are marked in a snippet. */
export const markedIn = (snippet: string): string | undefined =>
  snippet.split('\u0002')[1]?.split('\u0003')[0];
