/* What changed between two texts, word by word. */
import { diffWordsWithSpace } from 'diff';

export type Piece = { text: string; kind: 'same' | 'added' | 'removed' };

/** Looking longer than this, in milliseconds, is not worth it. */
const PATIENCE = 250;

/** The pieces in their order; null where the texts are too long or too unlike. */
export function difference(before: string, after: string): Piece[] | null {
  const changes = diffWordsWithSpace(before, after, { timeout: PATIENCE });
  return (
    changes?.map(({ value, added, removed }) => ({
      text: value,
      kind: added ? 'added' : removed ? 'removed' : 'same',
    })) ?? null
  );
}

/** Places that changed: what was taken away and what came in its place are one. */
export function changeCount(pieces: readonly Piece[]): number {
  let count = 0;
  let inside = false;
  for (const { kind } of pieces) {
    if (kind !== 'same' && !inside) count++;
    inside = kind !== 'same';
  }
  return count;
}
