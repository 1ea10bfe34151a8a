import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeBackend } from '@/backend/fake';
import { complete, meta, reply, say } from '@/gallery/script';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { Op } from '@/generated/Op';
import type { Query } from '@/generated/Query';
import { SessionProvider } from '@/session/context';
import { closeFind, closeSearch, useFind, useHistory, useSearch } from '@/session/history';
import { useJump } from '@/session/jump';
import { useSettingsState } from '@/session/settings';
import { createSession, type Session } from '@/session/store';
import { show } from '@/session/view';
import { App } from './App';
import { loadParts } from './parts';

let backend: FakeBackend;
let session: Session;
/** Answers of the test's own, before the fake engine's. */
let answers: Partial<Record<Query['query'], (query: never) => unknown>>;
/** Changes of rows of the list. */
let rows: Record<string, Partial<ConversationSummary>>;

beforeAll(async () => {
  await loadParts();
});

beforeEach(() => {
  window.location.hash = '';
  show({
    page: 'chat',
    consent: false,
    models: false,
    drawer: false,
    sidebar: true,
    palette: false,
    shortcuts: false,
  });
  closeSearch();
  closeFind();
  useHistory.setState({ gone: [], note: null, renaming: null, costs: null, whole: false });
  useSettingsState.setState({ values: {}, read: false });
  Element.prototype.scrollIntoView ??= () => {};
  backend = new FakeBackend();
  backend.settings = { first_run: false };
  answers = {};
  rows = {};
  const ask = backend.query.bind(backend);
  backend.query = (async (query: Query) => {
    const own = answers[query.query];
    if (own) return own(query as never);
    const answer = await ask(query);
    if (query.query !== 'conversations') return answer;
    const { conversations } = answer as { conversations: ConversationSummary[] };
    return {
      ...answer,
      conversations: conversations.map((row) => ({ ...row, ...rows[row.id] })),
    };
  }) as typeof backend.query;
});

async function start(...titles: string[]): Promise<void> {
  for (const [at, title] of titles.entries()) {
    backend.emit(title, ...say(title), ...reply(`About ${title}`), meta(title), complete);
    backend.dated(title, Date.now() - at * 1000);
  }
  session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <App />
    </SessionProvider>,
  );
  const [first] = titles;
  if (first) await act(() => session.actions.open(first));
  await screen.findByRole('heading', { level: 1, name: first ?? 'New conversation' });
}

const listed = () =>
  [...document.querySelectorAll<HTMLElement>('[data-conversation]')].map(
    (row) => row.dataset.conversation,
  );
const row = (id: string) =>
  document.querySelector<HTMLElement>(`[data-conversation="${id}"]`) as HTMLElement;
const ops = (...kinds: Op['op'][]) => backend.ops.filter(({ op }) => kinds.includes(op));
const menu = async (name: string) => {
  await userEvent.hover(row(name));
  await userEvent.click(screen.getByRole('button', { name: `Menu of ${name}` }));
  return screen.findByRole('menu');
};

describe('the list', () => {
  test('pinned first, the archive folded', async () => {
    rows = { B: { pinned: true }, C: { archived: true } };
    await start('A', 'B', 'C');
    await waitFor(() => expect(listed()).toEqual(['B', 'A']));
    await userEvent.click(screen.getByRole('button', { name: /^Archive/ }));
    expect(listed()).toEqual(['B', 'A', 'C']);
  });

  test('arrow keys walk the rows, F2 renames, Escape leaves the title as it was', async () => {
    await start('A', 'B', 'C');
    await waitFor(() => expect(listed()).toEqual(['A', 'B', 'C']));
    act(() => row('A').focus());
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(row('B'));
    await userEvent.keyboard('{End}');
    expect(document.activeElement).toBe(row('C'));
    await userEvent.keyboard('{Home}{F2}');
    const field = screen.getByRole('textbox', { name: 'Title of the conversation' });
    await userEvent.type(field, 'x{Escape}');
    expect(ops('rename')).toEqual([]);
    await waitFor(() => expect(document.activeElement).toBe(row('A')));
    await userEvent.keyboard('{F2}');
    await userEvent.keyboard('New name{Enter}');
    expect(ops('rename')).toEqual([{ op: 'rename', conversation: 'A', title: 'New name' }]);
  });

  test('deleted by key, brought back by Undo; the focus goes on to the next', async () => {
    await start('A', 'B', 'C');
    await waitFor(() => expect(listed()).toEqual(['A', 'B', 'C']));
    act(() => row('B').focus());
    await userEvent.keyboard('{Delete}');
    await waitFor(() => expect(listed()).toEqual(['A', 'C']));
    await waitFor(() => expect(document.activeElement).toBe(row('C')));
    await userEvent.keyboard('{Delete}');
    await screen.findByText('Deleted 2 conversations, last “C”');
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(ops('delete', 'restore')).toEqual([
      { op: 'delete', conversation: 'B' },
      { op: 'delete', conversation: 'C' },
      { op: 'restore', conversation: 'C' },
    ]);
    await screen.findByText('Deleted “B”');
  });

  test('what is refused is said, and the list stays as it was', async () => {
    await start('A', 'B');
    await waitFor(() => expect(listed()).toEqual(['A', 'B']));
    backend.onSubmit = () => {
      throw { code: 'disk_full', message: 'The disk is full.', remedy: 'Make room.' };
    };
    act(() => row('B').focus());
    await userEvent.keyboard('{Delete}');
    expect((await screen.findByText('The disk is full.')).closest('[role="alert"]')).toBeTruthy();
    expect(listed()).toEqual(['A', 'B']);
    const items = await menu('A');
    await userEvent.click(within(items).getByRole('menuitem', { name: 'Pin' }));
    await waitFor(() => expect(session.store.getState().conversations?.[0]?.pinned).toBe(false));
  });

  test('a damaged one is listed with its reason, and can only be saved or deleted', async () => {
    rows = { B: { damaged: 'Line 3 makes no sense.' } };
    await start('A', 'B');
    await screen.findByText('Line 3 makes no sense.');
    const items = await menu('B');
    expect(
      within(items)
        .getAllByRole('menuitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['Export', 'Delete']);
  });

  test('thousands of rows: few are drawn', async () => {
    const conversations = Array.from({ length: 10_000 }, (_, at) => ({
      id: `c${at}`,
      title: `Number ${at}`,
      created: 0,
      updated: Date.now() - at * 3_600_000,
      cost: 0,
      items: 1,
      pinned: false,
      archived: false,
      first: '',
      model: 'a/b',
      profile: 'default',
      ran_code: false,
      used_screen: false,
      has_files: false,
      failed: false,
    }));
    const asked: (number | undefined)[] = [];
    answers.conversations = ({ limit }: { limit?: number }) => {
      asked.push(limit);
      return { answer: 'conversations', conversations: conversations.slice(0, limit) };
    };
    await start();
    await waitFor(() => expect(listed()[0]).toBe('c0'));
    expect(asked).toEqual([500]);
    expect(listed().length).toBeLessThan(60);
    act(() => row('c0').focus());
    await userEvent.keyboard('{End}');
    await waitFor(() => expect(document.activeElement).toBe(row('c499')));
    await waitFor(() => expect(session.store.getState().conversations?.length).toBe(10_000));
    expect(asked).toEqual([500, undefined]);
    expect(listed().length).toBeLessThan(60);
  });
});

describe('the search', () => {
  const hits = (text: string) => [
    { conversation: 'B', title: 'B', item: 'b1', snippet: `one \u0002${text}\u0003` },
    { conversation: 'B', title: 'B', item: 'b2', snippet: `two \u0002${text}\u0003` },
    { conversation: 'A', title: 'A', snippet: `\u0002${text}\u0003` },
  ];
  const field = () => screen.getByRole('searchbox', { name: 'Search conversations' });

  test('opens at the hit by keyboard alone, and goes on to the next', async () => {
    answers.search = ({ text }: { text: string }) => ({ answer: 'search', hits: hits(text) });
    await start('A', 'B');
    await userEvent.keyboard('{Control>}{Shift>}F{/Shift}{/Control}');
    await waitFor(() => expect(document.activeElement).toBe(field()));
    await userEvent.keyboard('word');
    await screen.findByRole('heading', { name: '2 conversations, 3 places' });
    // A fitting title comes first.
    expect(screen.getAllByRole('option').map((one) => one.dataset.hit)).toEqual(['A', 'B']);
    await userEvent.keyboard('{ArrowDown}');
    expect(field().getAttribute('aria-activedescendant')).toBe('hit-1');
    await userEvent.keyboard('{Control>}g{/Control}{Enter}');
    await waitFor(() => expect(session.store.getState().current).toBe('B'));
    expect(useSearch.getState().open).toBe(false);
    await screen.findByText('2 of 2');
    expect(useFind.getState().hits).toEqual([
      { item: 'b1', index: 0, text: 'word' },
      { item: 'b2', index: 0, text: 'word' },
    ]);
    expect(useJump.getState().marked).toEqual({ item: 'b2', index: 0, text: 'word' });
    await userEvent.keyboard('{Control>}g{/Control}');
    await screen.findByText('1 of 2');
  });

  test('an answer that comes late never replaces a newer one', async () => {
    const open: Record<string, (value: unknown) => void> = {};
    answers.search = ({ text }: { text: string }) =>
      new Promise((resolve) => {
        open[text] = () => resolve({ answer: 'search', hits: hits(text) });
      });
    await start('A', 'B');
    await userEvent.type(field(), 'on');
    await waitFor(() => expect(open.on).toBeTruthy());
    await userEvent.type(field(), 'e');
    await waitFor(() => expect(open.one).toBeTruthy());
    await act(async () => open.one?.(null));
    await act(async () => open.on?.(null));
    expect(useSearch.getState().answered).toBe('one');
    expect(useSearch.getState().hits?.[0]?.snippet).toBe('one \u0002one\u0003');
  });

  test('the first hits are asked for at once, the rest when the typing rests', async () => {
    const many = Array.from({ length: 60 }, (_, at) => ({
      conversation: `C${at}`,
      title: `C${at}`,
      item: `i${at}`,
      kind: at === 1 ? 'output' : 'code',
      ...(at !== 1 && { language: 'python' }),
      snippet: '\u0002word\u0003',
    }));
    const asked: number[] = [];
    let rest = () => {};
    const rested = new Promise<void>((resolve) => {
      rest = resolve;
    });
    answers.search = async ({ limit }: { limit: number }) => {
      asked.push(limit);
      if (limit > 60) await rested;
      // All of them bring a title, which stands first.
      const title = { conversation: 'T', title: 'T', snippet: '\u0002word\u0003' };
      return {
        answer: 'search',
        hits: limit < 60 ? many.slice(0, limit) : [title, ...many],
      };
    };
    await start('A');
    act(() => field().focus());
    await userEvent.paste('word');
    const options = await screen.findAllByRole('option');
    expect(options[0]?.textContent).toContain('Python: word');
    expect(options[1]?.textContent).toContain('Output: word');
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await act(async () => rest());
    await screen.findByRole('heading', { name: '61 conversations, 61 places' });
    expect(asked).toEqual([40, 300]);
    // What was chosen still is.
    expect(screen.getByRole('option', { selected: true }).dataset.hit).toBe('C2');
    expect(useSearch.getState().at).toBe(3);
  });

  test('nothing found says what was searched, and offers titles that come close', async () => {
    answers.search = () => ({ answer: 'search', hits: [] });
    await start('Norrland invoice', 'B');
    await userEvent.type(field(), 'norland');
    await screen.findByText('Nothing found for “norland”');
    await screen.findByText(/2 conversations/);
    await screen.findByText(/in quotes/);
    await userEvent.click(await screen.findByRole('button', { name: 'Norrland invoice' }));
    expect((field() as HTMLInputElement).value).toBe('Norrland invoice');
  });

  test('filters narrow the list down; Escape leaves it where it began', async () => {
    rows = { B: { ran_code: true }, C: { ran_code: true, failed: true } };
    await start('A', 'B', 'C');
    await userEvent.click(screen.getByRole('button', { name: 'All conversations' }));
    const options = () => screen.queryAllByRole('option').map((one) => one.dataset.hit);
    await waitFor(() => expect(options()).toEqual(['A', 'B', 'C']));
    await userEvent.click(screen.getByRole('button', { name: 'Ran code' }));
    expect(options()).toEqual(['B', 'C']);
    await userEvent.click(screen.getByRole('button', { name: 'Failed' }));
    expect(options()).toEqual(['C']);
    await userEvent.click(screen.getByRole('button', { name: 'Used the screen' }));
    await userEvent.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(options()).toEqual(['A', 'B', 'C']);
    act(() => field().focus());
    await userEvent.keyboard('{ArrowDown}{Escape}');
    await waitFor(() => expect(useSearch.getState().open).toBe(false));
    await waitFor(() => expect(session.store.getState().current).toBe('A'));
  });
});

describe('finding in the conversation', () => {
  test('counts, goes round, and gives the focus back', async () => {
    const found = [0, 1, 2].map((index) => ({ item: 'x', index, snippet: '' }));
    answers.find = ({ text }: { text: string }) => ({
      answer: 'find',
      hits: text === 'none' ? [] : found,
    });
    await start('A');
    const composer = screen.getByRole('textbox', { name: 'Message' });
    act(() => composer.focus());
    await userEvent.keyboard('{Control>}f{/Control}');
    const field = await screen.findByRole('textbox', { name: 'Find in this conversation' });
    await waitFor(() => expect(document.activeElement).toBe(field));
    await userEvent.keyboard('word');
    await screen.findByText('1 of 3');
    await userEvent.keyboard('{Enter}{Enter}{Enter}');
    await screen.findByText('1 of 3');
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
    await screen.findByText('3 of 3');
    expect(useJump.getState().marked).toEqual({ item: 'x', index: 2, text: 'word' });
    await userEvent.clear(field);
    await userEvent.type(field, 'none');
    await screen.findByText('Not found');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('textbox', { name: 'Find in this conversation' })).toBeNull();
    expect(document.activeElement).toBe(composer);
    expect(useJump.getState().marked).toBeNull();
  });
});

describe('the palette', () => {
  const field = () => screen.findByRole('combobox', { name: 'What to do' });

  test('does actions, opens conversations, chooses models; by keyboard', async () => {
    backend.models = [
      {
        name: 'ollama/qwen3',
        provider: 'ollama',
        vision: false,
        tools: true,
        computer: false,
        ready: true,
        local: true,
      },
    ];
    await start('Alpha', 'Beta');
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await field(), 'beta{Enter}');
    await waitFor(() => expect(session.store.getState().current).toBe('Beta'));
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await field(), 'dupl{Enter}');
    await waitFor(() => expect(ops('duplicate')).toHaveLength(1));
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await field(), 'qwen{Enter}');
    await waitFor(() =>
      expect(ops('configure')).toMatchObject([{ values: { model: 'ollama/qwen3' } }]),
    );
  });

  test('shows the chords, and searches contents where no name fits', async () => {
    await start('Alpha');
    await userEvent.keyboard('{Control>}k{/Control}');
    expect(
      (await screen.findByRole('option', { name: /^New conversation/ })).textContent,
    ).toContain('Ctrl N');
    await userEvent.type(await field(), 'zzz{Enter}');
    await waitFor(() => expect(useSearch.getState()).toMatchObject({ open: true, text: 'zzz' }));
  });
});

describe('shortcuts', () => {
  test('a rebound key does the new thing, and the old one no more', async () => {
    backend.settings = { first_run: false, shortcuts: { palette: 'Ctrl+J', new: null } };
    await start('A');
    await waitFor(() => expect(useSettingsState.getState().read).toBe(true));
    await userEvent.keyboard('{Control>}k{/Control}{Control>}n{/Control}');
    expect(screen.queryByRole('combobox', { name: 'What to do' })).toBeNull();
    expect(session.store.getState().current).toBe('A');
    await userEvent.keyboard('{Control>}j{/Control}');
    await screen.findByRole('combobox', { name: 'What to do' });
  });

  test('a question mark shows the list, not while somebody types, and not when it is off', async () => {
    await start('A');
    act(() => screen.getByRole('textbox', { name: 'Message' }).focus());
    await userEvent.keyboard('?');
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => row('A').focus());
    await userEvent.keyboard('?');
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(within(sheet).getByText('Find in this conversation')).toBeTruthy();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});

describe('the header', () => {
  test('a click on the title makes it a field', async () => {
    await start('A');
    await userEvent.click(screen.getByRole('button', { name: 'A' }));
    await userEvent.keyboard('Better{Enter}');
    expect(ops('rename')).toEqual([{ op: 'rename', conversation: 'A', title: 'Better' }]);
  });

  test('the chip says the cost, its card the rest, and when a budget is near or reached', async () => {
    answers.costs = () => ({
      answer: 'costs',
      day: 4.1,
      month: 20,
      day_limit: 5,
      incomplete: true,
    });
    await start('A');
    const chip = await screen.findByRole('button', { name: /^Cost of this conversation/ });
    await waitFor(() => expect(chip.textContent).toContain('82 % of the budget'));
    expect(chip.dataset.budget).toBe('near');
    await userEvent.click(chip);
    const card = await screen.findByRole('dialog', { name: 'What it costs' });
    for (const text of ['$4.10', '$20.00', '$0.90 of $5.00 left', /^Estimated/]) {
      expect(within(card).getByText(text)).toBeTruthy();
    }
    answers.costs = () => ({ answer: 'costs', day: 5, month: 20, day_limit: 5, incomplete: false });
    act(() =>
      backend.emit('A', {
        role: 'server',
        type: 'usage',
        content: { input_tokens: 10, output_tokens: 1, cost_usd: 0.9 },
      }),
    );
    await waitFor(() => expect(chip.textContent).toContain('Budget reached'));
  });

  test('export asks for the form, and screenshots only when ticked', async () => {
    const saved = vi.fn();
    answers.export = (query: Query) => {
      saved(query);
      return { answer: 'file', name: 'A.md', media_type: 'text/markdown', text: '# A' };
    };
    URL.createObjectURL = () => 'blob:x';
    URL.revokeObjectURL = () => {};
    rows = { A: { used_screen: true } };
    await start('A');
    const choose = async (tick: boolean) => {
      await userEvent.click(screen.getByRole('button', { name: 'Conversation menu' }));
      await screen.findByRole('menu');
      act(() => screen.getByRole('menuitem', { name: 'Export' }).focus());
      await userEvent.keyboard('{ArrowRight}');
      const box = await screen.findByRole('menuitemcheckbox', { name: 'With the screenshots' });
      expect(box.getAttribute('aria-checked')).toBe('false');
      if (tick) {
        act(() => box.focus());
        await userEvent.keyboard('{Enter}');
      }
      act(() => screen.getByRole('menuitem', { name: /^Markdown/ }).focus());
      await userEvent.keyboard('{Enter}');
    };
    await choose(false);
    await screen.findByText('Saved A.md');
    await choose(true);
    await waitFor(() => expect(saved).toHaveBeenCalledTimes(2));
    expect(saved.mock.calls.map(([query]) => query.screenshots)).toEqual([false, true]);
  });
});
