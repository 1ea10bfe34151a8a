import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import type { AnswerTo } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import { complete, meta, reply, say } from '@/gallery/script';
import type { Display } from '@/generated/Display';
import type { Query } from '@/generated/Query';
import { SessionProvider } from '@/session/context';
import { createSession } from '@/session/store';
import { show } from '@/session/view';
import { ConsentSheet } from './ConsentSheet';
import { limitOf } from './LivePill';

const display = (name: string, x: number): Display => ({
  name,
  x,
  y: 0,
  width: 1920,
  height: 1080,
  scale: 1,
  primary: x === 0,
});

class Displayed extends FakeBackend {
  displays: Display[] = [display('DP-1', 0)];

  override async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    return query.query === 'displays'
      ? ({ answer: 'displays', displays: this.displays } as unknown as AnswerTo<Q>)
      : super.query(query);
  }
}

let backend: Displayed;

beforeEach(() => {
  backend = new Displayed();
  backend.settings = { os_steps: 40, os_minutes: 15, max_budget: null, os_displays: null };
});

async function open(): Promise<void> {
  backend.emit('c', meta('A talk'), ...say('Fill in the form'), ...reply('Yes.'), complete);
  const session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <ConsentSheet />
    </SessionProvider>,
  );
  await act(() => session.actions.open('c'));
  act(() => show({ consent: true }));
  await waitFor(() => expect(field('Most steps in one turn').value).toBe('40'));
}

const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });
const start = () => userEvent.click(screen.getByRole('button', { name: 'Start' }));
const configured = () => backend.ops.flatMap((op) => (op.op === 'configure' ? [op.values] : []));

test('what holds is shown, and only what was changed is told', async () => {
  await open();
  expect(field('Most minutes in one turn').value).toBe('15');
  expect(screen.queryByRole('checkbox')).toBeNull();
  await userEvent.clear(field('Most steps in one turn'));
  await userEvent.type(field('Most steps in one turn'), '12');
  await userEvent.clear(field('Most minutes in one turn'));
  await start();
  expect(configured()).toEqual([{ os: true, os_steps: 12, os_minutes: 0 }]);
});

test('what is no number begins nothing, and says so', async () => {
  await open();
  await userEvent.type(field('Most steps in one turn'), 'x');
  screen.getByText('Write a whole number, or leave it empty for no limit.');
  await start();
  expect(configured()).toEqual([]);
});

test('with several displays the main one is chosen, and one must stay', async () => {
  backend.displays = [display('DP-1', 0), display('DP-2', 1920)];
  await open();
  const left = await screen.findByRole<HTMLInputElement>('checkbox', { name: /1, left/ });
  const right = screen.getByRole<HTMLInputElement>('checkbox', { name: /2, right/ });
  expect([left.checked, right.checked]).toEqual([true, false]);
  await userEvent.click(left);
  expect(left.checked).toBe(true);
  const { violations } = await axe.run(screen.getByRole('dialog'), {
    // jsdom draws nothing.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await userEvent.click(right);
  await userEvent.click(left);
  expect([left.checked, right.checked]).toEqual([false, true]);
  await start();
  expect(configured()).toEqual([{ os: true, os_displays: ['DP-2'] }]);
});

test('the main display is told even where nothing was changed', async () => {
  backend.displays = [display('DP-1', 0), display('DP-2', 1920)];
  await open();
  await screen.findByRole('checkbox', { name: /1, left/ });
  await start();
  expect(configured()).toEqual([{ os: true, os_displays: ['DP-1'] }]);
});

test('a turn that ended at a limit says at which', () => {
  const error = (content: unknown) => ({
    id: 'e',
    role: 'server' as const,
    type: 'error',
    content,
    complete: true,
  });
  const params = { limit: 'steps', count: 40 };
  expect(limitOf(error({ code: 'limit_reached', params }))).toEqual({ name: 'steps', count: 40 });
  expect(limitOf(error({ code: 'budget_reached', params }))).toBeUndefined();
  expect(limitOf(undefined)).toBeUndefined();
});
