import { expect, test } from 'vitest';
import { changedLines, changedSpans, diff } from './Source';

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

test.each([
  ['a = load("x.csv")', 'a = load("y.csv")', ['x'], ['y']],
  ['use.save(path)', 'use.save(path, index=False)', [], [', index=False']],
  ['one', 'quite another', null, null],
])('of %j and %j these characters differ', (before, after, removed, added) => {
  const spans = changedSpans(before, after);
  const texts = (text: string, list: readonly (readonly [number, number])[] | undefined) =>
    list?.map(([from, to]) => text.slice(from, to)) ?? null;
  expect(texts(before, spans?.removed)).toEqual(removed);
  expect(texts(after, spans?.added)).toEqual(added);
});
