import { expect, test } from 'vitest';
import { pastedFile } from './pasted';

test.each([
  ['File: a.txt\n\n```\none\n```', { name: 'a.txt', content: 'one' }],
  ['File: a.md\n\n````\n```\nx\n```\n````', { name: 'a.md', content: '```\nx\n```' }],
  ['File: a.txt\n\n```\none', null],
  ['Look at\n\nFile: a.txt', null],
])('%j', (text, expected) => {
  expect(pastedFile(text)).toEqual(expected);
});
