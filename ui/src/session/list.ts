/* The list of conversations: kept whole while only its newest part is asked again. */
import type { ConversationMeta } from '@/generated/ConversationMeta';
import type { ConversationSummary } from '@/generated/ConversationSummary';

type Rows = readonly ConversationSummary[];

/** Asked for at the start and after each turn; the rest when somebody looks for it. */
export const NEWEST = 500;

/**
 * The list after its newest rows were asked again. A full answer hides nothing
 * older, so what is older stays; what is missing in its range is gone.
 */
export function merged(before: Rows | null, newest: Rows, limit: number): Rows {
  if (!before || newest.length < limit) return newest;
  const oldest = newest.reduce((least, { updated }) => Math.min(least, updated), Infinity);
  const again = new Set(newest.map(({ id }) => id));
  const older = before.filter(({ id, updated }) => updated < oldest && !again.has(id));
  return older.length === 0 ? newest : [...newest, ...older];
}

/** A row after the conversation's own settings changed; the same object where nothing did. */
export function withMeta(row: ConversationSummary, content: unknown): ConversationSummary {
  const meta = (content ?? {}) as Partial<ConversationMeta>;
  const next: ConversationSummary = {
    ...row,
    title: meta.title || row.title,
    model: meta.model || row.model,
    profile: meta.profile || row.profile,
    cost: typeof meta.cost === 'number' ? meta.cost : row.cost,
    pinned: meta.pinned === true,
    archived: meta.archived === true,
  };
  const keys = Object.keys(next) as (keyof ConversationSummary)[];
  return keys.every((key) => next[key] === row[key]) ? row : next;
}
