/*
 * Every action of the window that has a key or could have one: the default chord,
 * what the person made of it, and which key press means which action. The palette
 * and the list of shortcuts show this table; `app/keys.ts` says what each one does.
 */
import { useMemo } from 'react';
import { usePreferences } from './preferences';
import { useSettingsState } from './settings';

export type Group = 'conversation' | 'find' | 'move' | 'card' | 'window';

/** What must be there for an action to make sense. */
export type Needs = 'conversation' | 'deleted' | 'shell';

type Row = { id: string; group: Group; chord: string | null; needs?: Needs };

/** `Mod` is Command on a Mac and Control elsewhere. */
export const ACTIONS = [
  { id: 'new', group: 'conversation', chord: 'Mod+N' },
  { id: 'previous_conversation', group: 'conversation', chord: 'Mod+Shift+[' },
  { id: 'next_conversation', group: 'conversation', chord: 'Mod+Shift+]' },
  { id: 'rename', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'pin', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'duplicate', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'branch', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'archive', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'export_markdown', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'export_notebook', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'export_json', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'export_html', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'delete', group: 'conversation', chord: null, needs: 'conversation' },
  { id: 'undo_delete', group: 'conversation', chord: null, needs: 'deleted' },
  { id: 'import', group: 'conversation', chord: null },
  { id: 'palette', group: 'find', chord: 'Mod+K' },
  { id: 'search', group: 'find', chord: 'Mod+Shift+F' },
  { id: 'history', group: 'find', chord: null },
  { id: 'find', group: 'find', chord: 'Mod+F', needs: 'conversation' },
  { id: 'next_hit', group: 'find', chord: 'Mod+G', needs: 'conversation' },
  { id: 'previous_hit', group: 'find', chord: 'Mod+Shift+G', needs: 'conversation' },
  { id: 'previous_turn', group: 'move', chord: 'Alt+Up', needs: 'conversation' },
  { id: 'next_turn', group: 'move', chord: 'Alt+Down', needs: 'conversation' },
  { id: 'previous_card', group: 'move', chord: 'Alt+Shift+Up', needs: 'conversation' },
  { id: 'next_card', group: 'move', chord: 'Alt+Shift+Down', needs: 'conversation' },
  { id: 'composer', group: 'move', chord: 'Mod+L' },
  { id: 'next_region', group: 'move', chord: 'F6' },
  { id: 'previous_region', group: 'move', chord: 'Shift+F6' },
  { id: 'stop', group: 'card', chord: 'Mod+.', needs: 'conversation' },
  { id: 'run_card', group: 'card', chord: 'Mod+Enter', needs: 'conversation' },
  { id: 'rule_card', group: 'card', chord: 'Mod+Shift+Enter', needs: 'conversation' },
  { id: 'sidebar', group: 'window', chord: 'Mod+B' },
  { id: 'steps', group: 'window', chord: 'Mod+J', needs: 'conversation' },
  { id: 'models', group: 'window', chord: null },
  { id: 'settings', group: 'window', chord: 'Mod+,' },
  { id: 'help', group: 'window', chord: 'Mod+/' },
  { id: 'zoom_in', group: 'window', chord: 'Mod+=', needs: 'shell' },
  { id: 'zoom_out', group: 'window', chord: 'Mod+-', needs: 'shell' },
  { id: 'zoom_reset', group: 'window', chord: 'Mod+0', needs: 'shell' },
] as const satisfies readonly Row[];

export type ActionId = (typeof ACTIONS)[number]['id'];
export type Action = Row & { id: ActionId };
export const GROUPS: readonly Group[] = ['conversation', 'find', 'move', 'card', 'window'];

/** Keys of a card that has the focus: single letters, all off with one switch. */
export const CARD_KEYS = { run: 'R', edit: 'E', skip: 'S' } as const;

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

// ---- chords ---------------------------------------------------------------

const MODIFIERS = ['Ctrl', 'Alt', 'Shift', 'Meta'] as const;
const NAMED: Record<string, string> = {
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Escape: 'Esc',
  ' ': 'Space',
};
/** What a key bears on a US keyboard, where its place matters more than its letter. */
const PLACES: Record<string, string> = {
  BracketLeft: '[',
  BracketRight: ']',
  Slash: '/',
  Period: '.',
  Comma: ',',
  Equal: '=',
  Minus: '-',
  Semicolon: ';',
  Quote: "'",
  Backslash: '\\',
  Backquote: '`',
};

/** One spelling for every chord: `Ctrl+Shift+K`. Null where it names no key. */
export function normal(chord: string, mac = isMac()): string | null {
  // The plus key itself: `Ctrl++`.
  const parts = chord
    .replace(/\+\+$/, '+Plus')
    .split('+')
    .map((part) => part.trim());
  const key = parts.pop();
  if (!key) return null;
  const held = new Set<string>();
  for (const part of parts) {
    const name = part.toLowerCase();
    if (name === 'mod') held.add(mac ? 'Meta' : 'Ctrl');
    else if (name === 'ctrl' || name === 'control') held.add('Ctrl');
    else if (name === 'alt' || name === 'option') held.add('Alt');
    else if (name === 'shift') held.add('Shift');
    else if (['meta', 'cmd', 'command', 'super', 'win'].includes(name)) held.add('Meta');
    else return null;
  }
  const named = key === 'Plus' ? '=' : key.length === 1 ? key.toUpperCase() : capital(key);
  return [...MODIFIERS.filter((one) => held.has(one)), NAMED[key] ?? named].join('+');
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>;

/**
 * The chords a key press may mean, the likeliest first. Letters count by what is on
 * the key, signs also by their place, since many layouts put them elsewhere.
 */
export function chordsOf(press: Press): string[] {
  const { key, code } = press;
  if (['Control', 'Alt', 'Shift', 'Meta', 'AltGraph', 'Dead', 'Process'].includes(key)) return [];
  const held = (shift: boolean) =>
    [press.ctrlKey && 'Ctrl', press.altKey && 'Alt', shift && 'Shift', press.metaKey && 'Meta']
      .filter(Boolean)
      .map((one) => `${one}+`)
      .join('');
  const latin = /^[a-z0-9]$/i.test(key);
  const sign = key.length === 1 && !latin && key !== ' ';
  const place =
    PLACES[code] ??
    (code.startsWith('Digit') ? code.slice(5) : !latin && /^Key[A-Z]$/.test(code) ? code[3] : '');
  const found = [
    held(press.shiftKey) + (NAMED[key] ?? (key.length === 1 ? key.toUpperCase() : key)),
    ...(place ? [held(press.shiftKey) + place] : []),
    // A sign that needs Shift on this keyboard: `Ctrl+/` where the slash is Shift 7.
    ...(sign && press.shiftKey ? [held(false) + key] : []),
    ...(key === '+' ? [`${held(false)}=`] : []),
  ];
  return [...new Set(found)];
}

/** As it is drawn on keys: `Ctrl Shift K`, on a Mac `⇧⌘K`. */
export function chordText(chord: string, mac = isMac()): string {
  const parts = chord.split('+');
  if (!mac) return parts.map((part) => ARROWS[part] ?? part).join(' ');
  const marks: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘', Enter: '↩' };
  return parts.map((part) => marks[part] ?? ARROWS[part] ?? part).join('');
}

const ARROWS: Record<string, string> = { Up: '↑', Down: '↓', Left: '←', Right: '→' };

/** As assistive technology reads it: `Control+Shift+K`. */
export function ariaChord(chord: string | null | undefined): string | undefined {
  return chord
    ?.replace(/\bCtrl\b/, 'Control')
    .replace(/\b(Up|Down|Left|Right)$/, 'Arrow$1')
    .replace(/\bEsc$/, 'Escape');
}

// ---- bindings -------------------------------------------------------------

/** The chord of each action; null: it has none. */
export type Bindings = Readonly<Record<ActionId, string | null>>;

export const defaultChord = (id: ActionId, mac = isMac()): string | null => {
  const chord = ACTIONS.find((action) => action.id === id)?.chord ?? null;
  return chord && normal(chord, mac);
};

/** The defaults, with what the person changed. What cannot be read is ignored. */
export function bindings(changed: unknown, mac = isMac()): Bindings {
  const own = (typeof changed === 'object' && changed !== null ? changed : {}) as Record<
    string,
    unknown
  >;
  return Object.fromEntries(
    ACTIONS.map(({ id }) => {
      const value = own[id];
      if (value === null && Object.hasOwn(own, id)) return [id, null];
      const chord = typeof value === 'string' ? normal(value, mac) : null;
      return [id, chord ?? defaultChord(id, mac)];
    }),
  ) as Bindings;
}

/** The action a key press means, if any. */
export function actionFor(press: Press, bound: Bindings): ActionId | null {
  for (const chord of chordsOf(press)) {
    const found = ACTIONS.find(({ id }) => bound[id] === chord);
    if (found) return found.id;
  }
  return null;
}

/** Why a chord cannot be taken as it is. */
export type Conflict =
  /** It would fire while somebody types, or moves the focus. */
  | { why: 'plain' }
  /** It copies, pastes, selects or takes back, in every field. */
  | { why: 'editing' }
  /** Another action has it. */
  | { why: 'action'; action: ActionId }
  /** It is a hotkey of the whole system. */
  | { why: 'global' };

const EDITING = ['C', 'V', 'X', 'A', 'Z', 'Shift+Z', 'Y'];

/** What stands against giving this chord to this action. */
export function conflict(
  id: ActionId,
  chord: string,
  bound: Bindings,
  global: readonly unknown[] = [],
  mac = isMac(),
): Conflict | null {
  const parts = chord.split('+');
  const key = parts.at(-1) ?? '';
  const strong = parts.some((part) => part === 'Ctrl' || part === 'Alt' || part === 'Meta');
  if ((!strong && !/^F\d{1,2}$/.test(key)) || ['Tab', 'Esc'].includes(key)) return { why: 'plain' };
  if (EDITING.some((one) => chord === normal(`Mod+${one}`, mac))) return { why: 'editing' };
  const other = ACTIONS.find((action) => action.id !== id && bound[action.id] === chord);
  if (other) return { why: 'action', action: other.id };
  const taken = global.some((one) => typeof one === 'string' && normal(one, mac) === chord);
  return taken ? { why: 'global' } : null;
}

/** What is saved for these bindings: only what differs from the defaults. */
export function changes(bound: Bindings, mac = isMac()): Record<string, string | null> {
  return Object.fromEntries(
    ACTIONS.filter(({ id }) => bound[id] !== defaultChord(id, mac)).map(({ id }) => [
      id,
      bound[id],
    ]),
  );
}

/** The bindings in force. */
export function useBindings(): Bindings {
  const changed = useSettingsState((state) => state.values.shortcuts?.value);
  return useMemo(() => bindings(changed), [changed]);
}

/** The chord of one action, as drawn; for hints beside buttons. */
export function useChord(id: ActionId): string | null {
  return useBindings()[id];
}

/** Single letters act on a card that has the focus, and `?` shows the shortcuts. */
export function useSingleKeys(): boolean {
  return usePreferences((preferences) => preferences.single_keys);
}

// ---- doing ----------------------------------------------------------------

/** Does it; false: not now, and the key press goes on to whoever else wants it. */
type Doer = () => boolean;
const doers = new Map<ActionId, Doer>();

/** Says what actions do; gives the function that takes it back. */
export function provide(all: Partial<Record<ActionId, Doer>>): () => void {
  const entries = Object.entries(all) as [ActionId, Doer][];
  for (const [id, doer] of entries) doers.set(id, doer);
  return () => {
    for (const [id, doer] of entries) if (doers.get(id) === doer) doers.delete(id);
  };
}

/** Does an action; says whether anything was done. */
export const perform = (id: ActionId): boolean => doers.get(id)?.() ?? false;
