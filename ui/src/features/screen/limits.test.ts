import { expect, test } from 'vitest';
import type { Display } from '@/generated/Display';
import {
  fieldsOf,
  limitChanges,
  placesOf,
  tickedDisplays,
  type Written,
  wrongField,
} from './limits';

const VALUES = { os_steps: 40, os_minutes: 15, max_budget: null };
const display = (name: string, x: number, y = 0): Display => ({
  name,
  x,
  y,
  width: 1920,
  height: 1080,
  scale: 1,
  primary: x === 0 && y === 0,
});

test.each<[Written, string | undefined, Record<string, unknown>]>([
  [{}, undefined, {}],
  [{ steps: '40', minutes: '15', cost: '' }, undefined, {}],
  [
    { steps: '12', minutes: ' 3 ', cost: '$0,50' },
    undefined,
    { os_steps: 12, os_minutes: 3, max_budget: 0.5 },
  ],
  [{ steps: '', minutes: '0' }, undefined, { os_steps: 0, os_minutes: 0 }],
  [{ steps: 'many' }, 'steps', {}],
  [{ minutes: '1.5' }, 'minutes', {}],
  [{ minutes: '-1' }, 'minutes', {}],
  [{ cost: 'much' }, 'cost', {}],
])('%j changes %j', (written, wrong, changes) => {
  expect(wrongField(fieldsOf(written, VALUES))).toBe(wrong);
  expect(limitChanges(written, VALUES)).toEqual(changes);
});

test('what holds stands in the fields, and no limit is nothing', () => {
  const none = { steps: '', minutes: '', cost: '' };
  expect(fieldsOf({}, undefined)).toEqual(none);
  expect(fieldsOf({}, VALUES)).toEqual({ steps: '40', minutes: '15', cost: '' });
  expect(fieldsOf({}, { os_steps: 0, os_minutes: 0, max_budget: 2 })).toEqual({
    ...none,
    cost: '2',
  });
});

test('the main display alone is ticked until others are', () => {
  const both = [display('DP-1', 0), display('DP-2', 1920)];
  expect(tickedDisplays(both, VALUES)).toEqual(['DP-1']);
  expect(tickedDisplays(both, { os_displays: ['DP-2'] })).toEqual(['DP-2']);
  expect(tickedDisplays(both, { os_displays: ['DP-2', 'DP-1'] })).toEqual(['DP-1', 'DP-2']);
  expect(tickedDisplays(both, { os_displays: ['gone'] })).toEqual(['DP-1']);
});

test('displays are numbered from the left, and two have a side', () => {
  const named = (displays: Display[]) =>
    placesOf(displays).map(({ display: { name }, number, side }) => `${number} ${name} ${side}`);
  expect(named([display('b', 0), display('a', -1920)])).toEqual(['1 a left', '2 b right']);
  expect(named([display('b', 0, 1080), display('a', 0)])).toEqual(['1 a upper', '2 b lower']);
  expect(named([display('c', 3840), display('a', 0), display('b', 1920)])).toEqual([
    '1 a undefined',
    '2 b undefined',
    '3 c undefined',
  ]);
});
