/* The rows of the list that is drawn in part: what was said, and each block under it. */
import { lineCount } from '@/components/format';
import { type Block, codeOf, type Turn, textOf } from '@/session/turns';

export type Row = {
  /** The id of its first item: stable while older pages come in front. */
  key: string;
  turn: Turn;
  /** The block; absent: what the person said. */
  block?: Block;
  /** The place of the block in its turn. */
  at: number;
};

const made = new WeakMap<Turn, readonly Row[]>();

/** All rows; those of a turn that did not change keep their identity. */
export function rowsOf(turns: readonly Turn[]): Row[] {
  return turns.flatMap((turn) => {
    let rows = made.get(turn);
    if (!rows) {
      const said = turn.said[0];
      rows = [
        ...(said ? [{ key: said.id, turn, at: -1 }] : []),
        ...turn.blocks.map((block, at): Row => ({ key: block.item.id, turn, block, at })),
      ];
      made.set(turn, rows);
    }
    return rows;
  });
}

/** The row that shows an item, as itself or as a result; -1: none does. */
export function rowOf(rows: readonly Row[], item: string): number {
  return rows.findIndex(({ turn, block }) =>
    block
      ? block.item.id === item ||
        ('results' in block && block.results.some((result) => result.id === item))
      : turn.said.some((said) => said.id === item),
  );
}

const LINE = 20;
const CARD = 96;
const FOLDED = 4;

/** About how high a row will be, before it was seen, in pixels. */
export function estimate(row: Row | undefined): number {
  if (!row) return 60;
  const { block, turn } = row;
  if (!block)
    return 54 + 22 * Math.floor(Math.min(2000, textOf(turn.said[0] as never).length) / 90);
  switch (block.kind) {
    case 'text':
      return 34 + 22 * Math.ceil(Math.min(20_000, textOf(block.item).length) / 80);
    case 'code': {
      const printed = block.results.filter(({ type }) => type === 'console');
      const lines = printed.reduce(
        (sum, item) => sum + Math.min(FOLDED, lineCount(textOf(item).slice(0, 400))),
        0,
      );
      const pictures = block.results.reduce(
        (sum, { type, height }) => sum + (type === 'image' ? Math.min(600, height ?? 240) : 0),
        0,
      );
      const code = pictures > 0 ? 1 : lineCount(codeOf(block.item).slice(0, 8000));
      return CARD + LINE * (code + lines) + pictures;
    }
    case 'error':
      return 110;
    case 'reasoning':
      return 40;
    case 'action':
      return 84;
    case 'call':
      return 50;
    case 'result':
      return block.item.type === 'image' ? 300 : 60;
  }
}
