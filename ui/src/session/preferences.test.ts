import { beforeEach, expect, test } from 'vitest';
import {
  applyPreferences,
  dress,
  preferencesFrom,
  STANDARD,
  setPreferences,
  usePreferences,
} from './preferences';

beforeEach(() => {
  localStorage.clear();
  usePreferences.setState(STANDARD);
});

test.each<[Record<string, unknown>, object]>([
  [{}, {}],
  [
    { theme: 'dark', text_size: 150 },
    { theme: 'dark', text_size: 150 },
  ],
  [{ theme: 'purple', density: 7, motion: null }, {}],
  [{ text_size: 500 }, { text_size: 200 }],
  [{ text_size: 1 }, { text_size: 80 }],
  [{ text_size: '120' }, {}],
  [{ code_font: ' Fira Code ' }, { code_font: 'Fira Code' }],
  [{ code_font: '' }, { code_font: null }],
  [
    { single_keys: false, announce: 'done', send_with: 'ctrl_enter', notifications: false },
    { single_keys: false, announce: 'done', send_with: 'ctrl_enter', notifications: false },
  ],
  [{ single_keys: 'no' }, {}],
])('%j', (values, expected) => {
  expect(preferencesFrom(values)).toEqual({ ...STANDARD, ...expected });
});

test('what was chosen is on the root, and gone again with the standard', () => {
  const root = document.createElement('html');
  dress(root, {
    ...STANDARD,
    theme: 'contrast',
    text_size: 200,
    density: 'roomy',
    motion: 'reduced',
    code_font: 'My "Font"',
  });
  expect({ ...root.dataset }).toEqual({ theme: 'contrast', density: 'roomy', motion: 'reduced' });
  expect(root.style.fontSize).toBe('200%');
  expect(root.style.getPropertyValue('--font-mono')).toContain('"My Font"');
  dress(root, STANDARD);
  expect(root.style.fontSize).toBe('');
  expect(root.style.getPropertyValue('--font-mono')).toBe('');
});

test('a window begins with what was chosen last, and follows another window', () => {
  setPreferences({ theme: 'dark' });
  const root = document.createElement('html');
  const end = applyPreferences(root, null);
  expect(root.dataset.theme).toBe('dark');
  const kept = JSON.stringify({ ...STANDARD, theme: 'contrast' });
  localStorage.setItem('interpreter.preferences', kept);
  window.dispatchEvent(new StorageEvent('storage', { key: 'interpreter.preferences' }));
  expect(root.dataset.theme).toBe('contrast');
  end();
  setPreferences({ theme: 'light' });
  expect(root.dataset.theme).toBe('contrast');
});

test('what is kept may be broken', () => {
  localStorage.setItem('interpreter.preferences', '{broken');
  const root = document.createElement('html');
  applyPreferences(root, null)();
  expect(root.dataset.density).toBe('standard');
});
