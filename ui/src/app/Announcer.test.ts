import { expect, test } from 'vitest';
import { spoken } from './Announcer';

test.each([
  ['The output is:\n\n```text\n2\n```', 'The output is:\n2'],
  ['**Bold** and `code` in [a link](https://example.org)', 'Bold and code in a link'],
  ['# Title\n- one\n- two', 'Title\none\ntwo'],
  ['2 * 3 = 6 and a_b', '2 * 3 = 6 and a_b'],
])('%j is said as %j', (text, expected) => {
  expect(spoken(text)).toBe(expected);
});
