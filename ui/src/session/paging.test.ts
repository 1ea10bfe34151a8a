import { describe, expect, test, vi } from 'vitest';
import { FakeBackend } from '@/backend/fake';
import { complete, reply, say } from '@/gallery/script';
import type { Item } from '@/generated/Item';
import type { Query } from '@/generated/Query';
import { withoutOldest } from './paging';
import type { Loaded } from './state';
import { createSession, shown } from './store';
import { EMPTY } from './transcript';
import { textOf } from './turns';

const item = (id: string, role: Item['role'], more: Partial<Item> = {}): Item => ({
  id,
  role,
  type: 'message',
  content: id,
  complete: true,
  ...more,
});

/** Turns of a question and an answer each. */
const turns = (count: number): Item[] =>
  Array.from({ length: count }, (_, at) => [
    item(`q${at}`, 'user'),
    item(`a${at}`, 'assistant'),
  ]).flat();

const loaded = (items: Item[], more: Partial<Loaded['transcript']> = {}): Loaded => ({
  more: false,
  transcript: { ...EMPTY, seq: 9, items, ...more },
});
const first = ({ transcript, more }: Loaded) => [transcript.items[0]?.id, more];

describe('the oldest turns are let go', () => {
  test.each([
    ['few are held whole', loaded(turns(200)), [], ['q0', false]],
    ['many are not', loaded(turns(201)), [], ['q101', true]],
    ['never from within a turn', loaded([...turns(250).slice(0, 499)]), [], ['q149', true]],
    ['what has the focus stays', loaded(turns(250)), ['a40'], ['q40', true]],
    [
      'what waits for the person stays',
      loaded(turns(250), {
        pending: [{ item: 'a30', confirmation: 'c', digest: 'd' }],
      } as never),
      [],
      ['q30', true],
    ],
    [
      'what has a late result stays',
      loaded([...turns(250), item('r', 'computer', { type: 'console', parent: 'a20' })]),
      [],
      ['q20', true],
    ],
    [
      'one turn is held whole, however long',
      loaded([item('q', 'user'), ...turns(300).filter(({ role }) => role === 'assistant')]),
      [],
      ['q', false],
    ],
    [
      'a picture and its message are one turn',
      loaded([
        ...turns(100),
        ...Array.from({ length: 150 }, (_, at) => [
          item(`p${at}`, 'user', { type: 'image' }),
          item(`m${at}`, 'user'),
          item(`r${at}`, 'assistant'),
        ]).flat(),
      ]),
      [],
      ['p83', true],
    ],
  ] as const)('%s', (_, before, keep, expected) => {
    const after = withoutOldest(before, keep);
    expect(first(after)).toEqual(expected);
    // What is left is the end of what was there, the same objects.
    const { items } = after.transcript;
    expect(before.transcript.items.slice(-items.length)).toEqual(items);
    expect(items.at(-1)).toBe(before.transcript.items.at(-1));
    if (items.length === before.transcript.items.length) expect(after).toBe(before);
  });
});

test('what was let go comes back from the disk, and what follows is not lost', async () => {
  const backend = new FakeBackend();
  const session = createSession(backend);
  const stop = session.actions.start();
  const said = Array.from({ length: 250 }, (_, at) => [...say(`q${at}`), ...reply(`a${at}`)]);
  backend.emit('c', ...said.flat(), complete);
  const query = backend.query.bind(backend);
  backend.query = (async (asked: Query) => {
    const answer = await query(asked);
    if (asked.query !== 'items' || answer.answer !== 'items') return answer;
    const at = answer.items.findIndex(({ id }) => id === asked.before);
    const items = answer.items.slice(0, at === -1 ? undefined : at);
    return { ...answer, items: items.slice(-(asked.limit ?? 0)), more: items.length > 300 };
  }) as typeof backend.query;
  const texts = () => shown(session.store.getState()).items.map(textOf);
  const more = () => session.store.getState().loaded.c?.more;

  await session.actions.open('c');
  await session.actions.showEarlier();
  expect([texts()[0], texts().length, more()]).toEqual(['q0', 500, false]);
  session.actions.dropEarlier();
  expect([texts()[0], texts().length, more()]).toEqual(['q150', 200, true]);
  backend.emit('c', ...say('next'));
  await vi.waitFor(() => expect(texts().at(-1)).toBe('next'));
  // While it is on its way nothing is let go.
  const coming = session.actions.showEarlier();
  session.actions.dropEarlier();
  await coming;
  expect([texts()[0], texts().length, more()]).toEqual(['q0', 501, false]);
  stop();
});
