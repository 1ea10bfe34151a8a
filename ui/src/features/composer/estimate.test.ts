import { expect, test } from 'vitest';
import { EMPTY } from '@/session/transcript';
import { estimate, leftOf } from './estimate';

const usage = { ...EMPTY.usage, input_tokens: 100_000, cost_usd: 0.3 };
const costs = { day: 1, month: 5, incomplete: false };

test.each([
  ['little is not spoken of', [1000, 'hi', 10, false], null],
  [
    'a large part of what is left is',
    [10_000, '', 0.5, false],
    { tokens: 10_000, cost: 0.03, part: 0.06 },
  ],
  ['nothing left is all of it', [100, '', 0, false], { tokens: 100, cost: 0.0003, part: 1 }],
  [
    'a long text is, without a budget',
    [0, 'x'.repeat(240_000), null, false],
    { tokens: 60_000, cost: 0.18 },
  ],
  ['what runs here is free', [0, 'x'.repeat(240_000), 1, true], null],
] as const)('%s', (_, [past, text, left, local], expected) => {
  const found = estimate(past, text, [], usage, left, local);
  expect(found && JSON.parse(JSON.stringify(found))).toEqual(
    expected && {
      ...expected,
      cost: expect.closeTo(expected.cost, 6),
      ...('part' in expected && { part: expect.closeTo(expected.part, 6) }),
    },
  );
});

test('the tightest budget counts', () => {
  expect(leftOf(null, null, 1)).toBeNull();
  expect(leftOf({ ...costs, day_limit: 2, month_limit: 20 }, 5, 4.5)).toBe(0.5);
  expect(leftOf({ ...costs, day_limit: 1 }, null, 0)).toBe(0);
});
