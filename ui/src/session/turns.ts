/* Arranges the items of a transcript as they are read: turns, cards, steps. */
import type { Item } from '@/generated/Item';

/** Something a turn shows, one under the other. */
export type Block =
  | { kind: 'text'; item: Item }
  | { kind: 'reasoning'; item: Item }
  | { kind: 'code'; item: Item; results: readonly Item[] }
  | { kind: 'action'; item: Item; results: readonly Item[] }
  | { kind: 'call'; item: Item; results: readonly Item[] }
  | { kind: 'result'; item: Item }
  | { kind: 'error'; item: Item };

/** What the person said, and everything until they speak again. */
export type Turn = { id: string; said: readonly Item[]; blocks: readonly Block[] };

export function turns(items: readonly Item[]): Turn[] {
  const all: { id: string; said: Item[]; blocks: Block[] }[] = [];
  const parents = new Map<string, Item[]>();
  let saying = false;
  for (const item of items) {
    if (item.recipient === 'assistant') continue;
    const said = speaks(item);
    if (said || all.length === 0) {
      if (!saying || !said) all.push({ id: item.id, said: [], blocks: [] });
    }
    const turn = all[all.length - 1];
    if (!turn) continue;
    saying = said;
    if (saying) {
      turn.said.push(item);
      continue;
    }
    const under = item.parent === undefined ? undefined : parents.get(item.parent);
    if (under) {
      under.push(item);
      continue;
    }
    const block = blockOf(item);
    if (!block) continue;
    turn.blocks.push(block);
    if ('results' in block) parents.set(item.id, block.results as Item[]);
  }
  return all;
}

/**
 * Whether the person says something by it. Code that they run, and steps that they do
 * again, are cards like any other, in the turn they follow.
 */
export const speaks = ({ role, type }: Item): boolean =>
  role === 'user' && type !== 'code' && type !== 'action';

function blockOf(item: Item): Block | null {
  if (item.role === 'server') return item.type === 'error' ? { kind: 'error', item } : null;
  if (item.role === 'computer') return { kind: 'result', item };
  switch (item.type) {
    case 'message':
      return { kind: 'text', item };
    case 'reasoning':
      return { kind: 'reasoning', item };
    case 'code':
      return { kind: 'code', item, results: [] };
    case 'action':
      return { kind: 'action', item, results: [] };
    case 'call':
      return { kind: 'call', item, results: [] };
    case 'image':
      return { kind: 'result', item };
    default:
      return null;
  }
}

/** Text of an item, or nothing. */
export const textOf = (item: Item): string =>
  typeof item.content === 'string' ? item.content : '';

/** The code as it runs: what the person made of it, else what the model wrote. */
export const codeOf = (item: Item): string => item.edited ?? textOf(item);

/** Turns that are arranged anew only from where the items changed. */
export type Arranged = {
  items: readonly Item[];
  turns: readonly Turn[];
  starts: readonly number[];
};

export const NOTHING_ARRANGED: Arranged = { items: [], turns: [], starts: [] };

/** Arranges items as `turns` does, with the work of the last time; what is the same stays it. */
export function arrange(before: Arranged, items: readonly Item[]): Arranged {
  if (before.items === items) return before;
  let same = 0;
  const most = Math.min(before.items.length, items.length);
  while (same < most && before.items[same] === items[same]) same++;
  // The last turn that begins before the change is arranged again from its beginning.
  let kept = before.starts.findLastIndex((start) => start < same);
  if (kept > 0 && belongsEarlier(items, before.starts[kept] ?? 0)) kept = 0;
  const from = kept > 0 ? (before.starts[kept] ?? 0) : 0;
  if (kept <= 0) kept = 0;
  const fresh = turns(items.slice(from));
  const all = [
    ...before.turns.slice(0, kept),
    ...reuse(kept > 0 ? before.turns.slice(kept) : before.turns, fresh),
  ];
  const starts = before.starts.slice(0, kept);
  let at = 0;
  for (let index = from; index < items.length && at < fresh.length; index++) {
    if (items[index]?.id === fresh[at]?.id) {
      starts.push(index);
      at++;
    }
  }
  return { items, turns: all, starts };
}

/** Whether an item from here on is a result of one before. */
function belongsEarlier(items: readonly Item[], from: number): boolean {
  const here = new Set<string>();
  for (let at = from; at < items.length; at++) {
    const item = items[at];
    if (!item) continue;
    here.add(item.id);
    if (item.parent !== undefined && !here.has(item.parent)) return true;
  }
  return false;
}

/** Gives the old objects where nothing changed, so that memoised parts are not drawn again. */
export function reuse(before: readonly Turn[], now: readonly Turn[]): Turn[] {
  const old = new Map(before.map((turn) => [turn.id, turn]));
  return now.map((turn) => {
    const last = old.get(turn.id);
    if (!last) return turn;
    const blocks = turn.blocks.map((block, at) => {
      const other = last.blocks[at];
      return other && sameBlock(other, block) ? other : block;
    });
    const same = sameList(last.said, turn.said) && sameList(last.blocks, blocks);
    return same ? last : { ...turn, blocks };
  });
}

function sameBlock(a: Block, b: Block): boolean {
  if (a.kind !== b.kind || a.item !== b.item) return false;
  return !('results' in a) || !('results' in b) || sameList(a.results, b.results);
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

/** Whether it acts on the screen: an action, or a call that does the same. */
export const isStep = ({ type, content }: Item): boolean =>
  type === 'action' ||
  (type === 'call' &&
    /^(mouse|keyboard)\./.test((content as { name?: string } | null)?.name ?? ''));
