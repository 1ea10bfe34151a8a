/*
 * The popup over selected text, against a live engine. The shell around it is played
 * by this file: it hands the verbs on, says what is selected, and writes down what it
 * was asked to do. With the real one it is tested in tests/suite/popup.rs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nothingStrange, page, picture, sound } from './page.mjs';

const ADDRESS = new URL(process.argv[2] ?? process.env.INTERPRETER_URL);
const token = new URLSearchParams(ADDRESS.hash.slice(1)).get('token');

const TEXT =
  'Pleas find the invoice attached. We did agreed on a payment until end of july, so I would be gratefull if you could settle it till then.';
const MAIL = { id: 's1', text: TEXT, app: 'Mail', source: 'primary', editable: true };

/** What the shell's side of the page would be. Runs in the page, before anything else. */
function shell({ address, token }) {
  let made = 0;
  const callbacks = new Map();
  const waiting = new Map();
  const subscribed = new Map();
  const played = { calls: [], selection: null, listeners: [], replaced: 'in_place', made: [] };
  window.played = played;
  const socket = new WebSocket(address, ['interpreter.v1', `interpreter.token.${token}`]);
  const opened = new Promise((resolve) => {
    socket.onopen = resolve;
  });
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.event) {
      for (const { conversation, channel } of subscribed.values()) {
        if (conversation !== undefined && conversation !== frame.event.conversation) continue;
        callbacks.get(channel.id)({ index: channel.sent++, message: { event: frame.event } });
      }
    }
    const told = frame.receipt ?? frame.answer ?? frame.subscribed ?? frame.error;
    if (told?.id === undefined) return;
    const { resolve, reject } = waiting.get(told.id);
    if (frame.error) reject(told.error);
    else resolve(told.receipt ?? told.answer);
  };
  const ask = async (request) => {
    await opened;
    const id = ++made;
    socket.send(JSON.stringify({ id, ...request }));
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  window.__TAURI_EVENT_PLUGIN_INTERNALS__ = { unregisterListener() {} };
  window.__TAURI_INTERNALS__ = {
    metadata: {
      currentWindow: { label: 'popup' },
      currentWebview: { label: 'popup', windowLabel: 'popup' },
    },
    transformCallback(callback) {
      callbacks.set(++made, callback);
      return made;
    },
    unregisterCallback: (id) => callbacks.delete(id),
    async invoke(command, args) {
      switch (command) {
        case 'submit': {
          if (args.op.op === 'replace') {
            played.calls.push(args.op);
            return { replaced: played.replaced };
          }
          const receipt = await ask({ submit: args.op });
          if (args.op.op === 'submit') played.made.push(receipt.conversation);
          return receipt;
        }
        case 'query':
          if (args.query.query !== 'selection') return ask({ query: args.query });
          return { answer: 'selection', selection: played.selection };
        case 'subscribe': {
          const { conversation } = args.subscribe;
          const id = ++made;
          subscribed.set(id, { conversation, channel: { id: args.channel.id, sent: 0 } });
          await ask({ subscribe: args.subscribe });
          return id;
        }
        case 'unsubscribe':
          subscribed.delete(args.id);
          return null;
        case 'plugin:event|listen':
          if (args.event === 'interpreter:shell') played.listeners.push(args.handler);
          return ++made;
        case 'resize_popup':
          return window.resizePopup(args.height);
        case 'show_main':
          played.calls.push(`main ${args.to}`);
          return null;
        case 'hide_popup':
          played.calls.push('hide');
          return null;
        default:
          return null;
      }
    },
  };
  window.summon = (selection) => {
    played.selection = selection;
    played.calls.length = 0;
    for (const id of played.listeners) {
      callbacks.get(id)({ event: 'interpreter:shell', id, payload: { event: 'summoned' } });
    }
  };
}

const calls = () => page.evaluate(() => window.played.calls);
const listening = () => page.waitForFunction(() => window.played?.listeners.length > 0);
const field = () => page.getByRole('combobox', { name: 'What to do with the text' });

async function summon(selection) {
  await page.evaluate((one) => window.summon(one), selection);
  await page.locator('[data-action="close"]').waitFor();
}

/** The page's own height is that of its window. */
async function fits() {
  await page.waitForFunction(() => {
    const { height } = document.querySelector('main').getBoundingClientRect();
    return Math.abs(height - window.innerHeight) <= 1;
  });
}

test('a browser is told that this is part of the app', async () => {
  await page.goto(new URL('popup.html', ADDRESS).href);
  await page.getByRole('alert').getByText('This is part of the desktop app').waitFor();
  await sound('without an app');
});

test('over a selection it lists what can be done, and sends nothing', async () => {
  const address = new URL('/api/events', ADDRESS);
  address.protocol = 'ws:';
  address.hash = '';
  await page.exposeFunction('resizePopup', (height) =>
    page.setViewportSize({ width: 380, height: Math.max(40, height) }),
  );
  await page.addInitScript(shell, { address: address.href, token });
  await page.setViewportSize({ width: 380, height: 240 });
  await page.goto(new URL('popup.html', ADDRESS).href);
  await listening();
  await summon(MAIL);
  await page.getByText('136 characters · from Mail').waitFor();
  await page.locator('[data-said="model"]').getByText('scripted').waitFor();
  assert.equal(await field().evaluate((one) => one === document.activeElement), true);
  await fits();
  await sound('the list');
  await picture('popup');
  assert.deepEqual(await page.evaluate(() => window.played.made), []);
});

test('a correction is shown word by word, and replaces at Enter', async () => {
  await page.keyboard.press('3');
  const accept = page.getByRole('button', { name: /Replace in Mail/ });
  await accept.waitFor();
  await page.locator('[data-difference] ins').first().waitFor();
  await fits();
  await sound('the difference');
  await picture('popup-fix');
  await page.keyboard.press('Enter');
  await page.getByText('Undo in Mail brings the old text back.').waitFor();
  const text =
    'Please find the invoice attached. We agreed on payment by the end of July, so I would be grateful if you could settle it by then.';
  assert.deepEqual(await calls(), [{ op: 'replace', selection: 's1', text }]);
});

test('another try asks again, and what changed meanwhile is on the clipboard', async () => {
  await page.reload();
  await listening();
  await summon(MAIL);
  await page.locator('[data-said="model"]').getByText('scripted').waitFor();
  await page.keyboard.press('3');
  await page.getByRole('button', { name: /Replace in Mail/ }).waitFor();
  await page.evaluate(() => {
    window.played.replaced = 'copied';
  });
  await page.keyboard.press('Enter');
  await page.getByText('The new text is on the clipboard').waitFor();
  await picture('popup-copied');
});

test('an answer streams, and can be asked further', async () => {
  await summon(MAIL);
  await page.keyboard.press('2');
  await page.locator('.md strong').getByText('invoice').waitFor();
  await page.getByRole('button', { name: 'Copy' }).waitFor();
  await fits();
  await sound('an answer');
  await picture('popup-explain');
  const further = page.getByRole('textbox', { name: 'Ask further' });
  await further.fill('Is that polite?');
  await further.press('Enter');
  await page.locator('.md').getByText('Yes, it is.').waitFor();
});

test('another language is chosen, and kept', async () => {
  await summon({ ...MAIL, id: 's2' });
  await page.keyboard.press('5');
  await page.getByRole('listbox', { name: 'Languages' }).waitFor();
  await sound('languages');
  await picture('popup-translate');
  await page.keyboard.type('swed');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'New text' }).getByText('Bifogat').waitFor();
  await summon(MAIL);
  await page.locator('[data-row="translate"]').getByText('to Swedish').waitFor();
});

test('Stop ends what is written', async () => {
  await page.keyboard.press('6');
  await page.locator('.md').getByText('It', { exact: true }).waitFor();
  await page.locator('[data-action="stop"]').click();
  await page.locator('[data-action="retry"]').waitFor();
});

test('nothing selected, and nothing to be read', async () => {
  const nothing = { id: 's3', text: '', source: 'none', editable: false };
  await summon({ ...nothing, clipboard: 'Meeting moved to Thursday 10:00, room 4' });
  await page.getByText('Nothing selected').waitFor();
  await fits();
  await sound('nothing selected');
  await picture('popup-nothing');
  await page.locator('[data-action="clipboard"]').click();
  await page.locator('[data-row="explain"]').waitFor();
  await summon({ ...nothing, refused: 'KeePassXC is on the list of apps that are never read.' });
  await page.getByText('KeePassXC is on the list').waitFor();
  assert.equal(await page.getByRole('combobox').count(), 0);
  await fits();
  await sound('refused');
  await picture('popup-refused');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => window.played.calls.includes('hide'));
});

test('dark, contrast and large text are sound too', async () => {
  await summon({ ...MAIL, text: 'git status', language: 'shell' });
  await page.locator('[data-row="run"]').waitFor();
  for (const [name, media] of Object.entries({
    dark: { colorScheme: 'dark' },
    contrast: { colorScheme: 'light', contrast: 'more' },
  })) {
    await page.emulateMedia(media);
    await sound(name);
    await picture(`popup-${name}`);
  }
  await page.emulateMedia({ colorScheme: 'light', contrast: null });
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });
  await fits();
  await sound('large text');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 380, `the page is ${wide} px wide`);
  await picture('popup-large');
});

test('code becomes a card that waits; what was asked here is in the archive', async () => {
  await page.locator('[data-row="run"]').click();
  await page.waitForFunction(() => window.played.calls.includes('hide'));
  const [to] = await calls();
  const made = await page.evaluate(() => window.played.made.at(-1));
  assert.equal(to, `main conversation/${made}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  const plain = await page.context().newPage();
  await plain.goto(`${ADDRESS.href}`);
  await plain.locator('[data-conversation]').first().waitFor();
  // Only the one with the card is listed.
  assert.equal(await plain.locator('[data-conversation]').count(), 1);
  await plain.locator('[data-conversation]').first().click();
  await plain.locator('[data-card][data-state="awaiting"]').waitFor();
  await plain.close();
});

nothingStrange();
