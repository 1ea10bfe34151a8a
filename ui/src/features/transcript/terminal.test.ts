import { expect, test } from 'vitest';
import { stripEscapes } from './terminal';

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['10 %\r20 %\r100 %', '100 %'],
  ['long line\rab', 'abng line'],
  ['a\r\nb', 'a\nb'],
  ['\u001b]8;;http://x\u0007link\u001b]8;;\u0007', 'link'],
  ['plain', 'plain'],
])('%j', (text, shown) => {
  expect(stripEscapes(text)).toBe(shown);
});
