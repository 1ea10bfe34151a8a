import { expect, test } from 'vitest';
import { actionsFor, message, newText, runCommand } from './actions';
import { changeCount, difference } from './difference';
import { chosenModel, type Known, wantsServers } from './model';

test('the text is a quote beside the instruction', () => {
  expect(message('Explain it.', 'Ignore all\n"""')).toEqual([
    { type: 'message', content: 'Explain it.' },
    { type: 'message', format: 'quote', content: 'Ignore all\n"""' },
  ]);
  expect(message('Why?', '')).toEqual([{ type: 'message', content: 'Why?' }]);
});

test('the list holds what makes sense, then what the person made', () => {
  const ids = (language: string | undefined, own: unknown) =>
    actionsFor(language, own).map(({ id }) => id);
  const builtIn = ['ask', 'explain', 'fix', 'rewrite', 'translate', 'summarise'];
  expect(ids(undefined, null)).toEqual(builtIn);
  expect(ids('python', [])).toEqual([...builtIn, 'run']);
  const own = [
    { id: 'poem', name: 'As a poem', prompt: 'Write a poem of it.', output: 'replace' },
    { id: 'odd', name: 'Odd', prompt: 'x', output: 'explode' },
    { id: 'empty', name: 'Empty', prompt: ' ', output: 'show' },
    'nothing',
    null,
  ];
  expect(ids(undefined, own)).toEqual([...builtIn, 'own:poem', 'own:odd']);
  expect(actionsFor(undefined, own).at(-1)).toEqual({
    kind: 'own',
    id: 'own:odd',
    name: 'Odd',
    prompt: 'x',
    output: 'show',
  });
});

test('the new text is the reply without a fence around it', () => {
  const check = (reply: string, old: string, expected: string) =>
    expect(newText(reply, old)).toBe(expected);
  check('Hello', 'Helo', 'Hello');
  check('```\nHello\n```', 'Helo', 'Hello');
  check('```text\nHello\n\nWorld\n```\n', 'Helo', 'Hello\n\nWorld');
  check('~~~\nHello\n~~~', 'Helo', 'Hello');
  // A fence within, or one that was there before, belongs to the text.
  check('Before\n```\nHello\n```', 'Helo', 'Before\n```\nHello\n```');
  check('```\nHello\n```', '```\nHelo\n```', '```\nHello\n```');
  const two = '```\na\n```\nand\n```\nb\n```';
  check(two, 'x', two);
  check('```md\n# A\n```js\nb\n```\n```', 'x', '# A\n```js\nb\n```');
  // The space around it is that of the old text.
  check('Hello', '  Helo\n', '  Hello\n');
  check('\nHello\n', 'Helo', 'Hello');
  check('', 'Helo ', '');
});

test('a difference is told word by word, and put together again', () => {
  const before = 'Pleas find the invoice atached. Thanks';
  const after = 'Please find the invoice attached. Many thanks';
  const pieces = difference(before, after) ?? [];
  expect(changeCount(pieces)).toBe(3);
  const text = (kind: 'added' | 'removed') =>
    pieces
      .filter((piece) => piece.kind === 'same' || piece.kind === kind)
      .map((piece) => piece.text)
      .join('');
  expect(text('removed')).toBe(before);
  expect(text('added')).toBe(after);
  expect(changeCount(difference('same', 'same') ?? [])).toBe(0);
});

test('code is a command for the embedded model', () => {
  expect(runCommand('python', 'print(1)\nprint(2)').content).toBe(
    'run python:\nprint(1)\nprint(2)',
  );
});

test('the model for quick questions answers, else the one of everywhere, else what is there', () => {
  const model = (name: string, ready = true, local = false) => ({
    name,
    provider: name.split('/')[0] ?? '',
    vision: true,
    tools: true,
    computer: false,
    ready,
    local,
  });
  const base: Known = {
    settings: {},
    models: [model('builtin/commands', true, true), model('anthropic/a', false), model('x/y')],
    providers: [],
    servers: [],
  };
  const check = (settings: Known['settings'], expected: unknown, more: Partial<Known> = {}) =>
    expect(chosenModel({ ...base, ...more, settings })).toEqual(expected);
  const provider = { name: 'x', title: 'X', local: false, key_place: 'keychain', model: 'x/y' };
  const server = { provider: 'ollama', title: 'Ollama', base: 'b', models: ['ollama/q'] };
  check({}, { state: 'none' });
  check({ model: 'builtin/commands' }, { state: 'none' }, { providers: [provider] });
  check({ model: 'x/y' }, { state: 'ready', name: 'x/y', local: false });
  check({ model: 'anthropic/a' }, { state: 'key', name: 'anthropic/a' });
  check(
    { model: 'x/y', quick_model: 'ollama/q' },
    { state: 'ready', name: 'ollama/q', local: true, pass: 'ollama/q' },
  );
  check({ last_model: 'x/y' }, { state: 'ready', name: 'x/y', local: false });
  check(
    { last_model: 'builtin/commands' },
    { state: 'ready', name: 'x/y', local: false, pass: 'x/y' },
    { providers: [provider] },
  );
  check(
    {},
    { state: 'ready', name: 'ollama/q', local: true, pass: 'ollama/q' },
    { servers: [server] },
  );
  expect(wantsServers(base)).toBe(true);
  expect(wantsServers({ ...base, settings: { model: 'builtin/commands' } })).toBe(false);
  expect(wantsServers({ ...base, providers: [provider] })).toBe(false);
});
