/* The start: from asking for the page until its field can be written into. */
import { afresh } from './probe.mjs';

const TIMES = 9;

export async function starting({ page, address, sample }) {
  for (let turn = 0; turn < TIMES; turn++) {
    await afresh(page, address);
    await page.locator('#composer').waitFor();
    const { painted, field, scripts } = await page.evaluate(async () => {
      const ready = document.activeElement?.id === 'composer';
      if (!ready) throw new Error('the field has no focus');
      const paints = performance.getEntriesByType('paint');
      const bytes = performance
        .getEntriesByType('resource')
        .filter(({ name, startTime }) => name.endsWith('.js') && startTime < window.probe.field)
        .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);
      return {
        painted: paints.find(({ name }) => name === 'first-contentful-paint')?.startTime,
        field: window.probe.field,
        scripts: bytes,
      };
    });
    // The first one fills the caches of compiled scripts.
    if (turn === 0) continue;
    if (painted) sample('start.painted', painted, 'ms');
    sample('start', field, 'ms');
    sample('start.scripts', scripts / 1000, 'kB');
  }
}
