/* How much of a conversation is held here: older items lie on the disk, and come back by page. */
import type { Item } from '@/generated/Item';
import type { Loaded } from './state';
import type { Transcript } from './transcript';
import { speaks } from './turns';

/** Items asked for at once. */
export const PAGE = 300;
/** More than these are not held while the end is followed, */
const MOST = 400;
/** but about so many of the newest. */
const KEPT = 200;
/** Transcripts held besides the one shown. */
const HELD = 3;

/**
 * Lets the oldest turns go where very many are held. What waits for the person, what
 * belongs to something that is kept, and `keep` stay, each with all that follows it.
 */
export function withoutOldest(loaded: Loaded, keep: readonly string[]): Loaded {
  const { transcript } = loaded;
  const { items, pending, inputs } = transcript;
  if (items.length <= MOST) return loaded;
  const at = new Map(items.map(({ id }, index) => [id, index]));
  let cut = items.length - KEPT;
  for (const id of [...keep, ...[...pending, ...inputs].map(({ item }) => item)]) {
    cut = Math.min(cut, at.get(id) ?? cut);
  }
  // Results lie after what they are results of.
  for (let index = items.length - 1; index >= cut; index--) {
    cut = Math.min(cut, at.get(items[index]?.parent ?? '') ?? cut);
  }
  while (cut > 0 && !begins(items, cut)) cut--;
  if (cut === 0) return loaded;
  return { ...loaded, more: true, transcript: { ...transcript, items: items.slice(cut) } };
}

/** Whether a turn begins with this item. */
function begins(items: readonly Item[], at: number): boolean {
  const says = (item: Item | undefined) => item !== undefined && speaks(item);
  return says(items[at]) && !says(items[at - 1]);
}

/** Older pages that were shown stay, so that the place in them is not lost. */
export function withOlder(
  before: Loaded | undefined,
  transcript: Transcript,
  more: boolean,
): Pick<Loaded, 'transcript' | 'more'> {
  const first = transcript.items[0]?.id;
  const old = before?.transcript.items ?? [];
  const at = first === undefined ? -1 : old.findIndex(({ id }) => id === first);
  if (!before || at <= 0) return { transcript, more };
  const items = [...old.slice(0, at), ...transcript.items];
  return { transcript: { ...transcript, items }, more: before.more };
}

/** Drops transcripts that were not shown for long. */
export function held(loaded: Record<string, Loaded>, current: string): Record<string, Loaded> {
  const ids = Object.keys(loaded).filter((id) => id !== current);
  const kept = ids.slice(-HELD);
  return Object.fromEntries([...kept, current].map((id) => [id, loaded[id] as Loaded]));
}
