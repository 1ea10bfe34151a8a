import { expect, test } from 'vitest';
import { hashOf, pageOf, SETTINGS } from './pages';

test.each([
  ['#/settings/models', 'settings/models'],
  ['settings/privacy', 'settings/privacy'],
  ['#/settings', 'settings/models'],
  ['#/settings/', 'settings/models'],
  ['#/start', 'start'],
  ['#/settings/nonsense', null],
  ['#/c/conversation', null],
  ['conversation/start', null],
  ['', null],
])('%s names %s', (path, page) => {
  expect(pageOf(path)).toBe(page);
});

test('every page is found by its own address', () => {
  for (const name of SETTINGS) expect(pageOf(hashOf(`settings/${name}`))).toBe(`settings/${name}`);
});
