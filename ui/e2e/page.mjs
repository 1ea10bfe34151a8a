/*
 * What every flow in Chromium shares: the browser, its page, and the words the
 * flows are written in. Each file `NAME.mjs` here is one run against a live
 * engine of its own (tests/suite/browser.rs):
 *   node e2e/main.mjs 'http://127.0.0.1:8000/#token=…'
 * With `NAME.model.json` beside it, the scripted model answers as `openai/scripted`.
 * Pictures are kept where INTERPRETER_SCREENSHOTS says; those in docs/screenshots
 * are made so.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const ADDRESS = process.argv[2] ?? process.env.INTERPRETER_URL;
assert.ok(ADDRESS, 'Give the address with its token, or set INTERPRETER_URL.');
const PICTURES = process.env.INTERPRETER_SCREENSHOTS;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let context;
let profile;
const foreign = [];
const complaints = [];

/** The page under test. */
export let page;

before(async () => {
  if (PICTURES) await mkdir(PICTURES, { recursive: true });
  profile = await mkdtemp(join(tmpdir(), 'interpreter-e2e-'));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.INTERPRETER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
  });
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const { host } = new URL(ADDRESS);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.host !== host)
      foreign.push(url.href);
  });
  // Told of although the content policy kept it from leaving.
  page.on('requestfailed', (request) => {
    const at = foreign.indexOf(request.url());
    if (at >= 0 && request.failure()?.errorText === 'csp') foreign.splice(at, 1);
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(ADDRESS);
});

after(async () => {
  await context?.close();
  if (profile) await rm(profile, { recursive: true, force: true });
});

export const message = () => page.getByRole('textbox', { name: 'Message' });
export const card = () => page.locator('[data-card]').last();
export const inState = (state) =>
  page.locator(`[data-card][data-state="${state}"]`).last().waitFor();
export const idle = () => page.locator('[data-action="stop"]').waitFor({ state: 'detached' });
export const picture = async (name, of = page) => {
  if (PICTURES) await of.screenshot({ path: join(PICTURES, `${name}.png`) });
};

/** Writes a message and sends it. */
export async function say(text) {
  await message().fill(text);
  await message().press('Enter');
}

/** Begins a conversation with the built-in commands, or another model, and says this. */
export async function fresh(text, model = 'builtin/commands') {
  await page.locator('[data-action="new"]').click();
  await page.locator('[data-control="model"]').click();
  await page.getByRole('combobox').fill(model);
  await page.getByRole('combobox').press('Enter');
  await say(text);
}

/** Presses a button of the last card once it can be pressed. */
export async function press(action) {
  await card().locator(`[data-action="${action}"]:not([aria-disabled])`).click();
}

/** Finds no fault of accessibility, on the whole page as it is. */
export async function sound(what, of = page) {
  // Colours are measured as they are in the end, not on their way there: a change
  // of theme reaches the document a frame later, and its transitions one after that.
  await of.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  await of.waitForFunction(() => document.getAnimations().length === 0);
  await of.evaluate(AXE);
  const found = await of.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  assert.deepEqual(found, [], what);
}

/** Ends a file of flows: nothing was asked of anyone else, no error but those expected stayed unseen. */
export function nothingStrange(expected) {
  test('nothing was asked of anyone else, and nothing went wrong unseen', () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(
      complaints.filter((text) => !expected?.test(text)),
      [],
    );
  });
}
