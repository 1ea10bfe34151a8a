import { describe, expect, test } from 'vitest';
import {
  ACTIONS,
  actionFor,
  bindings,
  changes,
  chordsOf,
  chordText,
  conflict,
  normal,
} from './shortcuts';

const press = (key: string, held = '', code = '') => ({
  key,
  code,
  ctrlKey: held.includes('c'),
  altKey: held.includes('a'),
  shiftKey: held.includes('s'),
  metaKey: held.includes('m'),
});

test.each([
  ['Mod+K', 'Ctrl+K', 'Meta+K'],
  ['shift+control+k', 'Ctrl+Shift+K', 'Ctrl+Shift+K'],
  ['Cmd+,', 'Meta+,', 'Meta+,'],
  ['Alt+Up', 'Alt+Up', 'Alt+Up'],
  ['Ctrl++', 'Ctrl+=', 'Ctrl+='],
  ['f6', 'F6', 'F6'],
  ['Hyper+K', null, null],
  ['', null, null],
])('%s is spelt in one way', (chord, elsewhere, mac) => {
  expect([normal(chord, false), normal(chord, true)]).toEqual([elsewhere, mac]);
});

test.each([
  // key, held, code, the chords it may mean
  ['k', 'c', 'KeyK', ['Ctrl+K']],
  ['K', 'cs', 'KeyK', ['Ctrl+Shift+K']],
  // Russian: the letter is another one, the place is the same.
  ['л', 'c', 'KeyK', ['Ctrl+Л', 'Ctrl+K']],
  // Dvorak: what is on the key counts, not the place.
  ['t', 'c', 'KeyK', ['Ctrl+T']],
  ['}', 'cs', 'BracketRight', ['Ctrl+Shift+}', 'Ctrl+Shift+]', 'Ctrl+}']],
  // German: the slash is Shift 7.
  ['/', 'cs', 'Digit7', ['Ctrl+Shift+/', 'Ctrl+Shift+7', 'Ctrl+/']],
  ['+', 'c', 'BracketRight', ['Ctrl++', 'Ctrl+]', 'Ctrl+=']],
  ['ArrowUp', 'a', 'ArrowUp', ['Alt+Up']],
  ['F6', 's', 'F6', ['Shift+F6']],
  ['Shift', 's', 'ShiftLeft', []],
])('a press of %s with %s', (key, held, code, chords) => {
  expect(chordsOf(press(key, held, code))).toEqual(chords);
});

test('every default chord leads to its own action, on both kinds of system', () => {
  for (const mac of [false, true]) {
    const bound = bindings({}, mac);
    const chords = Object.values(bound).filter((chord) => chord !== null);
    expect(new Set(chords).size).toBe(chords.length);
    for (const { id } of ACTIONS) {
      const chord = bound[id];
      if (chord === null) continue;
      expect(conflict(id, chord, bound, [], mac)).toBeNull();
      const parts = chord.split('+');
      const name = parts.pop() ?? '';
      const keys: Record<string, string> = { Up: 'ArrowUp', Down: 'ArrowDown' };
      const held = parts
        .map((part) => ({ Ctrl: 'c', Alt: 'a', Shift: 's', Meta: 'm' })[part])
        .join('');
      expect(actionFor(press(keys[name] ?? name, held), bound)).toBe(id);
    }
  }
});

describe('what the person changed', () => {
  test('holds, and only that is saved', () => {
    const own = { find: 'Ctrl+J', palette: null, new: 'nonsense+', pin: 'Ctrl+Shift+P' };
    const bound = bindings(own, false);
    expect([bound.find, bound.palette, bound.new, bound.pin, bound.search]).toEqual([
      'Ctrl+J',
      null,
      'Ctrl+N',
      'Ctrl+Shift+P',
      'Ctrl+Shift+F',
    ]);
    expect(changes(bound, false)).toEqual({
      find: 'Ctrl+J',
      palette: null,
      pin: 'Ctrl+Shift+P',
    });
    expect(actionFor(press('f', 'c'), bound)).toBeNull();
    expect(actionFor(press('j', 'c'), bound)).toBe('find');
  });

  test.each([
    ['K', { why: 'plain' }],
    ['Shift+K', { why: 'plain' }],
    ['Ctrl+Tab', { why: 'plain' }],
    ['F8', null],
    ['Ctrl+C', { why: 'editing' }],
    ['Ctrl+K', { why: 'action', action: 'palette' }],
    ['Ctrl+F', null],
    ['Ctrl+Shift+Space', { why: 'global' }],
    ['Ctrl+U', null],
  ])('%s for finding', (chord, expected) => {
    const global = ['Ctrl+Shift+Space', null];
    expect(conflict('find', chord, bindings({}, false), global, false)).toEqual(expected);
  });
});

test('chords as they are drawn', () => {
  expect(chordText('Ctrl+Shift+K', false)).toBe('Ctrl Shift K');
  expect(chordText('Shift+Meta+K', true)).toBe('⇧⌘K');
  expect(chordText('Alt+Up', false)).toBe('Alt ↑');
});
