/*
 * The transcript: every state of a card that can be reached, results, the menus of
 * messages, errors, what waits, attachments, bad input, and long conversations.
 */
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

const MODEL = 'openai/scripted';
const begin = (text) => fresh(text, MODEL);
const transcript = () => page.locator('[data-region="transcript"]');
/** Words in the transcript: the regions that are read out hold the same ones. */
const words = (text) => transcript().getByText(text);
const turn = (text) => page.locator('[data-turn]').filter({ hasText: text });

const themed = (theme) => page.locator(`:root[data-theme="${theme}"]`).waitFor();

/** In every theme, with a picture of the light and the dark one. */
async function seen(name) {
  await sound(name);
  await picture(name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await themed('dark');
  await sound(`${name}, dark`);
  await picture(`${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
  await themed('contrast');
  await sound(`${name}, contrast`);
  await page.emulateMedia({ contrast: null });
  await themed('light');
}

/** Asks the engine something through a connection of its own. */
const ask = (request) =>
  page.evaluate(
    (frame) =>
      new Promise((resolve, reject) => {
        const address = new URL('/api/events', location.origin);
        address.protocol = 'ws';
        const token = sessionStorage.getItem('interpreter.token');
        const socket = new WebSocket(address, ['interpreter.v1', `interpreter.token.${token}`]);
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, ...frame }));
        socket.onerror = () => reject(new Error('no connection'));
        socket.onmessage = ({ data }) => {
          const answer = JSON.parse(data);
          if (answer.error) reject(new Error(answer.error.error.message));
          const found = answer.receipt?.receipt ?? answer.answer?.answer;
          if (!found) return;
          socket.close();
          resolve(found);
        };
      }),
    request,
  );

/** Opens a conversation made of these messages. */
async function opened(name, messages) {
  const content = JSON.stringify(messages);
  const { conversation } = await ask({ submit: { op: 'import', name: `${name}.json`, content } });
  await page.evaluate((id) => {
    location.hash = `#/c/${encodeURIComponent(id)}`;
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, conversation);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await transcript().locator('[data-turn]').first().waitFor();
}
const user = (content) => ({ role: 'user', type: 'message', content });
const assistant = (content) => ({ role: 'assistant', type: 'message', content });

const nodes = () => page.evaluate(() => document.getElementsByTagName('*').length);
/** How far the end is below what is seen, in pixels. */
const below = () =>
  transcript().evaluate((area) => area.scrollHeight - area.scrollTop - area.clientHeight);

test('a plot can be shown large, and its code comes back', async () => {
  await begin('the cards');
  await inState('awaiting');
  await seen('card-awaiting');
  await press('run');
  await page.locator('[data-card][data-state="done"]').first().waitFor();
  await inState('awaiting');
  await press('run');
  await idle();
  await page.frameLocator('iframe').getByRole('heading', { name: 'A page' }).waitFor();
  assert.notEqual(await page.title(), 'taken');
  await words('twice the mean').waitFor();
  await seen('card-results');
  const plot = page.getByRole('button', { name: /^Show it large/ });
  await plot.click();
  await page.getByRole('dialog').waitFor();
  await page.getByText('100 %').first().waitFor();
  await page.getByRole('dialog').getByRole('region').focus();
  await page.keyboard.press('+');
  await page.getByText('125 %').waitFor();
  await sound('a picture shown large');
  await picture('zoom');
  await page.getByRole('button', { name: 'Show the code' }).click();
  await page.getByText('_repr_png_').first().waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('a failure says its last line, can be edited and run again, and be fixed', async () => {
  await begin('it fails');
  await inState('awaiting');
  await press('run');
  await inState('failed');
  await idle();
  await card().getByText('ValueError:').waitFor();
  await seen('card-failed');
  await card().focus();
  await page.keyboard.press('e');
  const field = page.getByRole('textbox', { name: 'Code to run' });
  await field.fill('print("mended")');
  await card().getByText('What you changed').waitFor();
  await seen('card-editing');
  await page.keyboard.press('Escape');
  await card().getByText('lines changed').waitFor();
  await card().locator('[data-action="edit"]').click();
  await card().locator('[data-action="save-run"]').click();
  await card().getByText('mended', { exact: true }).waitFor();
  await idle();
  await card().getByText('Run by you').waitFor();
  await page.locator('[data-action="fix"]').click();
  await turn('That failed').waitFor();
  await inState('awaiting');
  await press('run');
  await words('Fixed it.').waitFor();
  await idle();
});

test('long output folds, and opens whole', async () => {
  await begin('many lines');
  await inState('awaiting');
  await press('run');
  await inState('done');
  await idle();
  assert.equal(await card().getByRole('log').textContent(), '…\nrow 4809\nrow 4810\nrow 4811');
  await seen('card-folded');
  await press('show-all');
  await card()
    .getByText(/Show the end only/)
    .waitFor();
  assert.ok((await nodes()) <= 3500, `${await nodes()} nodes`);
  const [done] = await Promise.all([page.waitForEvent('download'), press('save')]);
  assert.equal(done.suggestedFilename(), 'code.py');
});

test('a line of 5 MB neither freezes nor floods the page', async () => {
  await begin('one long line');
  await inState('awaiting');
  await press('run');
  await words('Printed it.').waitFor({ timeout: 60_000 });
  await idle();
  await press('show-all');
  await card()
    .getByText(/more characters/)
    .waitFor();
  const length = await card().evaluate((element) => element.textContent.length);
  assert.ok(length < 20_000, `${length} characters are drawn`);
  const next = card().locator('[data-action="next-part"]');
  if ((await next.count()) > 0) {
    await next.click();
    await card().locator('[data-part]:not([data-part="0"])').waitFor();
  }
  await picture('long-line');
});

test('what does not listen is killed', async () => {
  await begin('deaf');
  await inState('awaiting');
  await press('run');
  await card().getByRole('log').getByText('deaf').waitFor();
  await seen('card-running');
  await card().focus();
  await page.keyboard.press('Control+.');
  await card().locator('[data-action="kill"]').waitFor();
  await sound('Kill');
  await press('kill');
  await idle();
  assert.notEqual(await card().getAttribute('data-state'), 'running');
});

test('a secret is hidden while it is typed', async () => {
  await begin('a secret');
  await inState('awaiting');
  await press('run');
  await inState('needs_input');
  const field = page.getByLabel('PIN:');
  assert.equal(await field.getAttribute('type'), 'password');
  await field.fill('1234');
  await seen('card-input');
  await page.keyboard.press('Enter');
  await card().getByRole('log').filter({ hasText: /4$/ }).waitFor();
  await idle();
});

test('a rule shows what it saves, allows the next one, and is revoked', async () => {
  await begin('git twice');
  await inState('awaiting');
  await press('rule');
  await page.getByText('Saves: allow shell “echo').first().waitFor();
  await seen('rule-menu');
  await page.keyboard.press('Escape');
  await press('rule');
  await page.locator('[data-rule="program"]').click();
  await words('Both ran.').waitFor();
  await idle();
  await card().getByText('Allowed by rule').waitFor();
  await seen('card-allowed');
  const revoke = card().locator('[data-action="revoke"]');
  if ((await revoke.count()) > 0) {
    await revoke.click();
    await card().getByText('Rule revoked').waitFor();
  }
});

test('denied, skipped and stopped say so, with their way on', async () => {
  const values = { forbidden_commands: ['sudo'] };
  await ask({ submit: { op: 'configure', scope: { scope: 'global' }, values } });
  await begin('denied');
  await inState('blocked');
  await idle();
  await seen('card-blocked');
  await card().locator('[data-action="edit-rule"]').waitFor();
  assert.equal(await card().locator('[data-action="rerun"]').count(), 0);
  await begin('skip me');
  await inState('awaiting');
  await press('skip');
  await inState('skipped');
  await idle();
  await seen('card-skipped');
  await press('rerun');
  await card().getByText('Run by you').waitFor();
  await idle();
  await begin('stop me');
  await inState('awaiting');
  await press('run');
  await card().getByRole('log').getByText('page 37').waitFor();
  await page.locator('[data-action="stop"]').click();
  await inState('stopped');
  await idle();
  await seen('card-stopped');
});

test('a reply is text, formulas and tables; nothing in it runs or loads', async () => {
  await begin('markdown');
  await idle();
  await page.locator('.katex').first().waitFor();
  await words('$5 or $10').waitFor();
  assert.equal(await page.locator('.katex-error').count(), 0);
  assert.equal(await page.evaluate(() => window.taken), undefined);
  assert.equal(
    await page.locator('[data-message] img, [data-message] b, [data-message] script').count(),
    0,
  );
  await page.getByText('good.example (bad.example)').waitFor();
  await page.getByRole('link', { name: 'a chart' }).waitFor();
  await seen('markdown');
  await begin('broken');
  await idle();
  await words('fence without an end').waitFor();
  await sound('broken Markdown');
});

test('what waits is sent when the turn ends, or taken back', async () => {
  await begin('slowly');
  await words('First words.').waitFor();
  await say('queued one');
  await say('queued two');
  await page.locator('[data-queued]').nth(1).waitFor();
  await seen('queued');
  await page.locator('[data-queued]').nth(1).locator('[data-action="edit-queued"]').click();
  assert.equal(await message().inputValue(), 'queued two');
  await message().fill('');
  await words('Answer to the first.').waitFor();
  await idle();
  assert.equal(await page.locator('[data-queued]').count(), 0);
});

test('a message is edited into a branch; a reply is made anew; the end is deleted', async () => {
  await begin('my colour is red');
  await words('Red it is.').waitFor();
  await idle();
  const conversations = () => page.locator('[data-conversation]').count();
  const before = await conversations();
  await turn('my colour is red').hover();
  await page.locator('[data-action="message-menu"]').first().click();
  await sound('the menu of a message');
  await picture('message-menu');
  await page.locator('[data-action="edit-message"]').click();
  await page.getByRole('textbox', { name: /to send again/ }).fill('my colour is blue');
  await sound('a message being edited');
  await page.keyboard.press('Enter');
  await words('Blue it is.').waitFor();
  await idle();
  await page.waitForFunction(
    (count) => document.querySelectorAll('[data-conversation]').length > count,
    before,
  );
  assert.equal(await page.getByText('my colour is red').and(page.locator('h2')).count(), 0);
  await say('my colour is red again');
  await words('Red, once more.').waitFor();
  await idle();
  await page.locator('[data-action="reply-menu"]').last().click();
  await sound('the menu of a reply');
  await page.locator('[data-action="regenerate"]').click();
  await words('Red, told anew.').waitFor();
  assert.equal(await words('Red, once more.').count(), 0);
  await idle();
  await turn('red again').hover();
  await page.locator('[data-action="message-menu"]').last().click();
  await page.locator('[data-action="delete-from"]').click();
  await page.getByRole('alertdialog').waitFor();
  await sound('the question before deleting');
  await picture('delete-from');
  await page.locator('[data-action="confirm"]').click();
  await turn('red again').waitFor({ state: 'detached' });
  await words('Blue it is.').waitFor();
});

test('a reply that was cut goes on where the person says so', async () => {
  await begin('cut it');
  await page.locator('[data-way="continue"]').waitFor();
  await seen('error-cut');
  await page.locator('[data-way="continue"]').click();
  await words('a way back').waitFor();
  await idle();
  await page.getByText(/Continued by you/).waitFor();
  await picture('error-settled');
});

test('errors say what happened where it did, with one way on', async () => {
  const failing = async (name, way) => {
    await begin(`error ${name}`);
    await page.locator(`[data-note] [data-way="${way}"]`).waitFor();
    await idle();
    assert.equal(await page.locator('[data-note] button').first().getAttribute('data-way'), way);
    await seen(`error-${name}`);
  };
  await failing('key', 'key');
  await failing('model', 'model');
  await failing('billing', 'billing');
  await begin('error limit');
  await page.locator('[data-action="cancel-retry"]').waitFor();
  await seen('error-limit');
  await page.locator('[data-action="cancel-retry"]').click();
  await idle();
  await failing('context', 'fresh');
});

test('pictures and small texts are attached; anything else needs the app', async () => {
  await page.locator('[data-action="new"]').click();
  const data = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.locator('[data-action="attach"]').click(),
  ]);
  await chooser.setFiles([
    { name: 'dot.png', mimeType: 'image/png', buffer: data },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('seven\n') },
    { name: 'tool.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0, 1, 2]) },
  ]);
  await page.locator('[data-attachment]').nth(1).waitFor();
  await page.getByText('the app attaches any file').waitFor();
  await seen('attachments');
  await page.locator('[data-control="model"]').click();
  await page.getByRole('combobox').fill(MODEL);
  await page.getByRole('combobox').press('Enter');
  await say('a picture and a note');
  await turn('a picture and a note').getByText('notes.txt').waitFor();
  await idle();
  assert.equal(await page.locator('[data-attachment]').count(), 0);
  await turn('a picture and a note').locator('img').first().waitFor();
  await picture('attached');
});

test('200 nested lists, and a block of 2 MB, are shown', async () => {
  const deep = Array.from({ length: 200 }, (_, at) => `${'  '.repeat(at)}- level ${at}`).join('\n');
  const long = `Here:\n\n\`\`\`python\n${'x = "some code that is long"\n'.repeat(75_000)}\`\`\`\n\nThat is all.`;
  await opened('bad', [
    user('nested'),
    assistant(deep),
    user('long'),
    assistant(long),
    user('markup'),
    { role: 'assistant', type: 'code', format: 'python', content: 'page' },
    {
      role: 'computer',
      type: 'code',
      format: 'html',
      content: '<script>top.taken=1</script><img src="http://127.0.0.1:9/x.png"><p>shown</p>',
    },
  ]);
  await page.frameLocator('iframe').getByText('shown').waitFor();
  assert.equal(await page.evaluate(() => window.taken), undefined);
  await transcript().press('Home');
  await words(/- level 3$/).waitFor();
  assert.ok((await nodes()) <= 3500, `${await nodes()} nodes`);
  await sound('nested lists');
  await words('That is all.').waitFor({ state: 'attached' });
  assert.ok((await nodes()) <= 3500, `${await nodes()} nodes`);
});

test('a conversation of 1,000 turns: few nodes, the end first, older pages by themselves', async () => {
  const messages = Array.from({ length: 1000 }, (_, at) => [
    user(`question ${at}`),
    assistant(`Answer ${at}.\n\n- one\n- two\n\n\`\`\`python\nprint(${at})\n\`\`\``),
  ]).flat();
  await opened('long', messages);
  await words('Answer 999.').waitFor();
  assert.ok((await below()) <= 1, `${await below()} px below`);
  assert.ok((await nodes()) <= 3500, `${await nodes()} nodes`);

  // Up by hand: what is seen stays while older pages come in front of it.
  await transcript().hover();
  const seenAt = () =>
    transcript().evaluate((area) => {
      const top = area.getBoundingClientRect().top;
      const rows = [...area.querySelectorAll('[data-row]')];
      const row = rows.find((one) => one.getBoundingClientRect().bottom > top + 1);
      return [row?.dataset.row, Math.round(row?.getBoundingClientRect().top ?? 0)];
    });
  for (let turns = 0; turns < 60; turns++) {
    await page.mouse.wheel(0, -2000);
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => next())));
    assert.ok((await nodes()) <= 3500, `${await nodes()} nodes`);
  }
  const number = () =>
    transcript().evaluate((area) => Number(/question (\d+)/.exec(area.textContent)?.[1]));
  assert.ok((await number()) < 850, `at question ${await number()}`);
  await page.locator('[data-action="to-end"]').waitFor();
  await page.waitForFunction(() => new Promise((done) => setTimeout(() => done(true), 300)));
  const place = await seenAt();
  await picture('long-middle');

  // Elsewhere and back: the place is kept.
  const id = await page.evaluate(() => location.hash);
  await page.locator('[data-action="new"]').click();
  await page.evaluate((hash) => {
    location.hash = hash;
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, id);
  await page.locator(`[data-row="${place[0]}"]`).waitFor();
  const back = await seenAt();
  assert.equal(back[0], place[0]);
  assert.ok(Math.abs(back[1] - place[1]) <= 2, `${back} is not ${place}`);

  // From turn to turn, over those that are not drawn; the one with the focus stays.
  for (let steps = 0; steps < 25; steps++) await page.keyboard.press('Alt+ArrowUp');
  // The last step may still be on its way.
  await page.waitForFunction(() => new Promise((done) => setTimeout(() => done(true), 600)));
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  assert.match(focused ?? '', /question \d+/);
  await transcript().hover();
  await page.mouse.wheel(0, 20_000);
  await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => next())));
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), focused);

  await page.locator('[data-action="to-end"]').click();
  await words('Answer 999.').waitFor();
  assert.ok((await below()) <= 1, `${await below()} px below`);
  await sound('a long conversation');
});

test('at the end the oldest turns are let go; scrolled up, they come back, and nothing jumps', async () => {
  await transcript().press('End');
  // Much less is held than was scrolled through above, and the end stays in view.
  const region = '[data-region="transcript"]';
  await page.waitForFunction((area) => document.querySelector(area).scrollHeight < 60_000, region);
  assert.ok((await below()) <= 1, `${await below()} px below`);
  await transcript().hover();
  await page.mouse.wheel(0, -400);
  await page.locator('[data-action="to-end"]').waitFor();
  const first = await transcript().evaluate((area) => area.scrollHeight);
  const jumps = await transcript().evaluate(async (area) => {
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    const found = [];
    for (let step = 0; step < 150; step++) {
      const edge = area.getBoundingClientRect().top;
      const rows = [...area.querySelectorAll('[data-row]')];
      const row = rows.find((one) => one.getBoundingClientRect().top > edge + 40);
      const before = row.getBoundingClientRect().top;
      // Between two pictures, as a wheel does it.
      await new Promise((next) => setTimeout(next));
      area.scrollTop -= 150;
      // Three pictures: of the move, of what is measured then, and of what came meanwhile.
      for (let picture = 0; picture < 3; picture++) await frame();
      const moved = row.getBoundingClientRect().top - before;
      if (row.isConnected && Math.abs(moved - 150) > 2) found.push([step, row.dataset.row, moved]);
    }
    return found;
  });
  assert.deepEqual(jumps, []);
  const grown = await transcript().evaluate((area) => area.scrollHeight);
  assert.ok(grown > first + 10_000, `${first} px became ${grown}`);
  await page.locator('[data-action="to-end"]').click();
  await words('Answer 999.').waitFor();
});

test('written on, the end is followed until the person scrolls up', async () => {
  await say('and on');
  await words('Done.').waitFor();
  await idle();
  assert.ok((await below()) <= 1, `${await below()} px below`);
  await transcript().hover();
  await page.mouse.wheel(0, -600);
  await page.locator('[data-action="to-end"]').waitFor();
  await say('once more');
  await page.waitForFunction(() => {
    const area = document.querySelector('[data-region="transcript"]');
    return area && area.scrollHeight - area.scrollTop - area.clientHeight <= 1;
  });
  await idle();
});

// The frames say what they were kept from; nothing of it left the page.
nothingStrange(/^Blocked script execution|^Loading the image 'http:\/\/127\.0\.0\.1:9\//);
