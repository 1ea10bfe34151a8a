import { expect, test } from 'vitest';
import { asMessage, byContent, byPath } from './attach';

test('paths keep their kind', () => {
  expect(byPath(['/a/plan.pdf', 'C:\\b\\Photo.JPG'])).toEqual([
    { name: 'plan.pdf', part: { type: 'file', format: 'path', content: '/a/plan.pdf' } },
    { name: 'Photo.JPG', part: { type: 'image', format: 'path', content: 'C:\\b\\Photo.JPG' } },
  ]);
});

test('a text goes as text, what is none is refused', async () => {
  const files = [
    new File(['one\ntwo\n'], 'notes.txt', { type: 'text/plain' }),
    new File([new Uint8Array([1, 0, 2])], 'tool.bin'),
    new File(['x'.repeat(300_000)], 'long.csv'),
  ];
  const { fresh, refused } = await byContent(files);
  expect(fresh.map(({ part }) => part)).toEqual([
    { type: 'message', content: 'File: notes.txt\n\n```\none\ntwo\n```' },
  ]);
  expect(refused).toEqual([
    { name: 'tool.bin', why: 'kind' },
    { name: 'long.csv', why: 'large' },
  ]);
});

test('a file with fences of its own gets a longer one', () => {
  expect(asMessage('a.md', '```\nx\n```')).toBe('File: a.md\n\n````\n```\nx\n```\n````');
});
