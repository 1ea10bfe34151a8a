import { expect, test } from 'vitest';
import { actionsOf, freshId, moved } from './ActionsEditor';

const action = (id: string) => ({ id, name: id, prompt: 'p', output: 'show' as const });

test.each([
  [null, []],
  ['text', []],
  [[action('a')], [action('a')]],
  [[{ id: 'a' }, null, 7, action('b')], [action('b')]],
  [[{ ...action('a'), output: 'shout' }], [action('a')]],
])('%j', (value, expected) => {
  expect(actionsOf(value)).toEqual(expected);
});

test.each([
  ['Fix it', [], 'fix-it'],
  ['Fix it', ['fix-it'], 'fix-it-2'],
  ['Fix it', ['fix-it', 'fix-it-2'], 'fix-it-3'],
  ['直す', [], 'action'],
])('a new action %s beside %j is %s', (name, others, id) => {
  expect(freshId(name, others.map(action))).toBe(id);
});

test.each<[number, 1 | -1, string[]]>([
  [0, 1, ['b', 'a', 'c']],
  [2, -1, ['a', 'c', 'b']],
  [0, -1, ['a', 'b', 'c']],
  [2, 1, ['a', 'b', 'c']],
])('place %i by %i', (at, by, expected) => {
  expect(moved(['a', 'b', 'c'], at, by)).toEqual(expected);
});
