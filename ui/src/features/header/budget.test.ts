import { expect, test } from 'vitest';
import { budgets, worst } from './budget';

const costs = { day: 4, month: 9, incomplete: false };

test.each([
  [0.1, null, null, []],
  [0.1, 1, null, [['conversation', 0.1]]],
  [
    0.1,
    null,
    { ...costs, day_limit: 5, month_limit: 10 },
    [
      ['day', 0.8],
      ['month', 0.9],
    ],
  ],
  // A limit of nothing is reached before anything is spent.
  [0, null, { ...costs, day: 0, day_limit: 0 }, [['day', 1]]],
])('cost %d, limit %d', (cost, limit, all, expected) => {
  const found = budgets(cost, limit, all).map(({ name, share }) => [name, share]);
  expect(found).toEqual(expected);
});

test('a turn that is near its limit is told', () => {
  const turn = { spent: 0.85, limit: 1 };
  expect(worst(budgets(0.9, 10, null, turn))).toEqual({ name: 'turn', share: 0.85, ...turn });
});

test('only a limit that is near is told, the nearest one', () => {
  expect(worst(budgets(0.79, 1, null))).toBeNull();
  expect(worst(budgets(0.8, 1, null))?.name).toBe('conversation');
  expect(worst(budgets(2, 1, { ...costs, day_limit: 5 }))?.name).toBe('conversation');
});
