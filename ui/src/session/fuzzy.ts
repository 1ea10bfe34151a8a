/* Finding names by a few of their letters, and by words that are nearly right. */

/** How well a text fits, and which of its characters fit; null: not at all. */
export type Fit = { score: number; at: readonly number[] };

const START = 8;
const WORD = 6;
const RUN = 5;

/**
 * Fits when the letters of the query stand in the text in their order. Letters at
 * the beginning, at beginnings of words and next to each other count more.
 */
export function fuzzy(query: string, text: string): Fit | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  if (wanted === '') return { score: 0, at: [] };
  const lower = text.toLowerCase();
  // A whole part of the text beats letters picked out of it.
  const whole = lower.indexOf(query.toLowerCase().trim());
  if (whole !== -1) {
    const length = query.trim().length;
    const bonus = whole === 0 ? START * 3 : /\W/.test(lower[whole - 1] ?? ' ') ? WORD * 3 : 0;
    return {
      score: length * (bonus > 0 ? RUN + 3 : RUN + 1) + bonus - text.length / 100,
      at: Array.from({ length }, (_, index) => whole + index),
    };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const near = at.at(-1);
    let found = lower.indexOf(letter, from);
    if (found === -1) return null;
    // The beginning of a later word is a better place than the middle of this one.
    if (found !== from) {
      for (let other = found; other !== -1; other = lower.indexOf(letter, other + 1)) {
        if (other === 0 || /[^\p{L}\p{N}]/u.test(lower[other - 1] ?? '')) {
          const rest = wanted.slice(at.length + 1);
          if (inOrder(rest, lower, other + 1)) found = other;
          break;
        }
      }
    }
    score += 1;
    if (found === 0) score += START;
    else if (/[^\p{L}\p{N}]/u.test(lower[found - 1] ?? '')) score += WORD;
    if (near !== undefined && found === near + 1) score += RUN;
    at.push(found);
    from = found + 1;
  }
  return { score: score - text.length / 100, at };
}

function inOrder(letters: string, text: string, from: number): boolean {
  let next = from;
  for (const letter of letters) {
    const found = text.indexOf(letter, next);
    if (found === -1) return false;
    next = found + 1;
  }
  return true;
}

/** Whether every word of the query is in the text, give or take a slip of the finger. */
export function nearly(query: string, text: string): boolean {
  const words = (value: string) => value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const wanted = words(query);
  const there = words(text);
  return (
    wanted.length > 0 &&
    wanted.every((word) =>
      there.some((other) => {
        const slips = word.length > 7 ? 2 : word.length > 3 ? 1 : 0;
        const start = other.slice(0, word.length + slips);
        return (
          other.includes(word) || distance(word, start) <= slips || distance(word, other) <= slips
        );
      }),
    )
  );
}

/** Letters to add, take away, change or swap to make one word of another. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const above = rows[i - 1] as number[];
      let least = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (rows[i - 2]?.[j - 2] as number) + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
