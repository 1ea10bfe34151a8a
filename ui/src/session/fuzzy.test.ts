import { expect, test } from 'vitest';
import { distance, fuzzy, nearly } from './fuzzy';

const best = (query: string, ...texts: string[]) =>
  texts
    .flatMap((text) => {
      const fit = fuzzy(query, text);
      return fit ? [{ text, score: fit.score }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ text }) => text);

test('letters in their order; beginnings and whole parts first', () => {
  expect(best('exp', 'Next part', 'Export as JSON', 'Stop')).toEqual([
    'Export as JSON',
    'Next part',
  ]);
  expect(best('nc', 'Next conversation', 'Bench', 'Once')).toEqual([
    'Next conversation',
    'Once',
    'Bench',
  ]);
  expect(best('set', 'Reset all', 'Settings')).toEqual(['Settings', 'Reset all']);
  expect(fuzzy('zz', 'Zoom')).toBeNull();
  expect(fuzzy('', 'anything')).toEqual({ score: 0, at: [] });
  expect(fuzzy('fc', 'Find in this Conversation')?.at).toEqual([0, 13]);
});

test.each([
  ['norland', 'File the Norrland invoice', true],
  ['invoce norland', 'File the Norrland invoice', true],
  ['nor', 'File the Norrland invoice', true],
  ['xor', 'File the Norrland invoice', false],
  ['photo', 'Rename the Lisbon photos', true],
  ['', 'anything', false],
])('%s comes close to %s: %s', (query, text, expected) => {
  expect(nearly(query, text)).toBe(expected);
});

test.each([
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['norland', 'norrland', 1],
])('from %s to %s', (a, b, expected) => {
  expect(distance(a, b)).toBe(expected);
});
