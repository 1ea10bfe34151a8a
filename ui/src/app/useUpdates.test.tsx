import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '@/app/i18n';
import { FakeBackend } from '@/backend/fake';
import type { Shell, ShellEvent, Update } from '@/backend/shell';
import { UpdateChip } from '@/features/header/UpdateChip';
import { SessionProvider } from '@/session/context';
import { loadSettings, useSettingsState } from '@/session/settings';
import { createSession } from '@/session/store';
import { useView } from '@/session/view';
import { useUpdates } from './useUpdates';

const HOUR = 60 * 60 * 1000;
const NEWER: Update = { state: 'available', version: '9.1.0' };

/** An engine in an app whose shell finds what it is told to. */
class App extends FakeBackend {
  looked = 0;
  now: Update = { state: 'none' };
  found: Update | Error = { state: 'none' };
  private told = new Set<(event: ShellEvent) => void>();
  readonly shell = {
    update: async () => this.now,
    checkForUpdate: async () => {
      this.looked += 1;
      if (this.found instanceof Error) throw this.found;
      return this.found;
    },
    onEvent: (listener: (event: ShellEvent) => void) => {
      this.told.add(listener);
      return () => this.told.delete(listener);
    },
  } as unknown as Shell;

  tell(update: Update): void {
    for (const listener of this.told) listener({ event: 'update', update });
  }
}

function Window() {
  useUpdates();
  return <UpdateChip />;
}

let app: App;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  useSettingsState.setState({ values: {}, read: false });
  useView.setState({ page: 'chat', row: null });
  app = new App();
});
afterEach(() => void vi.useRealTimers());

async function start(updates: string | undefined, backend: FakeBackend = app): Promise<void> {
  backend.settings = { updates };
  render(
    <SessionProvider session={createSession(backend)}>
      <Window />
    </SessionProvider>,
  );
  await act(() => loadSettings(backend));
}
const pass = (time: number) => act(() => vi.advanceTimersByTimeAsync(time));
const chip = () => screen.queryByRole('button')?.textContent ?? null;

test.each([['off'], [undefined]])('nothing is looked for with %s', async (updates) => {
  app.found = NEWER;
  await start(updates);
  await pass(72 * HOUR);
  expect([app.looked, chip()]).toEqual([0, null]);
});

test('it is looked for at the start and once a day', async () => {
  await start('ask');
  expect(app.looked).toBe(1);
  await pass(23 * HOUR);
  expect([app.looked, chip()]).toEqual([1, null]);
  app.found = NEWER;
  await pass(HOUR);
  expect([app.looked, chip()]).toEqual([2, 'Update to 9.1.0']);
});

test('what is found leads to where it is installed', async () => {
  app.found = NEWER;
  await start('ask');
  act(() => screen.getByRole('button').click());
  expect(useView.getState()).toMatchObject({ page: 'settings/updates', row: 'update_now' });
});

test('what is under way is told, and not looked for again', async () => {
  app.now = { state: 'ready', version: '9.1.0' };
  await start('ask');
  await pass(24 * HOUR);
  expect([app.looked, chip()]).toEqual([0, 'Update to 9.1.0']);
});

test('a look that failed says nothing, and is made again the next day', async () => {
  app.found = new Error('no network');
  await start('ask');
  expect([app.looked, chip()]).toEqual([1, null]);
  app.found = NEWER;
  await pass(24 * HOUR);
  expect([app.looked, chip()]).toEqual([2, 'Update to 9.1.0']);
});

test('taking the setting back ends it', async () => {
  app.found = NEWER;
  await start('ask');
  expect(chip()).toBe('Update to 9.1.0');
  app.settings = { updates: 'off' };
  await act(() => loadSettings(app));
  expect(chip()).toBeNull();
  act(() => app.tell(NEWER));
  await pass(48 * HOUR);
  expect([app.looked, chip()]).toEqual([1, null]);
});

test('a browser looks for nothing', async () => {
  const browser = new FakeBackend();
  await start('ask', browser);
  expect(chip()).toBeNull();
});
