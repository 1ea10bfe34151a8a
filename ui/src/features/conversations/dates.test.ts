import { expect, test } from 'vitest';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import { entries, firstLine, groups, when } from './dates';

const at = (text: string) => new Date(text).getTime();
const row = (updated: string): ConversationSummary => ({
  id: updated,
  title: '',
  created: 0,
  updated: at(updated),
  cost: 0,
  items: 1,
  pinned: false,
  archived: false,
  first: '',
  model: '',
  profile: '',
  ran_code: false,
  used_screen: false,
  has_files: false,
  failed: false,
});

test('by calendar day, newest first', () => {
  const rows = [
    '2026-06-14T00:10',
    '2026-06-13T23:50',
    '2026-06-14T09:00',
    '2026-06-08T12:00',
    '2026-05-20T12:00',
    '2025-01-01T12:00',
  ].map(row);
  const found = groups(rows, at('2026-06-14T10:00')).map(({ name, rows }) => [
    name,
    ...rows.map(({ id }) => id),
  ]);
  expect(found).toEqual([
    ['today', '2026-06-14T09:00', '2026-06-14T00:10'],
    ['yesterday', '2026-06-13T23:50'],
    ['week', '2026-06-08T12:00'],
    ['month', '2026-05-20T12:00'],
    ['earlier', '2025-01-01T12:00'],
  ]);
});

test('pinned ones first, archived ones last and folded', () => {
  const now = at('2026-06-14T10:00');
  const rows = [
    row('2026-06-14T09:00'),
    { ...row('2026-06-01T09:00'), pinned: true },
    { ...row('2026-06-14T08:00'), archived: true, pinned: true },
  ];
  const words = (archive: boolean) =>
    entries(rows, now, archive).map((entry) =>
      entry.kind === 'row' ? entry.row.id : entry.kind === 'head' ? entry.name : entry.count,
    );
  expect(words(false)).toEqual(['pinned', '2026-06-01T09:00', 'today', '2026-06-14T09:00', 1]);
  expect(words(true).slice(-2)).toEqual([1, '2026-06-14T08:00']);
});

test.each([
  ['2026-06-14T09:05', '09:05'],
  ['2026-06-13T23:50', '23:50'],
  ['2026-06-10T12:00', 'Wed'],
  ['2026-05-03T12:00', '3 May'],
  ['2025-05-03T12:00', '3 May 2025'],
])('%s is said as %s', (moment, expected) => {
  expect(when(at(moment), at('2026-06-14T10:00'))).toBe(expected);
});

test('what was said first is not said twice', () => {
  expect(firstLine({ title: 'Rename the photos', first: 'Rename the photos' })).toBe('');
  expect(firstLine({ title: 'Rename the…', first: 'Rename the photos' })).toBe('');
  expect(firstLine({ title: 'Lisbon', first: 'Rename the  photos' })).toBe('Rename the photos');
});
