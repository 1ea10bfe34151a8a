import { expect, test } from 'vitest';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import { found, NO_FILTERS, passes } from './history';
import { merged, withMeta } from './list';

const row = (id: string, updated: number, more: Partial<ConversationSummary> = {}) => ({
  id,
  title: id,
  created: 0,
  updated,
  cost: 0,
  items: 1,
  pinned: false,
  archived: false,
  first: '',
  model: 'a/b',
  profile: 'default',
  ran_code: false,
  used_screen: false,
  has_files: false,
  failed: false,
  ...more,
});
const ids = (rows: readonly ConversationSummary[]) => rows.map(({ id }) => id);

test('older rows stay when only the newest are asked again', () => {
  const before = [row('d', 4), row('c', 3), row('b', 2), row('a', 1)];
  // b was used again, c is gone, a is older than what was asked for.
  expect(ids(merged(before, [row('b', 9), row('d', 4)], 2))).toEqual(['b', 'd', 'c', 'a']);
  expect(ids(merged(before, [row('b', 9), row('d', 4), row('x', 1.5)], 3))).toEqual([
    'b',
    'd',
    'x',
    'a',
  ]);
  // Fewer than were asked for: that is all there are.
  expect(ids(merged(before, [row('a', 1)], 2))).toEqual(['a']);
  expect(ids(merged(null, [row('a', 1)], 1))).toEqual(['a']);
});

test('a row keeps its identity where its conversation says nothing new', () => {
  const old = row('a', 1, { title: 'A talk', cost: 0.5 });
  expect(withMeta(old, { title: 'A talk', cost: 0.5, model: '', profile: '' })).toBe(old);
  expect(withMeta(old, { title: 'B', pinned: true })).toEqual({ ...old, title: 'B', pinned: true });
});

test('filters', () => {
  const now = 100 * 86_400_000;
  const one = row('a', now - 3 * 86_400_000, { ran_code: true, profile: 'work' });
  const check = (filters: object, expected: boolean) =>
    expect(passes(one, { ...NO_FILTERS, ...filters }, now)).toBe(expected);
  check({}, true);
  check({ flags: ['ran_code'] }, true);
  check({ flags: ['ran_code', 'failed'] }, false);
  check({ since: 'day' }, false);
  check({ since: 'week' }, true);
  check({ profile: 'work', model: 'a/b' }, true);
  check({ profile: 'default' }, false);
});

test('hits stand by conversation: titles that fit, contents, titles that nearly fit', () => {
  const hits = [
    { conversation: 'w', title: 'Hti', near: true, snippet: '\u0002Hti\u0003' },
    { conversation: 'z', title: 'Z hiT', near: true, snippet: 'Z \u0002hiT\u0003' },
    { conversation: 'x', title: 'X', item: '1', snippet: 'a \u0002hit\u0003' },
    { conversation: 'y', title: 'Hit', snippet: '\u0002Hit\u0003' },
    { conversation: 'x', title: 'X', item: '2', snippet: '\u0002hit\u0003 b' },
    { conversation: 'z', title: 'Z', item: '3', snippet: '\u0002hit\u0003' },
  ];
  const rows = new Map([
    ['x', row('x', 1)],
    ['z', row('z', 1, { failed: true })],
  ]);
  const list = found(hits, rows, NO_FILTERS, 0);
  expect(list.map(({ id, group, marked, places }) => [id, group, marked, places.length])).toEqual([
    ['y', 'titles', '\u0002Hit\u0003', 0],
    ['z', 'contents', 'Z \u0002hiT\u0003', 1],
    ['x', 'contents', null, 2],
    ['w', 'near', '\u0002Hti\u0003', 0],
  ]);
  const failed = found(hits, rows, { ...NO_FILTERS, flags: ['failed'] }, 0);
  expect(failed.map(({ id }) => id)).toEqual(['z']);
});
