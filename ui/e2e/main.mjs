/* The first way through the page: ask, approve, run, stop; needs no model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  card,
  fresh,
  idle,
  inState,
  message,
  nothingStrange,
  page,
  picture,
  press,
  say,
  sound,
} from './page.mjs';

test('the token leaves the address bar', async () => {
  await message().waitFor();
  assert.equal(new URL(page.url()).hash.includes('token'), false);
  await sound('an empty window');
  await picture('empty');
});

test('approved by a click, code runs and its output is shown', async () => {
  await fresh('run python: print(6 * 7)');
  await inState('awaiting');
  await sound('a question');
  await picture('approve');
  await press('run');
  await inState('done');
  await card().getByText('42', { exact: true }).waitFor();
  await idle();
  await sound('an answer');
  await picture('done');
});

test('Enter in the composer approves nothing', async () => {
  await fresh('run python: print("never")');
  await inState('awaiting');
  await page.waitForFunction(
    () => !document.querySelector('[data-action="run"]')?.hasAttribute('aria-disabled'),
  );
  await message().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('r');
  assert.equal(await card().getAttribute('data-state'), 'awaiting');
  await message().fill('');
  await press('skip');
  await inState('skipped');
  await idle();
});

test('edited code runs as edited', async () => {
  await fresh('run python: print("before")');
  await inState('awaiting');
  await press('edit');
  await page.getByRole('textbox', { name: 'Code to run' }).fill('print("after")');
  await picture('edit');
  await press('save-run');
  await inState('done');
  await card().getByText('after', { exact: true }).waitFor();
  assert.equal(await card().getByText('before', { exact: true }).count(), 0);
  await idle();
});

test('the keys of a card do what its buttons do', async () => {
  await fresh('run python: print("by key")');
  await inState('awaiting');
  await card().locator('[data-action="run"]:not([aria-disabled])').waitFor();
  await card().focus();
  await page.keyboard.press('r');
  await inState('done');
  await idle();
});

test('a rule is remembered, so that the same is not asked again', async () => {
  await fresh('run shell: echo once');
  await inState('awaiting');
  await press('rule');
  await page.locator('[data-rule="command"]').waitFor();
  await picture('rule');
  await page.locator('[data-rule="command"]').click();
  await inState('done');
  await idle();
  await say('run shell: echo once more');
  await page.locator('[data-turn]').nth(1).locator('[data-card][data-state="done"]').waitFor();
  await idle();
});

test('a skipped block can be given a reason', async () => {
  await fresh('run python: print("no")');
  await inState('awaiting');
  await press('skip-why');
  await page.getByRole('textbox', { name: 'What to do instead' }).fill('Use another way');
  await page.keyboard.press('Enter');
  await inState('skipped');
  await card().getByText('You said: Use another way').waitFor();
  await idle();
});

test('Stop ends a run that would go on for ever', async () => {
  await fresh('run python: import time; time.sleep(600)');
  await inState('awaiting');
  await press('run');
  await inState('running');
  await picture('running');
  await page.locator('[data-action="stop"]').click();
  await inState('stopped');
  await idle();
});

test('a program can ask', async () => {
  await fresh('run python: print("hello " + input("Name: "))');
  await inState('awaiting');
  await press('run');
  await inState('needs_input');
  await picture('input');
  await page.getByLabel('Name:', { exact: true }).fill('world');
  await page.keyboard.press('Enter');
  await card().getByText('hello world').waitFor();
  await idle();
});

test('a reload keeps everything', async () => {
  const shown = () => page.locator('[data-region="transcript"]').textContent();
  const before = await shown();
  const conversations = await page.locator('[data-conversation]').count();
  assert.ok(conversations > 0);
  await page.reload();
  await page.locator('[data-card]').first().waitFor();
  await page.locator('[data-conversation]').first().waitFor();
  assert.equal(await shown(), before);
  assert.equal(await page.locator('[data-conversation]').count(), conversations);
});

test('the screen is not used before the sheet is agreed to', async () => {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-use="screen"]').click();
  await page.getByRole('dialog').waitFor();
  await sound('the sheet');
  await picture('consent');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('[data-use="code"]').getAttribute('data-state'), 'on');
});

test('agreed to, the screen is used, with a bar that says so', async () => {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-use="screen"]').click();
  await page.locator('[data-action="start-screen"]').click();
  assert.equal(await page.locator('[data-use="screen"]').getAttribute('data-state'), 'on');
  await say('click at 300, 300');
  await inState('awaiting');
  await page.locator('[data-pill="waiting"]').waitFor();
  await card().getByText('Click at 300, 300').waitFor();
  await sound('a question about the screen');
  await picture('screen');
  await press('run');
  await inState('done');
  await idle();
  await page.locator('[data-pill]').waitFor({ state: 'detached' });
});

test('Stop on the bar ends what goes on', async () => {
  await say('click at 310, 310');
  await inState('awaiting');
  await page.locator('[data-pill] [data-action="panic"]').click();
  await inState('skipped');
  await idle();
  await page.locator('[data-pill]').waitFor({ state: 'detached' });
});

test('an answer that fails says what to do', async () => {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-control="model"]').click();
  await page.getByRole('combobox').fill('anthropic/claude-sonnet-4-5');
  await page.getByRole('combobox').press('Enter');
  await say('hello');
  await page.getByText('ANTHROPIC_API_KEY').first().waitFor();
  await sound('an error');
  await picture('error');
});

test('a conversation can be renamed and deleted', async () => {
  await fresh('help');
  await idle();
  const menu = () => page.getByRole('button', { name: 'Conversation menu' }).click();
  await menu();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title of the conversation' }).fill('What it knows');
  await page.keyboard.press('Enter');
  await page.locator('[data-conversation]').getByText('What it knows').waitFor();
  await page.getByRole('heading', { level: 1, name: 'What it knows' }).waitFor();
  await menu();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page
    .locator('[data-conversation]')
    .getByText('What it knows')
    .waitFor({ state: 'detached' });
});

test('dark, contrast and narrow windows are sound too', async () => {
  await page.locator('[data-conversation]').getByText('run python: import time').click();
  await page.locator('[data-card]').first().waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await sound('dark');
  await picture('dark');
  await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
  await sound('contrast');
  await picture('contrast');
  await page.emulateMedia({ contrast: null });
  await page.setViewportSize({ width: 360, height: 740 });
  await sound('narrow');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `the page is ${wide} px wide`);
  await picture('narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
});

nothingStrange();
