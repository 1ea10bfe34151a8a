/* The search over 100,000 messages: from a change of the field to the first hits on the screen. */
import { MANY, wanted } from './fixture.mjs';
import { afresh, plainPage } from './probe.mjs';
import { profiled } from './profile.mjs';

const TIMES = 60;
/** The first ones find nothing in memory. */
const WARM = 5;
/** Between two of them, in milliseconds: what the last one began is over. */
const REST = 600;

export async function search({ page, address, sample }) {
  await afresh(page, address);
  await engine(page, address, sample);
  await afresh(page, address);
  const field = page.locator('[data-search]').first();
  await field.waitFor();
  await field.focus();
  const profile = await profiled(page, 'search');
  for (const [turn, text] of wanted(TIMES + WARM).entries()) {
    const took = page.evaluate(() => {
      const hits = () => document.querySelector('[data-region="hits"]');
      const before = hits()?.textContent;
      // Nothing is marked but what the engine found, and the last hits stay until then.
      return window.probe.afterInput(
        () => hits()?.querySelector('mark') && hits().textContent !== before,
      );
    });
    // The whole text at once, in the place of the one before, as when it is pasted.
    await field.selectText();
    await page.keyboard.insertText(text);
    const ms = await took;
    if (turn >= WARM) sample('search', ms, 'ms');
    // Half of them in quick succession, as while somebody types on.
    if (turn % 2 === 0) await new Promise((resolve) => setTimeout(resolve, REST));
  }
  await profile();
}

/** What of it is the engine's, from an empty page. */
async function engine(page, address, sample) {
  await plainPage(page, address);
  const begun = performance.now();
  for (;;) {
    // A new index is made first.
    const count = await page.evaluate(
      async () =>
        (await window.plain.ask({ query: { query: 'conversations' } })).conversations.length,
    );
    if (count === MANY.conversations) break;
    if (performance.now() - begun > 600_000) throw new Error(`${count} conversations are found`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  process.stderr.write(`page: indexed after ${Math.round(performance.now() - begun)} ms\n`);
  const times = await page.evaluate(
    async (all) => {
      const took = [];
      for (const text of all) {
        const begun = performance.now();
        const { hits } = await window.plain.ask({ query: { query: 'search', text, limit: 40 } });
        if (hits.length === 0) throw new Error(`nothing is found of ${text}`);
        took.push(performance.now() - begun);
      }
      return took;
    },
    wanted(TIMES + WARM),
  );
  for (const ms of times.slice(WARM)) sample('plain.search', ms, 'ms');
}
