import { expect, test } from 'vitest';
import { changedLines, diff } from './Source';

test.each([
  ['a\nb\nc', 'a\nb\nc', '   ', 0],
  ['a\nb\nc', 'a\nx\nc', ' -+ ', 1],
  ['a', 'a\nb\nc', ' ++', 2],
  ['a\nb\nc', 'c', '-- ', 2],
  ['', 'x', '-+', 1],
])('%j to %j', (before, after, signs, changed) => {
  const rows = diff(before.split('\n'), after.split('\n'));
  expect(rows.map(({ sign }) => sign).join('')).toBe(signs);
  expect(changedLines(before, after)).toBe(changed);
});

test('rows give back both texts', () => {
  const before = 'a\nb\nc\nd\ne'.split('\n');
  const after = 'a\nc\nx\nd\ny\ne'.split('\n');
  const rows = diff(before, after);
  expect(rows.filter(({ sign }) => sign !== '-').map(({ at }) => after[at])).toEqual(after);
  expect(rows.filter(({ sign }) => sign === '-').map(({ at }) => before[at])).toEqual(['b']);
});
