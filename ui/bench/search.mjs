/* The search over 100,000 messages: from a change of the field to the first hits on the screen. */
import { wanted } from './fixture.mjs';
import { afresh, plainPage } from './probe.mjs';

const TIMES = 60;

export async function search({ page, address, sample }) {
  await afresh(page, address);
  const field = page.locator('[data-search]').first();
  await field.waitFor();
  await field.focus();
  // The first ones read the index from the disk.
  for (const [turn, text] of wanted(TIMES + 5).entries()) {
    const took = page.evaluate((asked) => {
      const words = asked.split(' ');
      const shown = () => {
        const marks = [...document.querySelectorAll('[role="option"] mark')];
        return (
          marks.length > 0 &&
          marks.every(({ textContent }) =>
            words.some((word) => textContent.toLowerCase().includes(word)),
          )
        );
      };
      // The same field as before; a new text in it at once, as when it is pasted.
      return window.probe.afterInput(shown);
    }, text);
    await field.selectText();
    await page.keyboard.insertText(text);
    const ms = await took;
    if (turn >= 5) sample('search', ms, 'ms');
  }
  await plainPage(page, address);
  const times = await page.evaluate(
    async (all) => {
      const took = [];
      for (const text of all) {
        const begun = performance.now();
        await window.plain.ask({ query: { query: 'search', text, limit: 300 } });
        took.push(performance.now() - begun);
      }
      return took;
    },
    wanted(TIMES + 5),
  );
  for (const ms of times.slice(5)) sample('plain.search', ms, 'ms');
}
