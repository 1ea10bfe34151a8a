import { beforeEach, expect, test } from 'vitest';
import { BackendError } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import type { Op } from '@/generated/Op';
import type { Origin } from '@/generated/Origin';
import { usePreferences } from './preferences';
import {
  configure,
  isFixed,
  isOwn,
  loadSettings,
  modelValues,
  reset,
  scopeFor,
  undo,
  useSettingsState,
} from './settings';

/** Holds what was configured, in two layers. */
class Layers extends FakeBackend {
  readonly builtin: Record<string, unknown> = { theme: 'system', max_budget: null, profile: 'p' };
  readonly saved: Record<string, unknown> = {};
  refuse: string | null = null;

  override onSubmit = (op: Op) => {
    if (op.op !== 'configure') return {};
    if (this.refuse) throw new BackendError({ code: 'bad_setting', message: this.refuse });
    for (const [key, value] of Object.entries(op.values)) {
      if (value === null) delete this.saved[key];
      else this.saved[key] = value;
    }
    return {};
  };

  override async query(query: { query: string }): Promise<never> {
    if (query.query !== 'settings') throw new Error(query.query);
    return {
      answer: 'settings',
      settings: Object.keys(this.builtin).map((key) =>
        key in this.saved
          ? { key, value: this.saved[key], origin: 'app' }
          : { key, value: this.builtin[key], origin: 'builtin' },
      ),
    } as never;
  }
}

let backend: Layers;
const value = (key: string) => useSettingsState.getState().values[key]?.value;
const configured = () =>
  backend.ops.map((op) => (op.op === 'configure' ? [op.scope, op.values] : op));

beforeEach(async () => {
  localStorage.clear();
  useSettingsState.setState({ values: {}, last: null, refused: {}, read: false });
  backend = new Layers();
  await loadSettings(backend);
});

test('a change is written, read again, and taken back to nothing', async () => {
  expect(await configure(backend, { theme: 'dark' })).toBe(true);
  expect(value('theme')).toBe('dark');
  expect(usePreferences.getState().theme).toBe('dark');
  await undo(backend);
  expect(value('theme')).toBe('system');
  expect(usePreferences.getState().theme).toBe('system');
  expect(configured()).toEqual([
    [{ scope: 'global' }, { theme: 'dark' }],
    [{ scope: 'global' }, { theme: null }],
  ]);
  expect(useSettingsState.getState().last).toBeNull();
});

test('undo brings back what was set before, also after a reset', async () => {
  await configure(backend, { max_budget: 5 });
  await configure(backend, { max_budget: 7 });
  await undo(backend);
  expect(value('max_budget')).toBe(5);
  await reset(backend, 'max_budget');
  expect(value('max_budget')).toBeNull();
  await undo(backend);
  expect(value('max_budget')).toBe(5);
});

test('a refusal is kept beside its row, and the old value stays', async () => {
  backend.refuse = 'That is no theme.';
  expect(await configure(backend, { theme: 'dark' })).toBe(false);
  const { refused, last } = useSettingsState.getState();
  expect(refused.theme?.message).toBe('That is no theme.');
  expect(last).toBeNull();
  expect(usePreferences.getState().theme).toBe('system');
  backend.refuse = null;
  await configure(backend, { theme: 'light' });
  expect(useSettingsState.getState().refused).toEqual({});
});

test.each<[Origin, object, boolean, boolean]>([
  ['builtin', { scope: 'global' }, false, false],
  ['default_profile', { scope: 'global' }, false, false],
  ['app', { scope: 'global' }, false, true],
  ['profile', { scope: 'profile', name: 'work' }, false, false],
  ['app_profile', { scope: 'profile', name: 'work' }, false, true],
  ['environment', { scope: 'global' }, true, false],
  ['command_line', { scope: 'global' }, true, false],
])('a value from %s', (origin, scope, fixed, own) => {
  const setting = { key: 'mode', value: 'chat_only', origin };
  expect(scopeFor(setting, 'work')).toEqual(scope);
  expect(isFixed(setting)).toBe(fixed);
  expect(isOwn(setting)).toBe(own);
});

test.each<[string | null, Origin, string | null, string | undefined, object]>([
  ['openai/a', 'app', 'openai/b', undefined, { model: 'openai/b' }],
  ['openai/a', 'app', 'jan/b', undefined, { model: 'jan/b', api_base: null }],
  ['openai/a', 'app', null, undefined, { model: null, api_base: null }],
  ['openai/a', 'app', 'jan/b', 'http://x', { model: 'jan/b', api_base: 'http://x' }],
  ['openai/a', 'environment', 'jan/b', undefined, { model: 'jan/b' }],
])('from %s with an address from %s to %s', (before, origin, model, base, expected) => {
  useSettingsState.setState({
    values: {
      model: { key: 'model', value: before, origin: 'app' },
      api_base: { key: 'api_base', value: 'http://own', origin },
    },
  });
  expect(modelValues(model, base)).toEqual(expected);
});
