import { expect, test } from 'vitest';
import { firstWords } from './RuleMenu';

test.each<[string, string, string[]]>([
  ['shell', 'git status -s', ['git', 'status']],
  ['shell', 'ls -la', ['ls']],
  ['shell', ' df ', ['df']],
  ['shell', './run now', []],
  ['shell', 'A=1 rm x', []],
  ['shell', 'rm x; ls', []],
  ['shell', 'echo $HOME', []],
  ['shell', 'a\nb', []],
  ['shell', '', []],
  ['python', 'print', []],
])('a rule for %s %j begins with %j', (language, code, expected) => {
  expect(firstWords(language, code)).toEqual(expected);
});
