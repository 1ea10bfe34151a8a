import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import '@/app/i18n';
import { FakeBackend } from '@/backend/fake';
import { SessionProvider } from '@/session/context';
import { openPage, SETTINGS } from '@/session/pages';
import { useSettingsState } from '@/session/settings';
import { createSession } from '@/session/store';
import { useView } from '@/session/view';
import { ROWS } from './index';
import * as licences from './licences';
import Settings from './Settings';

let backend: FakeBackend;

beforeEach(() => {
  localStorage.clear();
  Element.prototype.scrollIntoView ??= () => {};
  backend = new FakeBackend();
  backend.settings = { theme: 'system', mode: 'ask_every_time', max_budget: 5, profile: 'default' };
  useSettingsState.setState({ values: {}, read: false, last: null, refused: {} });
  useView.setState({ page: 'chat', row: null });
});

async function open(page: (typeof SETTINGS)[number], row: string | null = null): Promise<void> {
  openPage(`settings/${page}`, row);
  render(
    <SessionProvider session={createSession(backend)}>
      <Settings />
    </SessionProvider>,
  );
  await act(async () => {});
}

test.each(SETTINGS)('what can be found on the page %s is there', async (page) => {
  await open(page);
  const missing = ROWS[page].filter((row) => !document.getElementById(`row-${row}`));
  expect(missing).toEqual([]);
});

test('each row is on one page only', () => {
  const all = SETTINGS.flatMap((page) => ROWS[page]);
  expect(all.length).toBe(new Set(all).size);
});

test('a row that was asked for gets the focus', async () => {
  await open('budget', 'max_budget');
  await waitFor(() =>
    expect(document.activeElement?.closest('[data-row]')?.id).toBe('row-max_budget'),
  );
});

test('what cannot be read says so, and is asked for again', async () => {
  await open('code');
  expect(await screen.findByText('This could not be read')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

test('a change can be taken back with the keyboard, but not while writing', async () => {
  await open('budget');
  const field = await screen.findByRole('textbox', { name: 'A conversation' });
  await userEvent.clear(field);
  await userEvent.type(field, '7{Enter}');
  await userEvent.keyboard('{Control>}z{/Control}');
  act(() => document.querySelector<HTMLElement>('[data-heading]')?.focus());
  await userEvent.keyboard('{Control>}z{/Control}');
  await waitFor(() =>
    expect(backend.ops.map((op) => op.op === 'configure' && op.values)).toEqual([
      { max_budget: 7 },
      { max_budget: 5 },
    ]),
  );
});

test('Escape leaves, but first what is open on the page', async () => {
  await open('selection');
  await userEvent.click(screen.getByRole('button', { name: 'Add an action' }));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  expect(useView.getState().page).toBe('settings/selection');
  await userEvent.keyboard('{Escape}');
  expect(useView.getState().page).toBe('chat');
});

test('a page that was built without the list of licences says where there is one', async () => {
  await open('about');
  await userEvent.click(screen.getByRole('button', { name: 'Show the list' }));
  expect(await screen.findByText(/built without the list/)).toBeTruthy();
});

test('whose work is inside is listed, with its texts', async () => {
  vi.spyOn(licences, 'listed').mockResolvedValue({
    parts: [
      { name: 'serde', version: '1.0.0', licence: 'MIT', link: 'https://a.example/', texts: [0] },
      { name: 'bare', version: '2.0.0', licence: 'ISC', link: 'https://b.example/', texts: [] },
    ],
    texts: ['Permission is hereby granted'],
  });
  await open('about');
  await userEvent.click(screen.getByRole('button', { name: 'Show the list' }));
  const list = await waitFor(() => {
    const found = document.querySelector('[data-licences]');
    if (!found) throw new Error('no list');
    return found;
  });
  expect([...list.querySelectorAll('summary')].map(({ textContent }) => textContent)).toEqual([
    'serde 1.0.0 · MIT',
    'bare 2.0.0 · ISC',
  ]);
  expect(list.textContent).not.toContain('Permission');
  for (const part of list.querySelectorAll('details')) {
    part.open = true;
    fireEvent(part, new Event('toggle'));
  }
  expect(list.textContent).toContain('Permission is hereby granted');
  expect(list.textContent).toContain('It brings no text');
});
