/*
 * The first run, and the page of models after it: a key is entered, tested, stored,
 * replaced and removed. INTERPRETER_E2E_MODEL is the address of a model server; here
 * it is put behind a door that wants a key.
 */
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { idle, message, nothingStrange, page, picture, say, sound } from './page.mjs';
import { open, origin, wear } from './rows.mjs';

const KEY = 'sk-scripted-0123456789';
const WRONG = 'sk-wrong-9876543210';
let door;
let base;

before(async () => {
  const model = new URL(process.env.INTERPRETER_E2E_MODEL);
  door = createServer((asked, answer) => {
    if (asked.headers.authorization !== `Bearer ${KEY}`) {
      const error = { message: 'Incorrect API key provided', code: 'invalid_api_key' };
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ error }));
      return;
    }
    const { method, url: path, headers } = asked;
    const through = request({ host: model.hostname, port: model.port, method, path, headers });
    through.on('response', (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    asked.pipe(through);
  });
  await new Promise((ready) => door.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${door.address().port}/v1`;
});
after(() => door.close());

const at = (step) => page.locator(`[data-start="${step}"]`).waitFor();
const onward = () => page.locator('[data-action="continue"]').click();
const line = (step, state) =>
  page.locator(`[data-step="${step}"][data-state="${state}"]`).first().waitFor();
async function paste(text) {
  await page.locator('[data-field="key"]').evaluate((field, pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, text);
}

/** Chooses from the menu of a provider. */
async function choose(provider, action) {
  await provider.locator('[data-action="more"]').click();
  await page.locator(`[role="menuitem"][data-action="${action}"]`).click();
}

test('the first run asks where the model runs, and has looked', async () => {
  await at('where');
  await page.getByText('Jan found').waitFor();
  await page.getByRole('button', { name: 'Continue with Jan' }).waitFor();
  assert.equal(await page.locator('[data-choice="local"] input').isChecked(), true);
  await sound('the first step');
  await picture('start-where');
  await page.locator('[data-choice="key"] input').check();
  await onward();
  await at('key');
});

test('a wrong key is named as wrong, with a way on', async () => {
  await paste(WRONG);
  const field = page.locator('[data-field="key"]');
  assert.equal(await field.inputValue(), 'sk-••••••••••••3210');
  await page.getByText('Recognised as a key of OpenAI').waitFor();
  await page.locator('[data-field="base"]').fill(base);
  await page.locator('[data-field="model"]').fill('scripted');
  await page.locator('[data-action="test-key"]').click();
  await line('reach', 'works');
  await line('key', 'fails');
  await line('answer', 'waiting');
  await page.getByText('not tried').first().waitFor();
  await sound('a wrong key');
  await picture('start-key-wrong');
});

test('the right one passes line by line', async () => {
  await page.getByRole('button', { name: 'Clear the key' }).click();
  await paste(KEY);
  await page.locator('[data-action="test-key"]').click();
  for (const step of ['reach', 'key', 'models', 'answer', 'images']) await line(step, 'works');
  // The scripted model says something in place of calling the tool.
  await line('tools', 'fails');
  await sound('the test of a key');
  await picture('start-key');
  await onward();
  await at('may');
});

test('no full access in the first run, and a first answer', async () => {
  assert.deepEqual(
    await page.locator('[data-choice]').evaluateAll((all) => all.map((one) => one.dataset.choice)),
    ['ask_every_time', 'ask_before_changes', 'chat_only'],
  );
  await sound('the third step');
  await picture('start-may');
  await onward();
  await at('try');
  await sound('the fourth step');
  await picture('start-try');
  await page.locator('[data-action="finish"]').click();
  await message().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'composer');
  await say('hello');
  await page.getByText('It is red.').first().waitFor();
  await idle();
});

test('the first run does not come again', async () => {
  await page.reload();
  await message().waitFor();
  await page.locator('[data-conversation]').first().waitFor();
  assert.equal(await page.locator('[data-start]').count(), 0);
});

test('a stored key is shown by its end, tested and listed', async () => {
  await open('models');
  const provider = page.locator('[data-provider="openai"]');
  await provider.getByText('Key ending 6789').waitFor();
  await provider.getByText(`go to ${new URL(base).host}`).waitFor();
  await provider.locator('[data-action="test"]').click();
  await line('images', 'works');
  await provider.getByText('Working').waitFor();
  await choose(provider, 'list');
  await provider.getByRole('button', { name: 'Use scripted-small' }).click();
  const isNow = (model) =>
    page.waitForFunction(
      (wanted) => document.querySelector('[data-row="model"] select')?.value === wanted,
      model,
    );
  await isNow('openai/scripted-small');
  await origin('model', 'app');
  await page.locator('[data-action="undo"]').click();
  await isNow('openai/scripted');
});

for (const theme of ['dark', 'contrast', 'light']) {
  test(`models and keys are sound in ${theme}`, async () => {
    await wear(theme);
    await open('models');
    await sound(`models in ${theme}`);
    await picture(theme === 'light' ? 'settings-models' : `settings-models-${theme}`);
  });
}

test('a wrong key that replaces it fails where it is used', async () => {
  const provider = page.locator('[data-provider="openai"]');
  await choose(provider, 'replace');
  await paste(WRONG);
  await page.locator('[data-action="save-key"]').click();
  await provider.getByText('Key ending 3210').waitFor();
  if ((await provider.locator('[data-action="test"][aria-expanded="true"]').count()) > 0)
    await provider.locator('[data-action="test"]').click();
  await provider.locator('[data-action="test"]').click();
  await provider.getByText('Key rejected').waitFor();
  await sound('a rejected key');
  await picture('settings-key-rejected');
  await choose(provider, 'remove-key');
  await page.locator('[data-action="agree"]').click();
  await provider.waitFor({ state: 'detached' });
  await page.getByText('No key yet').waitFor();
});

test('the first steps can be taken again: with a local server in two clicks', async () => {
  await open('models');
  const server = page.locator('[data-provider="jan"]');
  await server.getByText('2 models').waitFor();
  await server.getByText('Text and pictures stay on this computer.').waitFor();
  await origin('api_base', 'app');
  await open('advanced');
  await page.locator('[data-action="first-run"]').click();
  await at('where');
  await page.locator('[data-choice="local"] input').check();
  await onward();
  await page.locator('[data-action="now"]').click();
  await page.keyboard.press('Control+n');
  await say('hello again');
  await page.locator('[data-turn]').getByText('It is red.').first().waitFor();
  await idle();
  await page.locator('[data-control="model"]').getByText('scripted').waitFor();
  // The address was that of the provider before.
  await open('models');
  await origin('api_base', 'builtin');
  await server.getByText('In use').waitFor();
});

test('a step can be left with Escape, and the set-up skipped', async () => {
  await open('advanced');
  await page.locator('[data-action="first-run"]').click();
  await at('where');
  await page.keyboard.press('Escape');
  await page.locator('[data-start]').waitFor({ state: 'detached' });
  await open('advanced');
  await page.locator('[data-action="first-run"]').click();
  await page.locator('[data-action="skip"]').click();
  await page.locator('[data-start]').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'composer');
});

nothingStrange();
