import { expect, test } from 'vitest';
import { type Cut, cut, definitions, isPlain, partsOf, withMath } from './parts';

const LONG = 'word '.repeat(300).trim();
const REPLY = [
  'Intro',
  '',
  '```python',
  'print(1)',
  '',
  '```',
  LONG,
  '',
  '- one',
  '',
  '- two',
  '',
  '   more',
  '',
  'After the list',
  '',
  '$$',
  'x = 1',
  '',
  'y = 2',
  '$$',
  '',
  '~~~',
  '```',
  '~~~',
  'End',
].join('\n');

const all = (text: string) => partsOf(cut(text));

test('fenced blocks stand alone, lists and formulas stay whole', () => {
  expect(all(REPLY)).toEqual([
    { kind: 'text', text: 'Intro\n\n' },
    { kind: 'code', language: 'python', code: 'print(1)\n', closed: true },
    { kind: 'text', text: `${LONG}\n\n- one\n\n- two\n\n   more\n\n` },
    { kind: 'text', text: 'After the list\n\n$$\nx = 1\n\ny = 2\n$$\n\n' },
    { kind: 'code', language: '', code: '```', closed: true },
    { kind: 'text', text: 'End' },
  ]);
});

test('cut as it grows it is cut as at once, and closed parts stay', () => {
  let grown: Cut | undefined;
  let closed: unknown[] = [];
  for (let end = 1; end <= REPLY.length; end++) {
    grown = cut(REPLY.slice(0, end), grown);
    expect(partsOf(grown)).toEqual(all(REPLY.slice(0, end)));
    expect(grown.parts.slice(0, closed.length)).toEqual(closed);
    closed = [...grown.parts];
  }
});

test('a text that became another one is cut anew', () => {
  expect(partsOf(cut('Else', cut(REPLY)))).toEqual([{ kind: 'text', text: 'Else' }]);
});

test.each([
  ['```js\nlet a', [{ kind: 'code', language: 'js', code: 'let a', closed: false }]],
  ['```\n', [{ kind: 'code', language: '', code: '', closed: false }]],
  ['```\na\n```', [{ kind: 'code', language: '', code: 'a', closed: true }]],
  [
    'a\n\n  ```\n  b\n  ```\n',
    [
      { kind: 'text', text: 'a\n\n' },
      { kind: 'code', language: '', code: 'b', closed: true },
    ],
  ],
] as const)('%j', (text, expected) => {
  expect(all(text)).toEqual(expected);
});

test.each([
  ['costs $5 and $10', 'costs $5 and $10'],
  ['so $x^2$ is', 'so $$x^2$$ is'],
  ['so \\(a+b\\) is', 'so $$a+b$$ is'],
  ['\\[\na\n\\]', '\n$$\na\n$$\n'],
  ['`$x^2$`', '`$x^2$`'],
  ['$HOME_DIR and $PATH_X', '$HOME_DIR and $PATH_X'],
])('%j has its formulas as %j', (text, expected) => {
  expect(withMath(text)).toBe(expected);
});

test('references are found, and what cannot be laid out', () => {
  expect(definitions('a [b][c]\n\n[c]: https://example.org "T"\n[^1]: note')).toBe(
    '[c]: https://example.org "T"',
  );
  expect(isPlain(`${' '.repeat(400)}- deep`)).toBe(true);
  expect(isPlain('> > quoted')).toBe(false);
});
