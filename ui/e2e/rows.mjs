/* What the flows of the first run and of the settings share: rows, pages, and the way there. */
import assert from 'node:assert/strict';
import { page } from './page.mjs';

export const row = (name) => page.locator(`[data-row="${name}"]`);
export const shown = (name) => page.locator(`main[data-settings="${name}"]`).waitFor();
/** Where a row says its value comes from. */
export const origin = (name, from) => row(name).locator(`[data-origin="${from}"]`).waitFor();
/** Everything was asked for and has come. */
export const calm = () =>
  page.waitForFunction(() => !document.querySelector('main .quarter, [aria-busy="true"]'));

/** Opens a page from wherever one is. */
export async function open(name) {
  if ((await page.locator('[data-region="settings-list"]').count()) === 0)
    await page.keyboard.press('Control+Comma');
  await page.locator(`[data-page="${name}"]`).click();
  await shown(name);
  await calm();
}

/** The names of all pages, in their order; the settings are open. */
export async function pages() {
  const names = await page
    .locator('[data-page]')
    .evaluateAll((all) => all.map((one) => one.dataset.page));
  assert.ok(names.length > 10, `only these pages: ${names}`);
  return names;
}

const NAMES = { light: 'Light', dark: 'Dark', contrast: 'High contrast' };

/** Chooses a theme on its page, and waits until it is drawn. */
export async function wear(theme) {
  await open('appearance');
  await row('theme').getByRole('radio', { name: NAMES[theme] }).click();
  await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
  await origin('theme', 'app');
}
