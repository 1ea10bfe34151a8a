import { expect, test } from 'vitest';
import type { Item } from '@/generated/Item';
import { reuse, turns } from './turns';

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

test('a turn that did not change is the same object', () => {
  const before = turns(ITEMS);
  const more = [...ITEMS, item('a2', 'assistant', 'message')];
  const after = reuse(before, turns(more));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[1]?.blocks[0]).toBe(before[1]?.blocks[0]);
});
