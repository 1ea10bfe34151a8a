/* Many conversations: the list, search, finding, palette, shortcuts, costs; by keyboard where it matters. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fresh, idle, message, nothingStrange, page, picture, say, sound } from './page.mjs';

const MOD = 'Control';
const row = (title) => page.locator('[data-conversation]').filter({ hasText: title }).first();
const note = (kind) => page.locator(`[data-note="${kind}"]`);
const field = () => page.getByRole('searchbox', { name: 'Search conversations' });
const palette = () => page.getByRole('combobox', { name: 'What to do' });
const chosen = () => page.locator('[role="option"][aria-selected="true"]');
const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true });
const focused = () =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at?.id || at?.dataset?.conversation || at?.getAttribute('aria-label') || at?.tagName;
  });

/** Asks the engine something that the page does not ask by itself. */
const ask = (query) =>
  page.evaluate(
    (asked) =>
      new Promise((resolve, reject) => {
        const token = sessionStorage.getItem('interpreter.token');
        const address = `ws://${location.host}/api/events`;
        const socket = new WebSocket(address, ['interpreter.v1', `interpreter.token.${token}`]);
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, ...asked }));
        socket.onerror = () => reject(new Error('no connection'));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          const found = frame.answer?.answer ?? frame.receipt?.receipt;
          if (frame.error) reject(new Error(frame.error.error.message));
          else if (!found) return;
          else resolve(found);
          socket.close();
        };
      }),
    query,
  );

/** Opens the list again, as after something else wrote to it. */
const again = async () => {
  await page.reload();
  await message().waitFor();
};

async function fits(what) {
  const wide = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide[0] <= wide[1], `${what}: ${wide[0]} px in ${wide[1]}`);
}

const NAMES = ['Lisbon photos', 'Norrland invoice', 'Norrland overdue', 'Port 8080'];

test('some conversations to look at', async () => {
  await page.locator('main').first().waitFor({ state: 'attached' });
  // The first run is looked at elsewhere.
  const values = { first_run: false };
  await ask({ submit: { op: 'configure', scope: { scope: 'global' }, values } });
  await page.evaluate(() => history.replaceState(null, '', location.pathname));
  await again();
  for (const name of NAMES) {
    await fresh(`help with ${name}`);
    await idle();
    await heading(`help with ${name}`).waitFor();
  }
  await fresh('run python: print("the Norrland total is", 6 * 7)');
  await page.locator('[data-card] [data-action="run"]:not([aria-disabled])').click();
  await page.locator('[data-card][data-state="done"]').waitFor();
  await idle();
  await row('run python').waitFor();
  await picture('history-list');
  await sound('the list');
});

test('the title is changed where it stands', async () => {
  await page.locator('[data-action="rename"]').click();
  await page.getByRole('textbox', { name: 'Title of the conversation' }).fill('Norrland total');
  await page.keyboard.press('Enter');
  await heading('Norrland total').waitFor();
  await row('Norrland total').waitFor();
});

test('the list by keyboard alone: walk, rename, pin, archive', async () => {
  await row('Norrland total').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F2');
  await page.keyboard.type('The port');
  await page.keyboard.press('Enter');
  await row('The port').waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('[data-conversation]'));
  await page.keyboard.press('ContextMenu');
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).waitFor();
  await picture('history-menu');
  await sound('a menu');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Pinned' }).waitFor();
  await row('Lisbon photos').focus();
  await page.keyboard.press('ContextMenu');
  await page.getByRole('menuitem', { name: 'Archive', exact: true }).focus();
  await page.keyboard.press('Enter');
  await row('Lisbon photos').waitFor({ state: 'detached' });
  await note('archived').waitFor();
  const fold = page.locator('[data-action="archive-fold"]');
  await fold.focus();
  await page.keyboard.press('Enter');
  await row('Lisbon photos').waitFor();
  await page.keyboard.press('Enter');
  await row('Lisbon photos').waitFor({ state: 'detached' });
});

test('what was pinned and archived is so after a reload', async () => {
  await again();
  await page.getByRole('heading', { level: 2, name: 'Pinned' }).waitFor();
  await row('The port').waitFor();
  assert.equal(await row('Lisbon photos').count(), 0);
});

test('deleted conversations come back with Undo, several in a row', async () => {
  await row('Norrland overdue').focus();
  await page.keyboard.press('Delete');
  await note('deleted').getByText('Norrland overdue').waitFor();
  await page.keyboard.press('Delete');
  await note('deleted').getByText('Deleted 2 conversations').waitFor();
  await picture('history-undo');
  await sound('the bar with Undo');
  await page.keyboard.press('Shift+F6');
  await page.locator('[data-action="undo-delete"]').focus();
  await page.keyboard.press('Enter');
  await note('deleted').getByText('Norrland overdue').waitFor();
  await page.locator('[data-action="undo-delete"]').click();
  await row('Norrland overdue').waitFor();
  await row('Norrland invoice').waitFor();
});

test('a conversation is copied whole, or before its last message', async () => {
  await row('Norrland invoice').click();
  await heading('help with Norrland invoice').waitFor();
  const before = await page.locator('[data-conversation]').count();
  await page.locator('[data-action="menu"]').click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.waitForFunction(
    (count) => document.querySelectorAll('[data-conversation]').length > count,
    before,
  );
  await page.locator('[data-action="menu"]').click();
  await page.getByRole('menuitem', { name: 'Branch before the last message' }).click();
  await page.waitForFunction(() =>
    document.querySelector('#composer')?.value.includes('help with Norrland invoice'),
  );
  await message().fill('');
  await page.keyboard.press(`${MOD}+k`);
  await palette().fill('delete the conv');
  await page.keyboard.press('Enter');
  await note('deleted').waitFor();
});

test('export and import', async () => {
  await row('Norrland total').click();
  await heading('Norrland total').waitFor();
  const folder = await mkdtemp(join(tmpdir(), 'interpreter-export-'));
  let json;
  for (const [name, ending, holds] of [
    ['Markdown', '.md', '6 * 7'],
    ['Notebook', '.ipynb', '"cell_type"'],
    ['Page', '.html', '<html'],
    ['JSON', '.json', '6 * 7'],
  ]) {
    await page.locator('[data-action="menu"]').click();
    await page.getByRole('menuitem', { name: 'Export' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).focus();
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    assert.ok(file.suggestedFilename().endsWith(ending), file.suggestedFilename());
    const path = join(folder, file.suggestedFilename());
    await file.saveAs(path);
    assert.ok((await readFile(path, 'utf8')).includes(holds), `${name} lacks ${holds}`);
    if (ending === '.json') json = path;
  }
  await note('saved').waitFor();
  const before = await page.evaluate(() => location.hash);
  await page.keyboard.press(`${MOD}+k`);
  await palette().fill('import');
  const [picker] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.keyboard.press('Enter'),
  ]);
  await picker.setFiles(json);
  await page.waitForFunction((hash) => location.hash !== hash, before);
  await heading('Norrland total').waitFor();
  await page.locator('[data-card]').first().waitFor();
  await rm(folder, { recursive: true, force: true });
});

test('the search by keyboard alone: titles and contents, at the hit, and on to the next', async () => {
  await message().focus();
  await page.keyboard.press(`${MOD}+Shift+F`);
  await page.waitForFunction(() => document.activeElement?.matches('[data-search]'));
  await sound('all conversations');
  await picture('history-all');
  await page.keyboard.type('norrland');
  await page.getByRole('heading', { level: 1, name: /conversations, .* places/ }).waitFor();
  await page.locator('[data-hit] mark').first().waitFor();
  await sound('hits');
  await picture('history-search');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const id = await chosen().getAttribute('data-hit');
  await page.keyboard.press('Enter');
  await page.waitForFunction((wanted) => decodeURIComponent(location.hash).endsWith(wanted), id);
  await page
    .locator('[data-count]')
    .getByText(/^\d+ of \d+$/)
    .waitFor();
  await picture('history-found');
  const count = () => page.locator('[data-count]').textContent();
  const first = await count();
  await page.keyboard.press(`${MOD}+g`);
  if (!first.endsWith('of 1')) assert.notEqual(await count(), first);
  await page.keyboard.press('Escape');
  await page.locator('[data-find]').waitFor({ state: 'detached' });
});

test('a phrase in quotes is found as it stands; what is not found says what was searched', async () => {
  await page.keyboard.press(`${MOD}+Shift+F`);
  await field().fill('"norrland total"');
  await page.locator('[data-hit] mark').first().waitFor();
  await field().fill('"total norrland"');
  await page.getByText('Nothing found for').waitFor();
  await page.getByText('in quotes').waitFor();
  await sound('no hits');
  await picture('history-none');
  await field().fill('norland overdu');
  // One slip in a word of a title is forgiven.
  await page.locator('[data-hit]').getByText('overdue').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await message().waitFor();
});

test('filters', async () => {
  await page.getByRole('button', { name: 'All conversations' }).click();
  await page.locator('[data-hit]').first().waitFor();
  const all = await page.locator('[data-hit]').count();
  await page.locator('[data-filter="ran_code"]').click();
  await page.waitForFunction((n) => document.querySelectorAll('[data-hit]').length < n, all);
  const titles = await page.locator('[data-hit]').allTextContents();
  assert.ok(
    titles.every((title) => title.includes('Norrland total')),
    titles.join(),
  );
  await page.locator('[data-filter="failed"]').click();
  await page.getByText('No conversation passes these filters').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.locator('[data-hit]').first().waitFor();
  await field().focus();
  await page.keyboard.press('Escape');
  await message().waitFor();
});

test('finding in a conversation, in parts that are not drawn too', async () => {
  await fresh('help');
  await idle();
  for (let at = 0; at < 6; at++) {
    await say(`help ${at} with the needle`);
    await idle();
  }
  await message().focus();
  await page.keyboard.press(`${MOD}+f`);
  await page.locator('[data-find]').fill('needle');
  await page.waitForFunction(() =>
    /^1 of \d+$/.test(document.querySelector('[data-count]')?.textContent),
  );
  await sound('the find bar');
  await picture('find');
  const marked = await page.evaluate(() => CSS.highlights?.get('found-here')?.size ?? -1);
  assert.equal(marked, 1);
  await page.keyboard.press('Enter');
  await page.locator('[data-count]').getByText(/^2 of/).waitFor();
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  const [, last] = (await page.locator('[data-count]').textContent()).split(' of ');
  await page.locator('[data-count]').getByText(`${last} of ${last}`).waitFor();
  await page.locator('[data-find]').fill('no such words');
  await page.locator('[data-count]').getByText('Not found').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'composer');
});

test('the palette by keyboard alone', async () => {
  await page.keyboard.press(`${MOD}+k`);
  await palette().waitFor();
  await sound('the palette');
  await picture('palette');
  await page.keyboard.type('overdue');
  await picture('palette-typed');
  await page.keyboard.press('Enter');
  await heading('help with Norrland overdue').waitFor();
  await page.keyboard.press(`${MOD}+k`);
  await page.keyboard.type('shortc');
  await page.keyboard.press('Escape');
  await palette().waitFor({ state: 'detached' });
  await page.keyboard.press(`${MOD}+Shift+BracketRight`);
  await page.waitForFunction(
    () => document.querySelector('h1')?.textContent !== 'help with Norrland overdue',
  );
});

test('shortcuts: the sheet, a new key, a conflict, and back again', async () => {
  await page.keyboard.press(`${MOD}+/`);
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await sound('the sheet of shortcuts');
  await picture('shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press(`${MOD}+,`);
  await page.goto(page.url().replace(/#.*/, '#/settings/shortcuts'));
  const bind = (id) => page.locator(`[data-shortcut="${id}"] [data-action="bind"]`);
  await bind('pin').waitFor();
  await sound('the page of shortcuts');
  await picture('shortcuts-page');
  await bind('pin').click();
  await page.keyboard.press(`${MOD}+k`);
  await page.getByText('already is “Find anything”').waitFor();
  await picture('shortcuts-conflict');
  await page.getByRole('button', { name: 'Leave it' }).click();
  await bind('pin').click();
  await page.keyboard.press(`${MOD}+Shift+P`);
  await bind('pin').getByText('Ctrl Shift P').waitFor();
  await page.keyboard.press('Escape');
  await message().waitFor();
  await page.locator('[data-conversation]').nth(1).click();
  const pinned = () =>
    page.evaluate(() => {
      const heads = [...document.querySelectorAll('h2')].map((head) => head.textContent);
      return heads.includes('Pinned');
    });
  assert.equal(await pinned(), true);
  await page.goto(page.url().replace(/#.*/, '#/settings/shortcuts'));
  await page.locator('[data-shortcut="pin"] [data-action="reset"]').click();
  await bind('pin').getByText('none').waitFor();
  await page.keyboard.press('Escape');
  await message().waitFor();
});

test('F6 goes round the parts of the window', async () => {
  await message().focus();
  const seen = new Set();
  for (let at = 0; at < 6; at++) {
    await page.keyboard.press('F6');
    seen.add(
      await page.evaluate(
        () => document.activeElement?.closest('[data-region]')?.dataset.region ?? 'none',
      ),
    );
  }
  for (const region of ['sidebar', 'header', 'transcript', 'composer']) {
    assert.ok(seen.has(region), `${region} in ${[...seen]}`);
  }
});

test('what it costs', async () => {
  await page.locator('[data-control="cost"]').click();
  await page.getByRole('dialog', { name: 'What it costs' }).waitFor();
  await page.getByText('Free (local)').waitFor();
  await sound('the card of costs');
  await picture('costs');
  await page.keyboard.press('Escape');
});

test('ten thousand conversations, one of them damaged', async () => {
  const { data } = await ask({ query: { query: 'about' } });
  const now = Date.now();
  const file = (name) => join(data, 'conversations', `${name}.jsonl`);
  for (let from = 0; from < 10_000; from += 500) {
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const at = from + index;
        const created = now - (at + 1) * 3_600_000;
        const meta = { title: `Old talk ${at}`, profile: 'default', mode: 'ask_every_time' };
        const item = `01a1fe28${String(at).padStart(24, '0')}`;
        const lines = [
          { format: 1, name: `old-${at}`, created, meta },
          { seq: 1, item, chunk: { role: 'user', type: 'message', start: true, at: created } },
          { seq: 2, item, append: `Words of talk ${at}` },
          { seq: 3, item, chunk: { role: 'user', type: 'message', end: true } },
          { seq: 4, chunk: { role: 'server', type: 'status', content: 'complete' } },
        ];
        await writeFile(
          file(`old-${at}`),
          `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`,
        );
        await utimes(file(`old-${at}`), created / 1000, created / 1000);
      }),
    );
  }
  await writeFile(file('damaged'), 'this is no conversation\n');
  page.setDefaultTimeout(90_000);
  await again();
  await row('damaged').waitFor();
  await picture('history-many');
  await sound('ten thousand rows');
  assert.ok((await page.locator('[data-conversation]').count()) < 80);
  await row('damaged').hover();
  await row('damaged').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
  assert.equal(await page.getByRole('menuitem', { name: 'Rename' }).count(), 0);
  await page.keyboard.press('Escape');
  await page.locator('[data-conversation]').first().focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.matches('[data-conversation]'));
  // The rest is asked for when the end comes near.
  await page.waitForFunction(() => {
    const list = document.querySelector('[data-list]');
    list.scrollTo(0, list.scrollHeight);
    return list.textContent.includes('Old talk 9999');
  });
  await page.keyboard.press(`${MOD}+Shift+F`);
  await field().fill('"words of talk 7777"');
  await page.locator('[data-hit]').first().waitFor();
  assert.equal(await page.locator('[data-hit]').count(), 1);
  await page.keyboard.press('Enter');
  await heading('Old talk 7777').waitFor();
  await page.keyboard.press('Escape');
});

test('dark, contrast, narrow, large text and right to left', async () => {
  for (const [name, media] of [
    ['dark', { colorScheme: 'dark' }],
    ['contrast', { colorScheme: 'light', contrast: 'more' }],
  ]) {
    await page.emulateMedia(media);
    await sound(name);
    await picture(`history-${name}`);
    await page.keyboard.press(`${MOD}+Shift+F`);
    await page.locator('[data-hit]').first().waitFor();
    await sound(`the search, ${name}`);
    await picture(`history-search-${name}`);
    await page.keyboard.press('Escape');
    await message().waitFor();
    await page.keyboard.press(`${MOD}+k`);
    await palette().waitFor();
    await sound(`the palette, ${name}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press(`${MOD}+/`);
    await sound(`the shortcuts, ${name}`);
    await page.keyboard.press('Escape');
  }
  await page.emulateMedia({ colorScheme: 'light', contrast: null });
  await page.setViewportSize({ width: 360, height: 740 });
  await fits('narrow');
  await page.getByRole('button', { name: 'Conversations', exact: true }).click();
  await page.getByRole('dialog').locator('[data-conversation]').first().waitFor();
  await sound('the drawer');
  await picture('history-drawer');
  await page.getByRole('dialog').locator('[data-action="search"]').click();
  await page.locator('[data-hit]').first().waitFor();
  await fits('the search, narrow');
  await sound('the search, narrow');
  await picture('history-search-narrow');
  await page.locator('[data-hit]').nth(2).click();
  await message().waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });
  await fits('large text');
  await sound('large text');
  await picture('history-large');
  await page.keyboard.press(`${MOD}+Shift+F`);
  await page.locator('[data-hit]').first().waitFor();
  await fits('the search in large text');
  await picture('history-search-large');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '';
    document.documentElement.dir = 'rtl';
  });
  await fits('right to left');
  await picture('history-rtl');
  await page.keyboard.press(`${MOD}+Shift+F`);
  await page.locator('[data-hit]').first().waitFor();
  await fits('the search, right to left');
  await picture('history-search-rtl');
  await page.evaluate(() => {
    document.documentElement.dir = '';
  });
});

nothingStrange();
