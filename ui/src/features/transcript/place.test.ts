import { expect, test } from 'vitest';
import { shortPlace } from './place';

test.each([
  [
    'Python 3.11.7, /usr/bin/python3, in /home/me/Documents/Energy',
    'Python',
    '3.11 · Documents/Energy',
  ],
  ['Shell /bin/bash, in /tmp', 'Shell', '/bin/bash · tmp'],
  ['3.11 · Documents/Energy', 'Python', '3.11 · Documents/Energy'],
  ['Python 3.12.1, C:\\py\\python.exe, in C:\\Users\\me', 'Python', '3.12 · Users/me'],
  ['not found', 'Python', 'not found'],
])('%j is %j', (place, language, expected) => {
  expect(shortPlace(place, language)).toBe(expected);
});
