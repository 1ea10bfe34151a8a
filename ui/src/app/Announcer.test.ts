import { expect, test } from 'vitest';
import { firstSentence, spoken } from './Announcer';

test.each([
  ['The output is:\n\n```text\n2\n```', 'The output is:\n2'],
  ['**Bold** and `code` in [a link](https://example.org)', 'Bold and code in a link'],
  ['# Title\n- one\n- two', 'Title\none\ntwo'],
  ['2 * 3 = 6 and a_b', '2 * 3 = 6 and a_b'],
])('%j is said as %j', (text, expected) => {
  expect(spoken(text)).toBe(expected);
});

test.each([
  ['One. Two.', 'One.'],
  ['Version 3.11 is here! Go', 'Version 3.11 is here!'],
  ['No end\nNext line', 'No end'],
])('of %j the first sentence is %j', (text, expected) => {
  expect(firstSentence(text)).toBe(expected);
});
