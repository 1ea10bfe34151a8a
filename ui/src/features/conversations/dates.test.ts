import { expect, test } from 'vitest';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import { groups } from './dates';

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
