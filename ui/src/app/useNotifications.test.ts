import { expect, test } from 'vitest';
import { FakeBackend } from '@/backend/fake';
import type { Activity, SessionState } from '@/session/state';
import { createSession } from '@/session/store';
import { type News, newsBetween } from './useNotifications';

const IDLE: Activity = { seq: 0, responding: false, waiting: false, live: false };
const base = createSession(new FakeBackend()).store.getState();
const state = (activity: Partial<Activity>): SessionState => ({
  ...base,
  activity: { c: { ...IDLE, ...activity } },
});

test.each<[string, [number, Partial<Activity>][], News['what'][]]>([
  [
    'a short turn',
    [
      [0, { responding: true }],
      [5_000, {}],
    ],
    [],
  ],
  [
    'a long turn',
    [
      [0, { responding: true }],
      [20_001, {}],
    ],
    ['finished'],
  ],
  [
    'an approval, said once',
    [
      [0, { responding: true }],
      [1_000, { responding: true, waiting: true }],
      [2_000, { responding: true, waiting: true, seq: 9 }],
      [3_000, { responding: true }],
    ],
    ['approval'],
  ],
  [
    'a step on the screen',
    [
      [0, { responding: true, live: true }],
      [1_000, { responding: true, live: true, waiting: true }],
    ],
    ['step'],
  ],
  [
    'the next turn is measured anew',
    [
      [0, { responding: true }],
      [5_000, {}],
      [60_000, { responding: true }],
      [65_000, {}],
    ],
    [],
  ],
])('%s', (_, steps, expected) => {
  const began = new Map<string, number>();
  let before = state({});
  const news = steps.flatMap(([at, activity]) => {
    const now = state(activity);
    const found = newsBetween(before, now, began, at);
    before = now;
    return found;
  });
  expect(news).toEqual(expected.map((what) => ({ id: 'c', what })));
});
