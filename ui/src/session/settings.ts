/*
 * The settings of the engine as the pages see them: each value with where it
 * comes from, changed at once, and taken back with Undo.
 */
import { create } from 'zustand';
import { type Backend, BackendError } from '@/backend/backend';
import type { Error as Failure } from '@/generated/Error';
import type { Scope } from '@/generated/Scope';
import type { SettingValue } from '@/generated/SettingValue';
import { setPreferences, valuesOf } from './preferences';

type Values = Record<string, unknown>;

/** A change that can be taken back. */
export type Change = {
  /** Rises by one with each change. */
  count: number;
  keys: readonly string[];
  scope: Scope;
  /** What to write to have it as it was; null removes. */
  before: Values;
};

type State = {
  values: Readonly<Record<string, SettingValue>>;
  /** They were read at least once. */
  read: boolean;
  problems: readonly Failure[];
  /** The last change; null: nothing to take back. */
  last: Change | null;
  /** Why a change was refused, by key. */
  refused: Readonly<Record<string, Failure>>;
  count: number;
};

export const useSettingsState = create<State>(() => ({
  values: {},
  read: false,
  problems: [],
  last: null,
  refused: {},
  count: 0,
}));

/** Reads all settings, as a new conversation would see them. */
export async function loadSettings(backend: Backend): Promise<void> {
  const { settings, problems } = await backend.query({ query: 'settings' });
  setPreferences(valuesOf(settings));
  useSettingsState.setState({
    values: Object.fromEntries(settings.map((setting) => [setting.key, setting])),
    problems: problems ?? [],
    read: true,
  });
}

/**
 * Where a change must be written to take effect: over a profile's value only what
 * is saved for that profile counts.
 */
export function scopeFor(setting: SettingValue | undefined, profile: unknown): Scope {
  const own = setting?.origin === 'profile' || setting?.origin === 'app_profile';
  return own && typeof profile === 'string'
    ? { scope: 'profile', name: profile }
    : { scope: 'global' };
}

/** It was given from outside for this run, and cannot be changed in the window. */
export const isFixed = (setting: SettingValue | undefined): boolean =>
  setting?.origin === 'environment' || setting?.origin === 'command_line';

/** It was saved in the app, and there is something below it to go back to. */
export const isOwn = (setting: SettingValue | undefined): boolean =>
  setting?.origin === 'app' || setting?.origin === 'app_profile';

/** Changes settings; they hold at once. Says whether it was done. */
export async function configure(backend: Backend, values: Values): Promise<boolean> {
  const { values: now } = useSettingsState.getState();
  const groups = new Map<string, { scope: Scope; values: Values; before: Values }>();
  for (const [key, value] of Object.entries(values)) {
    const setting = now[key];
    const scope = scopeFor(setting, now.profile?.value);
    const name = JSON.stringify(scope);
    const group = groups.get(name) ?? { scope, values: {}, before: {} };
    group.values[key] = value;
    // Only what is saved at this very place can be put back; else it is removed again.
    group.before[key] = isOwn(setting) ? setting?.value : null;
    groups.set(name, group);
  }
  let done = true;
  for (const { scope, values: part, before } of groups.values()) {
    if (await write(backend, scope, part)) {
      const count = useSettingsState.getState().count + 1;
      useSettingsState.setState({
        count,
        last: { count, keys: Object.keys(part), scope, before },
      });
    } else done = false;
  }
  return done;
}

/**
 * What to write so that new conversations use this model; empty or null: none is
 * named. An address that was set belongs to the provider it was set for, and goes
 * when another one is chosen.
 */
export function modelValues(model: string | null, base?: string): Values {
  const { values } = useSettingsState.getState();
  const before = values.model?.value;
  const provider = (name: unknown) => (typeof name === 'string' ? name.split('/')[0] : undefined);
  const leaves = isOwn(values.api_base) && provider(before) !== provider(model);
  return { model, ...(base ? { api_base: base } : leaves && { api_base: null }) };
}

/** Removes what was saved in the app, so that what is below it holds. */
export function reset(backend: Backend, ...keys: string[]): Promise<boolean> {
  return configure(backend, Object.fromEntries(keys.map((key) => [key, null])));
}

/** Takes the last change back. */
export async function undo(backend: Backend): Promise<void> {
  const { last } = useSettingsState.getState();
  if (!last) return;
  useSettingsState.setState({ last: null });
  await write(backend, last.scope, last.before);
}

export const forgetLast = (): void => useSettingsState.setState({ last: null });

async function write(backend: Backend, scope: Scope, values: Values): Promise<boolean> {
  const keys = Object.keys(values);
  const without = () =>
    Object.fromEntries(
      Object.entries(useSettingsState.getState().refused).filter(([key]) => !keys.includes(key)),
    );
  // Seen at once where it is about looks; the engine's word follows.
  setPreferences(values);
  let failure: Failure | null = null;
  try {
    await backend.submit({ op: 'configure', scope, values });
  } catch (thrown) {
    failure = BackendError.from(thrown).failure;
  }
  useSettingsState.setState({
    refused: failure
      ? { ...without(), ...Object.fromEntries(keys.map((key) => [key, failure])) }
      : without(),
  });
  await loadSettings(backend).catch(() => {
    // The connection's state says it.
  });
  return failure === null;
}

/** What a refusal says, for pages that ask the engine themselves. */
export const failureOf = (thrown: unknown): Failure => BackendError.from(thrown).failure;
