import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeBackend } from '@/backend/fake';
import { ask, code, complete, line, meta, out, reply, run, say } from '@/gallery/script';
import { SessionProvider } from '@/session/context';
import { createSession, type Session } from '@/session/store';
import { show } from '@/session/view';
import { App } from './App';
import { loadParts } from './parts';

let backend: FakeBackend;
let session: Session;

beforeAll(async () => {
  await loadParts();
});

beforeEach(() => {
  window.location.hash = '';
  show({ consent: false, models: false, drawer: false, sidebar: true });
  Element.prototype.scrollIntoView ??= () => {};
  backend = new FakeBackend();
  backend.settings = { model: 'anthropic/claude-sonnet-4-5' };
});

async function openWith(...steps: Parameters<FakeBackend['emit']>[1][]): Promise<void> {
  backend.emit('c', meta('A talk'), ...steps);
  session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <App />
    </SessionProvider>,
  );
  await act(() => session.actions.open('c'));
}

const awaiting = [
  ...say('Add'),
  ...code('k', 'python', 'print(1)\nprint(2)'),
  run('k', 'awaiting'),
  ask('k'),
];
const answers = () => backend.ops.filter(({ op }) => op === 'answer');
const card = () => screen.getByRole('region', { name: /Python/ });
const button = (name: RegExp | string) => screen.getByRole('button', { name });
const armed = () => waitFor(() => expect(button('Run')).not.toHaveAttribute('aria-disabled'));

expect.extend({
  toHaveAttribute(element: Element, name: string) {
    return { pass: element.hasAttribute(name), message: () => `attribute ${name}` };
  },
});
declare module 'vitest' {
  interface Assertion<T> {
    toHaveAttribute(name: string): T;
  }
}

describe('approving', () => {
  test('Run does nothing until the card was there for a moment', async () => {
    await openWith(...awaiting);
    await userEvent.click(button('Run'));
    card().focus();
    await userEvent.keyboard('r');
    expect(answers()).toEqual([]);
    await armed();
    await userEvent.click(button('Run'));
    expect(answers()).toEqual([
      {
        op: 'answer',
        conversation: 'c',
        confirmation: 'c-k',
        digest: 'd-k',
        decision: { decision: 'run' },
      },
    ]);
  });

  test('the keys of a card work with its focus, and only then', async () => {
    await openWith(...awaiting);
    await armed();
    await userEvent.click(screen.getByRole('textbox', { name: 'Message' }));
    await userEvent.keyboard('rs{Enter}{Control>}{Enter}{/Control}');
    expect(answers()).toEqual([]);
    act(() => card().focus());
    await userEvent.keyboard('s');
    expect(answers()).toMatchObject([{ decision: { decision: 'skip' } }]);
  });

  test('edited code is what is approved', async () => {
    await openWith(...awaiting);
    await armed();
    act(() => card().focus());
    await userEvent.keyboard('e');
    const field = await screen.findByRole('textbox', { name: 'Code to run' });
    expect(field).toBe(document.activeElement);
    await userEvent.clear(field);
    await userEvent.type(field, 'print(3)');
    expect(within(card()).getByText('2 lines changed')).toBeTruthy();
    await userEvent.click(button('Save and run'));
    expect(answers()).toMatchObject([{ decision: { decision: 'edit', code: 'print(3)' } }]);
  });

  test('leaving the editor keeps the change and shows it', async () => {
    await openWith(...awaiting);
    await armed();
    await userEvent.click(button('Edit'));
    await userEvent.keyboard('{End}0');
    await userEvent.keyboard('{Escape}');
    expect(card()).toBe(document.activeElement);
    expect(within(card()).getByText('1 line changed')).toBeTruthy();
    await userEvent.click(button('Discard'));
    await userEvent.click(button('Run'));
    expect(answers()).toMatchObject([{ decision: { decision: 'run' } }]);
  });
});

describe('a run', () => {
  test('shows its line and its output; Interrupt ends it, Kill comes later', async () => {
    await openWith(
      ...say('Go'),
      ...code('k', 'python', 'a\nb'),
      run('k', 'running', { rule: 'git status' }),
      line('k', 2),
      out('k', 'hello', { end: false }),
    );
    expect(card().querySelector('[data-mark="active"] .number')?.textContent).toBe('2');
    expect(within(card()).getByRole('log').textContent).toContain('hello');
    expect(within(card()).getByText('Rule: git status')).toBeTruthy();
    act(() => card().focus());
    await userEvent.keyboard('{Control>}.{/Control}');
    expect(backend.ops).toEqual([{ op: 'interrupt', conversation: 'c', item: 'k' }]);
    expect(screen.queryByRole('button', { name: 'Kill' })).toBeNull();
    act(() => session.store.setState({ interrupted: { k: Date.now() - 2500 } }));
    await userEvent.click(await screen.findByRole('button', { name: 'Kill' }));
    expect(backend.ops.at(-1)).toEqual({
      op: 'interrupt',
      conversation: 'c',
      item: 'k',
      kill: true,
    });
  });

  test('asks for input, hidden where it is a secret', async () => {
    await openWith(...say('Go'), ...code('k', 'python', 'getpass()'), run('k', 'needs_input'), {
      item: 'k',
      role: 'computer',
      type: 'input_request',
      content: 'PIN: ',
      request: 'r',
      secret: true,
    });
    const field = screen.getByLabelText('PIN:');
    expect(field.getAttribute('type')).toBe('password');
    await userEvent.type(field, '1234{Enter}');
    expect(backend.ops).toEqual([{ op: 'input', conversation: 'c', request: 'r', text: '1234' }]);
  });

  test('a failure shows its last line first and folds the way there', async () => {
    await openWith(
      ...say('Go'),
      ...code('k', 'python', 'x'),
      out('k', 'Traceback (most recent call last):\n  File "x"\nNameError: x'),
      run('k', 'failed'),
      complete,
    );
    expect(within(card()).getByText('NameError:')).toBeTruthy();
    const fold = button('Traceback, 3 lines');
    expect(fold.getAttribute('aria-expanded')).toBe('false');
    await userEvent.click(fold);
    expect(card().textContent).toContain('File "x"');
  });

  test('long output folds to its end', async () => {
    const text = Array.from({ length: 50 }, (_, at) => `row ${at}`).join('\n');
    await openWith(...say('Go'), ...code('k', 'python', 'x'), out('k', text), run('k', 'done'));
    expect(within(card()).getByRole('log').textContent).toBe('…\nrow 47\nrow 48\nrow 49');
    await userEvent.click(button('Show all 50 lines'));
    expect(within(card()).getByRole('log').textContent).toBe(text);
  });

  test('what a crash cut off is shown as stopped', async () => {
    await openWith(...say('Go'), ...code('k', 'python', 'x'), run('k', 'running'), complete);
    expect(card().dataset.state).toBe('stopped');
  });
});

describe('writing', () => {
  test('Enter sends, Shift Enter does not', async () => {
    await openWith(...say('One'), complete);
    const field = screen.getByRole('textbox', { name: 'Message' });
    await userEvent.type(field, 'a{Shift>}{Enter}{/Shift}b{Enter}');
    expect(backend.ops).toMatchObject([{ op: 'submit', content: [{ content: 'a\nb' }] }]);
  });

  test('the screen is asked for before it is used', async () => {
    await openWith(...say('One'), complete);
    await userEvent.click(screen.getByRole('radio', { name: 'Screen' }));
    const sheet = await screen.findByRole('dialog');
    expect(sheet.textContent).toContain('Esc');
    expect(backend.ops).toEqual([]);
    await userEvent.click(within(sheet).getByRole('button', { name: 'Start' }));
    expect(backend.ops).toMatchObject([{ op: 'configure', values: { os: true } }]);
  });

  test('any model can be named', async () => {
    await openWith(...say('One'), complete);
    await userEvent.click(button(/^Model:/));
    await userEvent.type(await screen.findByRole('combobox'), 'ollama/x{Enter}');
    expect(backend.ops).toMatchObject([{ op: 'configure', values: { model: 'ollama/x' } }]);
  });
});

test('Stop on the pill stops everything', async () => {
  await openWith(...say('One'), {
    role: 'server',
    type: 'os',
    content: { state: 'acting', text: 'click OK' },
  });
  const pill = screen.getByRole('region', { name: 'Control of this computer' });
  expect(pill.textContent).toContain('Acting: click OK');
  await userEvent.click(within(pill).getByRole('button', { name: 'Stop' }));
  expect(backend.ops).toEqual([{ op: 'panic' }]);
});

test('a finished reply is announced once, an approval as it comes; what was there is not', async () => {
  await openWith(...say('One'), ...reply('Old words'));
  const log = () => document.querySelector('[data-say="log"]')?.textContent;
  const status = () => document.querySelector('[data-say="status"]')?.textContent;
  const item = 'fresh';
  act(() =>
    backend.emit('c', { item, role: 'assistant', type: 'message', start: true, content: 'New ' }),
  );
  await screen.findByText('New');
  expect(log()).toBe('');
  act(() =>
    backend.emit('c', { item, role: 'assistant', type: 'message', content: 'words', end: true }),
  );
  await vi.waitFor(() => expect(log()).toBe('Assistant: New words'));
  act(() => backend.emit('c', ...code('k', 'python', '1\n2'), run('k', 'awaiting'), ask('k')));
  await vi.waitFor(() => expect(status()).toBe('Waiting for approval: python, 2 lines'));
  expect(log()).toBe('Assistant: New words');
});

test('HTML of a model is text, and pictures from elsewhere are not loaded', async () => {
  await openWith(
    ...say('One'),
    ...reply('<b onclick="x()">hi</b> ![seen](https://example.org/a.png)'),
    complete,
  );
  await waitFor(() =>
    expect(document.querySelector('[data-message]')?.textContent).toContain('<b'),
  );
  expect(document.querySelector('[data-message] img')).toBeNull();
  expect(document.querySelector('[data-message] b')).toBeNull();
});

test.each([
  ['a question', [...awaiting]],
  [
    'an answer',
    [...say('Hi'), ...reply('A **list**\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|'), complete],
  ],
  [
    'an error',
    [
      ...say('Hi'),
      {
        item: 'e',
        role: 'server' as const,
        type: 'error',
        content: { code: 'no_key', message: 'No key', remedy: 'Add one.' },
      },
      complete,
    ],
  ],
])('axe finds nothing in %s', async (_, steps) => {
  await openWith(...steps);
  const { violations } = await axe.run(document.body, {
    // Nothing is laid out here; colours are checked with the tokens and in the browser.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
