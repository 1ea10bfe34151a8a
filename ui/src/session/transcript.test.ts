import { expect, test } from 'vitest';
import type { Event } from '@/generated/Event';
import { apply, EMPTY, type Transcript } from './transcript';

type Case = { name: string; events: Event[]; expected: Transcript };
const cases = Object.values(
  import.meta.glob<Case>('./cases/*.json', { eager: true, import: 'default' }),
);

test.each(cases)('$name', ({ events, expected }) => {
  expect(apply(EMPTY, events)).toEqual(expected);
});

test.each(cases)('one by one it is the same: $name', ({ events, expected }) => {
  const folded = events.reduce((transcript, event) => apply(transcript, [event]), EMPTY);
  expect(folded).toEqual(expected);
});

test('what did not change keeps its identity, and nothing old is written to', () => {
  const events = (cases.find(({ name }) => name.startsWith('text is'))?.events ?? []).slice(0, 5);
  const before = apply(EMPTY, events);
  const frozen = JSON.stringify(before);
  const after = apply(before, [
    {
      conversation: 'c',
      seq: 6,
      item: 'a',
      chunk: { role: 'assistant', type: 'message', content: 'more' },
    },
  ]);
  expect(JSON.stringify(before)).toBe(frozen);
  expect(after.items[0]).toBe(before.items[0]);
  expect(after.items[1]).not.toBe(before.items[1]);
});
