/* Opening the long conversation: from the click to its last words on the screen. */
import { LAST, LONG, SHORT } from './fixture.mjs';
import { afresh, plainPage } from './probe.mjs';
import { profiled } from './profile.mjs';

const TIMES = 9;

export async function opening({ page, address, sample }) {
  await afresh(page, address);
  for (let turn = 0; turn < TIMES; turn++) {
    // Nothing of it is held by the page.
    await page.reload();
    await show(page, SHORT.id);
    const profile = turn > 0 ? await profiled(page, `open-${turn}`) : async () => {};
    const { shown, still } = await show(page, LONG.id, LAST);
    await profile();
    // At the first time the engine reads it from the disk, too.
    const name = turn === 0 ? 'open.first' : 'open';
    sample(name, shown, 'ms');
    if (turn > 0) sample('open.still', still, 'ms');
    if (turn > 0) sample('open.nodes', await page.evaluate(() => window.probe.nodes()), 'nodes');
  }
  // Held by the page: from one to the other and back.
  for (let turn = 0; turn < TIMES; turn++) {
    await show(page, SHORT.id);
    const { shown } = await show(page, LONG.id, LAST);
    sample('open.again', shown, 'ms');
  }
  // All that was written is above; it is looked at page by page.
  await page.evaluate(() => window.probe.start());
  await page.mouse.move(700, 400);
  for (let turn = 0; turn < 120; turn++) {
    await page.mouse.wheel(0, -240);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const { frames } = await page.evaluate(() => window.probe.stop());
  for (const ms of frames) sample('scroll.frame', ms, 'ms');
  sample('scroll.nodes', await page.evaluate(() => window.probe.nodes()), 'nodes');
  await engine(page, address, sample);
}

/** What of it is the engine's: the same question from an empty page. */
async function engine(page, address, sample) {
  await plainPage(page, address);
  for (let turn = 0; turn < TIMES; turn++) {
    const ms = await page.evaluate(async (conversation) => {
      const begun = performance.now();
      await window.plain.ask({ query: { query: 'items', conversation, limit: 300 } });
      return performance.now() - begun;
    }, LONG.id);
    sample('plain.open', ms, 'ms');
  }
}

/** Clicks a conversation; how long until its words are seen. */
export async function show(page, id, words) {
  const row = page.locator(`[data-conversation="${id}"]`);
  await row.waitFor();
  const took = page.evaluate((last) => {
    const seen = () => {
      const box = document.querySelector('[data-region="transcript"]');
      const rows = box?.querySelectorAll('[data-row]');
      const row = rows?.[rows.length - 1];
      if (!row || (last && !row.textContent.includes(last))) return false;
      const [place, frame] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
      return place.top < frame.bottom && place.bottom > frame.top;
    };
    return window.probe.afterClick(seen);
  }, words ?? null);
  await row.click();
  return took;
}

/** The long conversation is open, at its end. */
export async function openLong(page, address) {
  await afresh(page, address);
  await show(page, SHORT.id);
  await show(page, LONG.id, LAST);
}
