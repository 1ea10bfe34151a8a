import { expect, test } from 'vitest';
import type { Item } from '@/generated/Item';
import { arrange, NOTHING_ARRANGED, reuse, turns } from './turns';

const item = (id: string, role: Item['role'], type: string, more: Partial<Item> = {}): Item => ({
  id,
  role,
  type,
  content: id,
  complete: true,
  ...more,
});

const ITEMS: Item[] = [
  item('u1', 'user', 'message'),
  item('u2', 'user', 'image'),
  item('a1', 'assistant', 'message'),
  item('k1', 'assistant', 'code', { format: 'python' }),
  item('o1', 'computer', 'console', { parent: 'k1' }),
  item('hidden', 'computer', 'message', { recipient: 'assistant' }),
  item('u3', 'user', 'message'),
  item('e1', 'server', 'error'),
];

test('turns begin where the person speaks; results lie under their card', () => {
  const shape = turns(ITEMS).map(({ said, blocks }) => ({
    said: said.map(({ id }) => id),
    blocks: blocks.map((block) => [
      block.kind,
      block.item.id,
      ...('results' in block ? block.results.map(({ id }) => id) : []),
    ]),
  }));
  expect(shape).toEqual([
    {
      said: ['u1', 'u2'],
      blocks: [
        ['text', 'a1'],
        ['code', 'k1', 'o1'],
      ],
    },
    { said: ['u3'], blocks: [['error', 'e1']] },
  ]);
});

test('what the person does again is a card in the turn it follows', () => {
  const blocks = turns([
    item('again', 'user', 'action'),
    item('note', 'computer', 'result', { parent: 'again' }),
    item('ran', 'user', 'code'),
  ]).map((turn) => [turn.said.length, ...turn.blocks.map(({ kind, item: { id } }) => [kind, id])]);
  expect(blocks).toEqual([[0, ['action', 'again'], ['code', 'ran']]]);
});

test('a turn that did not change is the same object', () => {
  const before = turns(ITEMS);
  const more = [...ITEMS, item('a2', 'assistant', 'message')];
  const after = reuse(before, turns(more));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[1]?.blocks[0]).toBe(before[1]?.blocks[0]);
});

test('arranging on from the last time gives what arranging anew gives', () => {
  const all = [
    item('a', 'assistant', 'message'),
    item('u1', 'user', 'message'),
    item('k1', 'assistant', 'code'),
    item('o1', 'computer', 'console', { parent: 'k1' }),
    item('u2', 'user', 'message'),
    item('u3', 'user', 'image'),
    item('k2', 'assistant', 'code'),
    item('u4', 'user', 'message'),
    item('late', 'computer', 'console', { parent: 'k2' }),
    item('t', 'assistant', 'message'),
  ];
  let arranged = NOTHING_ARRANGED;
  for (let count = 1; count <= all.length; count++) {
    arranged = arrange(arranged, all.slice(0, count));
    expect(arranged.turns).toEqual(turns(all.slice(0, count)));
  }
  const first = arranged.turns[0];
  const changed = all.map((one) => (one.id === 't' ? { ...one, content: 'more' } : one));
  arranged = arrange(arranged, changed);
  expect(arranged.turns).toEqual(turns(changed));
  expect(arranged.turns[0]).toBe(first);
  // Older items in front, and the last ones gone.
  const longer = [item('u0', 'user', 'message'), ...changed.slice(0, 7)];
  expect(arrange(arranged, longer).turns).toEqual(turns(longer));
});

test('code that the person runs is a card of the turn it follows', () => {
  const all = [
    item('u', 'user', 'message'),
    item('t', 'assistant', 'message'),
    item('own', 'user', 'code'),
    item('o', 'computer', 'console', { parent: 'own' }),
  ];
  expect(turns(all)).toEqual([
    {
      id: 'u',
      said: [all[0]],
      blocks: [
        { kind: 'text', item: all[1] },
        { kind: 'code', item: all[2], results: [all[3]] },
      ],
    },
  ]);
});
