/*
 * What a person chose about how the window looks and speaks. Kept by the engine
 * with the other settings, and here as a copy that is at hand before the first
 * picture is drawn. Every window follows it.
 */
import { create } from 'zustand';
import type { Backend } from '@/backend/backend';
import type { SettingValue } from '@/generated/SettingValue';

export type Preferences = {
  theme: 'system' | 'light' | 'dark' | 'contrast';
  /** Per cent. */
  text_size: number;
  density: 'compact' | 'standard' | 'roomy';
  motion: 'system' | 'reduced' | 'full';
  code_font: string | null;
  /** The key that sends a message; the other one makes a new line. */
  send_with: 'enter' | 'ctrl_enter';
  /** R, E and S work on a card that has the focus. */
  single_keys: boolean;
  /** What is said of a reply: all of it, its first sentence, or that it is done. */
  announce: 'full' | 'first' | 'done';
  notifications: boolean;
};

export const STANDARD: Preferences = {
  theme: 'system',
  text_size: 100,
  density: 'standard',
  motion: 'system',
  code_font: null,
  send_with: 'enter',
  single_keys: true,
  announce: 'full',
  notifications: true,
};

/** Also read by `public/first.js`, which draws the right theme before anything else is loaded. */
const KEPT = 'interpreter.preferences';

export const usePreferences = create<Preferences>(() => STANDARD);

/** Takes what fits from values of unknown origin; the rest stays as it was. */
export function preferencesFrom(
  values: Readonly<Record<string, unknown>>,
  before: Preferences = STANDARD,
): Preferences {
  const one = <K extends keyof Preferences>(key: K, allowed: readonly Preferences[K][]) =>
    allowed.find((value) => value === values[key]) ?? before[key];
  const flag = (key: 'single_keys' | 'notifications') => {
    const value = values[key];
    return typeof value === 'boolean' ? value : before[key];
  };
  const { text_size: size, code_font: font } = values;
  return {
    theme: one('theme', ['system', 'light', 'dark', 'contrast']),
    text_size:
      typeof size === 'number' ? Math.min(200, Math.max(80, Math.round(size))) : before.text_size,
    density: one('density', ['compact', 'standard', 'roomy']),
    motion: one('motion', ['system', 'reduced', 'full']),
    code_font:
      typeof font === 'string' ? font.trim() || null : font === null ? null : before.code_font,
    send_with: one('send_with', ['enter', 'ctrl_enter']),
    single_keys: flag('single_keys'),
    announce: one('announce', ['full', 'first', 'done']),
    notifications: flag('notifications'),
  };
}

/** Makes them hold in every window. */
export function setPreferences(values: Readonly<Record<string, unknown>>): void {
  const before = usePreferences.getState();
  const next = preferencesFrom(values, before);
  const keys = Object.keys(next) as (keyof Preferences)[];
  if (keys.every((key) => next[key] === before[key])) return;
  usePreferences.setState(next);
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // Without storage the next start begins with the system's choice, and corrects itself.
  }
}

/**
 * Lets a document follow the preferences: at once those of last time, then what the
 * engine says, then every change, made here, in another window, or by the system.
 * Gives the function that ends it.
 */
export function applyPreferences(root: HTMLElement, backend: Backend | null): () => void {
  usePreferences.setState(kept());
  const queries = ['(prefers-contrast: more)', '(prefers-color-scheme: dark)'].map((query) =>
    matchMedia(query),
  );
  const draw = () => dress(root, usePreferences.getState());
  draw();
  for (const query of queries) query.addEventListener('change', draw);
  const forget = usePreferences.subscribe(draw);
  const elsewhere = (event: StorageEvent) => {
    if (event.key === KEPT) usePreferences.setState(kept());
  };
  window.addEventListener('storage', elsewhere);

  const ask = () => {
    backend?.query({ query: 'settings' }).then(
      ({ settings }) => setPreferences(valuesOf(settings)),
      () => {
        // What was kept holds.
      },
    );
  };
  // Another window, or a person with an editor, may have changed them meanwhile.
  window.addEventListener('focus', ask);
  const away = backend?.onConnection((connection) => {
    if (connection === 'open') ask();
  });
  return () => {
    for (const query of queries) query.removeEventListener('change', draw);
    window.removeEventListener('storage', elsewhere);
    window.removeEventListener('focus', ask);
    forget();
    away?.();
  };
}

export const valuesOf = (settings: readonly SettingValue[]): Record<string, unknown> =>
  Object.fromEntries(settings.map(({ key, value }) => [key, value]));

function kept(): Preferences {
  try {
    return preferencesFrom(JSON.parse(localStorage.getItem(KEPT) ?? '{}'));
  } catch {
    return STANDARD;
  }
}

export type Theme = 'light' | 'dark' | 'contrast';

export function systemTheme(): Theme {
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Writes the preferences on the root, where the style sheets read them. */
export function dress(root: HTMLElement, preferences: Preferences): void {
  const { theme, text_size, density, motion, code_font } = preferences;
  root.dataset.theme = theme === 'system' ? systemTheme() : theme;
  root.dataset.density = density;
  root.dataset.motion = motion;
  root.style.fontSize = text_size === 100 ? '' : `${text_size}%`;
  const name = code_font?.replace(/["\\]/g, '');
  if (name) root.style.setProperty('--font-mono', `"${name}", ui-monospace, monospace`);
  else root.style.removeProperty('--font-mono');
}
