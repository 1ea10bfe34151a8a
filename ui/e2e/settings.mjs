/*
 * The settings: every page is opened and sound in every theme, size and direction;
 * every kind of row is changed and taken back.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message, nothingStrange, page, picture, sound } from './page.mjs';
import { calm, open, origin, pages, row, shown, wear } from './rows.mjs';

async function noWider(what) {
  const over = await page.evaluate(() => {
    const main = document.querySelector('main[data-settings], main');
    const scroller = main?.parentElement;
    return Math.max(
      document.documentElement.scrollWidth - window.innerWidth,
      scroller ? scroller.scrollWidth - scroller.clientWidth : 0,
    );
  });
  assert.ok(over <= 0, `${what} is ${over} px too wide`);
}

test('every page is opened with the keyboard alone', async () => {
  await message().focus();
  await page.keyboard.press('Control+Comma');
  await shown('models');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'settings-search');
  for (const name of await pages()) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.dataset.page), name);
    await page.keyboard.press('Enter');
    await shown(name);
    assert.equal(new URL(page.url()).hash, `#/settings/${name}`);
  }
  await page.keyboard.press('F6');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
  await page.keyboard.press('F6');
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.page), 'advanced');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'composer');
});

test('an address opens a page, and Back leads to the conversation', async () => {
  const before = page.url();
  await page.keyboard.press('Control+Comma');
  await shown('models');
  await page.goBack();
  await page.locator('[data-settings]').waitFor({ state: 'detached' });
  assert.equal(page.url(), before);
  await page.evaluate(() => {
    window.location.hash = '#/settings/privacy';
  });
  await shown('privacy');
  await page.reload();
  await shown('privacy');
});

for (const theme of ['light', 'dark', 'contrast']) {
  test(`every page is sound in ${theme}`, async () => {
    await wear(theme);
    for (const name of await pages()) {
      await open(name);
      await sound(`${name} in ${theme}`);
      await noWider(name);
      if (name !== 'models' && (theme === 'light' || ['screen', 'appearance'].includes(name)))
        await picture(`settings-${name}${theme === 'light' ? '' : `-${theme}`}`);
    }
  });
}

test('a theme is there before anything is drawn, and goes back to the system', async () => {
  await page.addInitScript(() => {
    window.themes = [];
    const note = () => window.themes.push(document.documentElement?.dataset.theme);
    new MutationObserver(note).observe(document, {
      subtree: true,
      attributes: true,
      attributeFilter: ['data-theme'],
    });
  });
  await page.reload();
  await shown('advanced');
  await calm();
  assert.deepEqual(await page.evaluate(() => [...new Set(window.themes)]), ['contrast']);
  await open('appearance');
  await row('theme')
    .getByRole('button', { name: /^Reset Theme/ })
    .click();
  await origin('theme', 'builtin');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  await page.locator('[data-action="undo"]').click();
  await origin('theme', 'app');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'contrast');
  await row('theme').getByRole('radio', { name: 'Light' }).click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
});

test('text grows to 200 %, and nothing is lost', async () => {
  const size = row('text_size').getByRole('slider');
  await size.focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === '32px');
  await origin('text_size', 'app');
  for (const name of await pages()) {
    await open(name);
    await noWider(`${name} at 200 %`);
    await sound(`${name} at 200 %`);
    if (['models', 'appearance'].includes(name)) await picture(`settings-${name}-200`);
  }
  await page.keyboard.press('Escape');
  await message().waitFor();
  await noWider('the conversation at 200 %');
  await picture('text-200');
  await open('appearance');
  await row('text_size')
    .getByRole('button', { name: /^Reset Text size/ })
    .click();
  await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === '16px');
});

test('right to left does not break', async () => {
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  for (const name of await pages()) {
    await open(name);
    await noWider(`${name} from right to left`);
    await sound(`${name} from right to left`);
  }
  await open('models');
  await picture('settings-models-rtl');
  await page.evaluate(() => {
    document.documentElement.dir = 'ltr';
  });
});

test('density changes rows, and a narrow window keeps everything', async () => {
  await open('appearance');
  const height = () => page.locator('[data-page="models"]').evaluate((one) => one.offsetHeight);
  const heights = [];
  for (const name of ['Compact', 'Standard', 'Roomy']) {
    await row('density').getByRole('radio', { name }).click();
    await page.waitForFunction(
      (wanted) => document.documentElement.dataset.density === wanted,
      name.toLowerCase(),
    );
    heights.push(await height());
  }
  assert.deepEqual(heights, [28, 32, 40]);
  await row('density').getByRole('radio', { name: 'Standard' }).click();
  await page.setViewportSize({ width: 360, height: 740 });
  for (const name of await pages()) {
    await page.getByRole('combobox', { name: 'Page' }).selectOption(name);
    await shown(name);
    await calm();
    await noWider(`${name} in a narrow window`);
  }
  await page.getByRole('combobox', { name: 'Page' }).selectOption('models');
  await shown('models');
  await calm();
  await sound('a narrow window');
  await picture('settings-narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('a value from the environment says so and cannot be changed', async () => {
  await open('code');
  await origin('python', 'environment');
  const field = row('python').getByRole('textbox');
  assert.equal(await field.getAttribute('aria-disabled'), 'true');
  await row('python').getByText('INTERPRETER_PYTHON').waitFor();
});

test('a number that is none is refused in words, and the old one stays', async () => {
  await open('budget');
  const field = row('max_budget_day').getByRole('textbox');
  await field.fill('much');
  await field.press('Enter');
  await row('max_budget_day').getByRole('alert').waitFor();
  await field.fill('5');
  await field.press('Enter');
  await origin('max_budget_day', 'app');
  await row('max_budget_day').getByRole('alert').waitFor({ state: 'detached' });
  await page.reload();
  await shown('budget');
  await origin('max_budget_day', 'app');
  assert.equal(await row('max_budget_day').getByRole('textbox').inputValue(), '5');
});

test('full access is typed, not clicked', async () => {
  await open('rules');
  await page.locator('[data-mode="full_access"] input').click();
  const agree = page.locator('[data-action="agree"]');
  await agree.waitFor();
  await sound('the question about full access');
  await picture('settings-full-access');
  assert.equal(await agree.getAttribute('aria-disabled'), 'true');
  await page.keyboard.press('Escape');
  await agree.waitFor({ state: 'detached' });
  await shown('rules');
  assert.equal(await page.locator('[data-mode="ask_every_time"] input').isChecked(), true);
  await page.locator('[data-mode="full_access"] input').click();
  await page.locator('[data-field="agree"]').fill('full access');
  await agree.click();
  await origin('mode', 'app');
  assert.equal(await page.locator('[data-mode="full_access"] input').isChecked(), true);
  await page.locator('[data-action="undo"]').click();
  await origin('mode', 'builtin');
});

test('a forbidden command is added and taken away', async () => {
  const add = row('forbidden_commands').getByRole('textbox', { name: 'Words to forbid' });
  await add.fill('curl evil.example');
  await add.press('Enter');
  await origin('forbidden_commands', 'app');
  const remove = row('forbidden_commands').getByRole('button', {
    name: 'Remove curl evil.example',
  });
  await remove.click();
  await remove.waitFor({ state: 'detached' });
  await row('forbidden_commands')
    .getByRole('button', { name: /^Reset/ })
    .click();
  await origin('forbidden_commands', 'builtin');
});

test('own actions are added, ordered and removed', async () => {
  await open('selection');
  for (const name of ['Shorten', 'As a table']) {
    await row('selection_actions').getByRole('button', { name: 'Add an action' }).click();
    await page.locator('[data-field="action-name"]').fill(name);
    await page.locator('[data-field="action-prompt"]').fill(`${name}:`);
    await row('selection_actions').getByRole('button', { name: 'Save' }).click();
    await row('selection_actions').locator('[data-own-action]').getByText(name).first().waitFor();
  }
  const order = () =>
    page.locator('[data-own-action]').evaluateAll((all) => all.map((one) => one.dataset.ownAction));
  await row('selection_actions').getByRole('button', { name: 'Move As a table up' }).click();
  await page.waitForFunction(
    () => document.querySelector('[data-own-action]')?.dataset.ownAction === 'as-a-table',
  );
  assert.deepEqual(await order(), ['as-a-table', 'shorten']);
  await sound('own actions');
  await picture('settings-selection');
  await row('selection_actions').getByRole('button', { name: 'Remove Shorten' }).click();
  await page.locator('[data-own-action="shorten"]').waitFor({ state: 'detached' });
});

test('a profile is saved, exported, used and deleted', async () => {
  await open('profiles');
  await page.locator('[data-field="profile-name"]').fill('mine');
  await page.locator('[data-action="save-profile"]').click();
  const profile = page.locator('[data-profile="mine"]');
  await profile.waitFor();
  const download = page.waitForEvent('download');
  await profile.getByRole('button', { name: 'Export profile mine' }).click();
  assert.match((await download).suggestedFilename(), /^mine\.yaml$/);
  await profile.getByRole('button', { name: 'Use profile mine' }).click();
  await profile.getByText('In use').waitFor();
  await picture('settings-profiles');
  await page.locator('[data-action="undo"]').click();
  await profile.getByRole('button', { name: 'Use profile mine' }).waitFor();
  await page.getByLabel('Profile file to import').setInputFiles({
    name: 'brought.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from('# Brought along\nllm:\n  temperature: 0.5\n'),
  });
  await page.locator('[data-profile="brought"]').getByText('Brought along').waitFor();
  for (const name of ['mine', 'brought']) {
    await page.getByRole('button', { name: `Delete profile ${name}` }).click();
    await page.locator('[data-action="agree"]').click();
    await page.locator(`[data-profile="${name}"]`).waitFor({ state: 'detached' });
  }
});

test('a setting is found by its words', async () => {
  const search = page.locator('#settings-search');
  await search.fill('hotkey');
  await page.locator('[data-hit="summon_hotkey"]').waitFor();
  await search.fill('text size');
  await page.locator('[data-hit="text_size"]').waitFor();
  await sound('what was found');
  await picture('settings-search');
  await search.press('Enter');
  await shown('appearance');
  await page.waitForFunction(
    () => document.activeElement?.closest('[data-row]')?.dataset.row === 'text_size',
  );
  await search.fill('nothing of this kind');
  await page.getByText('No setting matches').waitFor();
  await search.press('Escape');
  await shown('appearance');
});

test('what was set is reset at once, and Undo brings it back', async () => {
  await open('advanced');
  await page.locator('[data-action="reset-all"]').click();
  await page.locator('[data-action="agree"]').click();
  await page.locator('[data-action="undo"]').click();
  await open('budget');
  await origin('max_budget_day', 'app');
});

nothingStrange();
