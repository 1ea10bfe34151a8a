import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { type AnswerTo, BackendError } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import { invoice } from '@/gallery/steps';
import type { Query } from '@/generated/Query';
import { SessionProvider } from '@/session/context';
import { createSession } from '@/session/store';
import { show } from '@/session/view';
import { StepsPanel } from './StepsPanel';

/** An engine whose pictures are kept for a while only. */
class Kept extends FakeBackend {
  asked: Query[] = [];
  gone = false;

  override async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    this.asked.push(query);
    return query.query === 'export'
      ? ({ answer: 'export', name: 'steps.html', media_type: 'text/html', text: '<p>' } as never)
      : super.query(query);
  }

  override async blobUrl(hash: string): Promise<string> {
    if (this.gone) throw new BackendError({ code: 'unknown_item', message: 'It is gone.' });
    return super.blobUrl(hash);
  }
}

let backend: Kept;

beforeEach(() => {
  backend = new Kept();
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private tell: (entries: { isIntersecting: boolean }[]) => void) {}
      observe() {
        this.tell([{ isIntersecting: true }]);
      }
      disconnect() {}
    },
  );
  vi.stubGlobal('matchMedia', () => ({
    matches: true,
    addEventListener() {},
    removeEventListener() {},
  }));
});

async function open(events = invoice()) {
  backend.emit('c', ...events);
  const session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <StepsPanel />
    </SessionProvider>,
  );
  await act(() => session.actions.open('c'));
  act(() => show({ steps: true }));
  return session;
}

const rows = () => screen.getAllByRole('button', { expanded: false });
const ops = (name: string) => backend.ops.filter(({ op }) => op === name);

test('rows tell in words what was done to what, and what came of it', async () => {
  await open();
  const words = rows()
    .filter((row) => row.dataset.step)
    .map((row) => [
      row.dataset.step,
      row.querySelector('span.truncate')?.textContent,
      row.dataset.outcome,
    ]);
  expect(words).toEqual([
    ['1', 'Type “NORR-2291” into “Invoice number”', 'confirmed'],
    ['2', 'Click “Account”', 'no_change'],
    ['3', 'Click “Account”', 'confirmed'],
    ['4', 'Drag to 880, 560', 'uncertain'],
    ['5', 'Click “Pay now”', 'refused'],
    ['6', 'Type the secret “ledger” as ••••••••', 'confirmed'],
  ]);
  screen.getByText('6 steps · 3 confirmed, 1 without change, 1 uncertain, 1 refused');
  const { violations } = await axe.run(screen.getByRole('complementary'), {
    // jsdom draws nothing.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test('a step is called wrong at once, then why, and that is taken back', async () => {
  await open();
  await userEvent.click(screen.getByText('Drag to 880, 560'));
  await userEvent.click(screen.getByRole('button', { name: 'Wrong click' }));
  expect(ops('mark')).toEqual([{ op: 'mark', conversation: 'c', number: 4, wrong: true }]);
  const item = itemOf(4);
  act(() => backend.emit('c', mark(item, 4, true)));
  const field = await screen.findByRole('textbox');
  expect(document.activeElement).toBe(field);
  await userEvent.type(field, ' too far {Enter}');
  expect(ops('mark').at(-1)).toEqual({
    op: 'mark',
    conversation: 'c',
    number: 4,
    wrong: true,
    note: 'too far',
  });
  await userEvent.click(screen.getByRole('button', { name: 'Take back' }));
  expect(ops('mark').at(-1)).toEqual({ op: 'mark', conversation: 'c', number: 4, wrong: false });
  act(() => backend.emit('c', mark(item, 4, false)));
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Wrong click' })),
  );
});

test('a mark that is refused says so', async () => {
  await open();
  backend.onSubmit = () => {
    throw new BackendError({ code: 'unknown_item', message: 'There is no such step.' });
  };
  await userEvent.click(screen.getByText('Drag to 880, 560'));
  await userEvent.click(screen.getByRole('button', { name: 'Wrong click' }));
  expect((await screen.findByRole('alert')).textContent).toBe('There is no such step.');
});

test('a replay says what it is, and leaves out what was refused or wrong', async () => {
  const session = await open();
  backend.emit('again', ...invoice());
  backend.onSubmit = () => ({ conversation: 'again' });
  await userEvent.click(screen.getByRole('button', { name: 'Replay these steps' }));
  const dialog = screen.getByRole('dialog', { name: 'Replay 4 steps?' });
  within(dialog).getByText(/without a model/);
  expect(ops('replay')).toEqual([]);
  await userEvent.click(within(dialog).getByRole('checkbox'));
  within(dialog).getByRole('button', { name: 'Replay 5 steps' });
  await userEvent.click(within(dialog).getByRole('checkbox'));
  await userEvent.click(within(dialog).getByRole('button', { name: 'Replay 4 steps' }));
  expect(ops('replay')).toEqual([{ op: 'replay', conversation: 'c', numbers: [1, 3, 4, 6] }]);
  await waitFor(() => expect(session.store.getState().current).toBe('again'));
});

test('they are saved without pictures unless those are wanted', async () => {
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  URL.createObjectURL = () => 'blob:x';
  await open();
  const save = async (ticked: boolean) => {
    await userEvent.click(screen.getByRole('button', { name: 'Save the steps' }));
    if (ticked) await userEvent.click(screen.getByRole('menuitemcheckbox'));
    await userEvent.click(screen.getByRole('menuitem'));
  };
  await save(false);
  await save(true);
  await waitFor(() => expect(clicked).toHaveBeenCalledTimes(2));
  const exports = backend.asked.filter(({ query }) => query === 'export');
  const asked = { query: 'export', conversation: 'c', format: 'steps' };
  expect(exports).toEqual([
    { ...asked, screenshots: false },
    { ...asked, screenshots: true },
  ]);
});

test('pictures that are not kept any more are said to be so', async () => {
  backend.gone = true;
  await open();
  await waitFor(() => expect(screen.getAllByText('Not kept')).toHaveLength(6));
  await userEvent.click(screen.getByText('Drag to 880, 560'));
  await screen.findByText('No screenshots were kept of this step.');
});

test('nothing was done yet', async () => {
  await open([]);
  screen.getByText('Nothing was done on the screen yet.');
  expect(screen.queryByRole('button', { name: 'Replay these steps' })).toBeNull();
});

function itemOf(number: number): string {
  const row = document.querySelector<HTMLElement>(`[data-step="${number}"]`);
  return row?.dataset.row?.split('/')[0] ?? '';
}

const mark = (item: string, number: number, wrong: boolean) => ({
  role: 'server' as const,
  type: 'mark',
  content: { item, number, wrong },
});
