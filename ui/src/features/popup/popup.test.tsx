import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import type { AnswerTo } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import type { Shell, ShellEvent } from '@/backend/shell';
import { complete, meta, reply } from '@/gallery/script';
import type { Grant } from '@/generated/Grant';
import type { Op } from '@/generated/Op';
import type { Query } from '@/generated/Query';
import type { Receipt } from '@/generated/Receipt';
import type { Selection } from '@/generated/Selection';
import { SessionProvider } from '@/session/context';
import { createSession, type Session } from '@/session/store';
import { Popup } from './Popup';

const TEXT = 'Pleas find the invoice attached.';
const selected = (more: Partial<Selection> = {}): Selection => ({
  id: 's1',
  text: TEXT,
  app: 'Mail',
  source: 'primary',
  editable: true,
  ...more,
});

/** The engine with a selection, and a shell that records what it is asked. */
class PopupBackend extends FakeBackend {
  selection: Selection | undefined;
  grants: Grant[] = [];
  asked: string[] = [];
  readonly calls: string[] = [];
  private shellListeners = new Set<(event: ShellEvent) => void>();
  readonly shell = {
    showMain: async (to?: string) => void this.calls.push(`main ${to}`),
    hidePopup: async () => void this.calls.push('hide'),
    resizePopup: async () => {},
    onEvent: (listener: (event: ShellEvent) => void) => {
      this.shellListeners.add(listener);
      return () => this.shellListeners.delete(listener);
    },
  } as Partial<Shell> as Shell;

  summon(selection: Selection): void {
    this.selection = selection;
    for (const listener of this.shellListeners) listener({ event: 'summoned' });
  }

  override async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    this.asked.push(query.query);
    const answers: Record<string, unknown> = {
      selection: { answer: 'selection', selection: this.selection },
      providers: { answer: 'providers', providers: [] },
      local_servers: { answer: 'local_servers', servers: [] },
      grants: { answer: 'grants', grants: this.grants },
    };
    const own = answers[query.query];
    return own === undefined ? super.query(query) : (own as AnswerTo<Q>);
  }
}

let backend: PopupBackend;
let session: Session;

beforeEach(() => {
  backend = new PopupBackend();
  backend.settings = { model: 'anthropic/claude-sonnet-4-5', selection_language: 'Swedish' };
  backend.onSubmit = (op: Op): Receipt => {
    if (op.op === 'submit' && !op.conversation) {
      backend.emit('c', meta('A question'), ...said());
      return { conversation: 'c' };
    }
    return op.op === 'replace' ? { replaced: 'in_place' } : {};
  };
});

const said = () => [
  { item: 'u', role: 'user' as const, type: 'message', start: true },
  { item: 'u', role: 'user' as const, type: 'message', content: 'the prompt' },
  { item: 'u', role: 'user' as const, type: 'message', end: true },
];

async function summoned(selection: Selection): Promise<void> {
  session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <Popup />
    </SessionProvider>,
  );
  await act(async () => backend.summon(selection));
}

const ops = (name: Op['op']) => backend.ops.filter(({ op }) => op === name);
const submits = () => ops('submit') as Extract<Op, { op: 'submit' }>[];
const field = () => screen.getByRole('combobox', { name: 'What to do with the text' });
const button = (name: RegExp | string) => screen.getByRole('button', { name });
const press = (keys: string) => act(() => userEvent.keyboard(keys));
const row = (name: string) => screen.getByRole('option', { name: new RegExp(name) });
const rows = () => screen.queryAllByRole('option').map((one) => one.getAttribute('data-row'));
const answer = async (...texts: string[]) => {
  await waitFor(() => expect(session.store.getState().loaded.c).toBeTruthy());
  await act(async () => backend.emit('c', ...texts.flatMap((text) => reply(text))));
  await act(async () => backend.emit('c', complete));
};
const prompt = (at = 0) => submits()[at]?.content[0]?.content ?? '';
const quote = () => submits()[0]?.content[1];
const closed = () => waitFor(() => expect(screen.queryByRole('combobox')).toBe(null));

test('nothing is sent before an action is chosen', async () => {
  await summoned(selected());
  expect(document.activeElement).toBe(field());
  expect(rows()).toEqual(['ask', 'explain', 'fix', 'rewrite', 'translate', 'summarise']);
  screen.getByText(`“${TEXT}”`);
  screen.getByText('32 characters · from Mail');
  screen.getByText('Nothing is sent until you choose');
  expect(backend.ops).toEqual([]);
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await press('{Escape}');
  expect(backend.calls).toEqual(['hide']);
  expect(backend.ops).toEqual([]);
  await closed();
});

test('fixing shows the difference and replaces at Enter', async () => {
  await summoned(selected());
  await press('3');
  expect(submits()).toHaveLength(1);
  expect(submits()[0]?.settings).toEqual({ os: false, mode: 'chat_only' });
  expect(prompt()).toMatch(/^Correct spelling/);
  expect(quote()).toEqual({ type: 'message', format: 'quote', content: TEXT });
  await answer('```\nPlease find the invoice attached.\n```');
  expect(ops('arrange')).toEqual([{ op: 'arrange', conversation: 'c', archived: true }]);
  expect(ops('rename')).toEqual([{ op: 'rename', conversation: 'c', title: `Fix: ${TEXT}` }]);
  await waitFor(() => screen.getByText('1 change'));
  const marks = (tag: string) => [...document.querySelectorAll(tag)].map((one) => one.textContent);
  expect([marks('del'), marks('ins')]).toEqual([
    ['−\u2060removed: Pleas'],
    ['+\u2060added: Please'],
  ]);
  await waitFor(() => expect(document.activeElement).toBe(button(/Replace in Mail/)));
  await press('{Enter}');
  expect(ops('replace')).toEqual([
    { op: 'replace', selection: 's1', text: 'Please find the invoice attached.' },
  ]);
  await waitFor(() => screen.getByText('Undo in Mail brings the old text back.'));
});

test('what could not be put in place is said to be on the clipboard', async () => {
  await summoned(selected());
  const { onSubmit } = backend;
  backend.onSubmit = (op) => (op.op === 'replace' ? { replaced: 'copied' } : onSubmit(op));
  await press('3');
  await answer('Please find the invoice attached.');
  await waitFor(() => button(/Replace in Mail/));
  await press('{Enter}');
  await waitFor(() => screen.getByText('The new text is on the clipboard'));
});

test('the new text can stand behind the old one', async () => {
  await summoned(selected());
  await press('5');
  expect(prompt()).toMatch(/^Translate the text to Swedish\./);
  await answer('Fakturan bifogas.');
  await waitFor(() => button(/Replace in Mail/));
  await act(() => userEvent.click(button('More')));
  await act(() => userEvent.click(screen.getByRole('menuitem', { name: /Insert after/ })));
  expect(ops('replace')).toEqual([
    { op: 'replace', selection: 's1', text: 'Fakturan bifogas.', after: true },
  ]);
});

test('a field that cannot be written to is not offered to be replaced', async () => {
  await summoned(selected({ editable: false }));
  expect(row('Fix').textContent).toBe('3Fix');
  await press('3');
  await answer('Please find the invoice attached.');
  await waitFor(() => button('Copy'));
  expect(screen.queryByRole('button', { name: /Replace/ })).toBe(null);
  expect(screen.queryByRole('button', { name: 'More' })).toBe(null);
  expect(document.activeElement).toBe(button('Copy'));
});

test('where nothing may be read, the reason is all there is', async () => {
  await summoned(selected({ text: '', refused: 'Nothing is read in KeePassXC.' }));
  screen.getByText('Nothing is read in KeePassXC.');
  expect(screen.queryByRole('combobox')).toBe(null);
  expect(rows()).toEqual([]);
  await press('3');
  expect(backend.ops).toEqual([]);
  await press('{Escape}');
  expect(backend.calls).toEqual(['hide']);
});

test('where nothing was selected, one types, or takes the clipboard', async () => {
  await summoned(selected({ text: '', editable: false, clipboard: 'Moved to Thursday' }));
  screen.getByText('Nothing selected');
  expect(rows()).toEqual([]);
  await act(() => userEvent.click(button('Use clipboard')));
  screen.getByText('“Moved to Thursday”');
  await press('2');
  expect(quote()?.content).toBe('Moved to Thursday');
});

test('what is typed is asked about the text', async () => {
  await summoned(selected());
  await press('{Enter}');
  screen.getByText('Type a question or an instruction first.');
  expect(backend.ops).toEqual([]);
  // Digits are text once something is typed.
  await press('Is it 3 weeks late?{Enter}');
  expect(prompt()).toBe('Is it 3 weeks late?');
  expect(quote()?.content).toBe(TEXT);
  await answer('No.');
  // The part that lays text out is loaded when it is first wanted.
  await waitFor(() => expect(document.querySelector('.md')?.textContent).toBe('No.'), {
    timeout: 15_000,
  });
  screen.getByText('Is it 3 weeks late?');
  const further = screen.getByRole('textbox', { name: 'Ask further' });
  await act(() => userEvent.type(further, 'Sure?{Enter}'));
  expect(submits()[1]).toEqual({
    op: 'submit',
    conversation: 'c',
    content: [{ type: 'message', content: 'Sure?' }],
  });
  await act(() => userEvent.click(button('Open in the main window')));
  expect(ops('arrange').at(-1)).toEqual({ op: 'arrange', conversation: 'c', archived: false });
  expect(backend.calls).toEqual(['main conversation/c', 'hide']);
});

test('rewriting offers ways, and remembers the last', async () => {
  await summoned(selected());
  await press('4');
  expect(rows()).toEqual(['shorter', 'formal', 'friendly', 'clearer', 'own']);
  await press('{Escape}');
  expect(rows()[0]).toBe('ask');
  expect(backend.calls).toEqual([]);
  await press('43');
  expect(prompt()).toMatch(/^Rewrite the text in a friendly tone\./);
  await act(async () => backend.summon(selected({ id: 's2' })));
  row('Rewrite ?, ?friendlier');
  await press('{ArrowDown>3/}{ArrowRight}Like a pirate{Enter}');
  expect(prompt(1)).toMatch(/^Rewrite the text like this: Like a pirate /);
});

test('another language is remembered', async () => {
  await summoned(selected());
  await press('{ArrowDown>4/}{ArrowRight}Klingon{Enter}');
  expect(prompt()).toMatch(/^Translate the text to Klingon\./);
  expect(ops('configure')).toEqual([
    { op: 'configure', scope: { scope: 'global' }, values: { selection_language: 'Klingon' } },
  ]);
});

test('code becomes a card that waits, and never runs by itself', async () => {
  await summoned(selected({ text: 'print(1)', language: 'python' }));
  await press('7');
  await waitFor(() => expect(backend.calls).toEqual(['main conversation/c', 'hide']));
  expect(submits()).toEqual([
    {
      op: 'submit',
      content: [{ type: 'message', content: 'run python:\nprint(1)' }],
      settings: { model: 'builtin/commands', mode: 'ask_every_time', os: false },
    },
  ]);
  // It stays in the list.
  expect(ops('arrange')).toEqual([]);
});

test('where a rule would run code at once, it becomes a draft', async () => {
  const matches = { what: 'language', language: 'python' } as const;
  backend.grants = [{ id: 'g', rule: { verdict: 'allow', matches } }];
  await summoned(selected({ text: 'print(1)', language: 'python' }));
  await press('7');
  const to = `main new?text=${encodeURIComponent('run python:\nprint(1)')}`;
  await waitFor(() => expect(backend.calls).toEqual([to, 'hide']));
  expect(backend.ops).toEqual([]);
});

test('own actions come last, and more than fit are behind one row', async () => {
  backend.settings.selection_actions = [
    { id: 'a', name: 'As a list', prompt: 'Make a list.', output: 'show' },
    { id: 'b', name: 'As a poem', prompt: 'Make a poem.', output: 'replace' },
    { id: 'c', name: 'Discuss', prompt: 'Discuss it.', output: 'chat' },
  ];
  await summoned(selected());
  await waitFor(() => row('2 more'));
  expect(rows()).toEqual([
    ...['ask', 'explain', 'fix', 'rewrite', 'translate', 'summarise', 'own:a', 'others'],
  ]);
  await press('8');
  expect(rows().slice(6)).toEqual(['own:a', 'own:b', 'own:c']);
  await press('9');
  await waitFor(() => expect(backend.calls).toEqual(['main conversation/c', 'hide']));
  expect(submits()[0]?.settings).toEqual({ os: false });
  expect(prompt()).toBe('Discuss it.');
  expect(ops('arrange')).toEqual([]);
});

test('without a model it says so, and leads to one', async () => {
  backend.settings = { model: 'builtin/commands' };
  await summoned(selected({ text: 'ls', language: 'shell' }));
  await waitFor(() => screen.getByText('No model is connected'));
  await press('2');
  expect(backend.ops).toEqual([]);
  expect(row('Run').getAttribute('aria-disabled')).toBe(null);
  await act(() => userEvent.click(button('Connect')));
  expect(backend.calls).toEqual(['main settings/models', 'hide']);
});

test('the model for quick questions is used', async () => {
  backend.settings.quick_model = 'ollama/qwen3';
  await summoned(selected());
  await waitFor(() => screen.getByText('qwen3 · on this computer'));
  await press('6');
  expect(submits()[0]?.settings).toEqual({
    os: false,
    mode: 'chat_only',
    model: 'ollama/qwen3',
  });
});

test('a failure is said, and can be tried again', async () => {
  await summoned(selected());
  await press('2');
  await waitFor(() => expect(session.store.getState().loaded.c).toBeTruthy());
  await act(async () =>
    backend.emit(
      'c',
      {
        item: 'e',
        role: 'server',
        type: 'error',
        content: { code: 'provider', message: 'The limit is reached.', remedy: 'Wait a minute.' },
      },
      complete,
    ),
  );
  await waitFor(() => screen.getByText('The limit is reached.'));
  screen.getByText('Wait a minute.');
  await act(() => userEvent.click(button('Try again')));
  expect(backend.ops.slice(-2)).toEqual([
    { op: 'truncate', conversation: 'c', item: 'e' },
    { op: 'continue', conversation: 'c' },
  ]);
});

test('a hidden popup shows, asks and follows nothing', async () => {
  await summoned(selected());
  await press('2');
  await waitFor(() => expect(session.store.getState().loaded.c).toBeTruthy());
  const hidden = Object.getOwnPropertyDescriptor(Document.prototype, 'hidden');
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
  await act(async () => void document.dispatchEvent(new Event('visibilitychange')));
  Object.defineProperty(document, 'hidden', hidden ?? { configurable: true, value: false });
  expect(screen.getByRole('main').textContent).toBe('');
  expect(session.store.getState().current).toBe(null);
  const asked = backend.asked.length;
  const before = session.store.getState();
  await act(async () => backend.emit('c', ...reply('Late'), complete));
  expect(backend.asked.length).toBe(asked);
  expect(session.store.getState()).toBe(before);
});
