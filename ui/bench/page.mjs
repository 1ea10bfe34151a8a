/*
 * Measures the page in Chromium, against a live server. Prints one line a sample:
 * `name<TAB>value<TAB>unit`. `cargo xtask bench page` runs it; by hand, on a display:
 *   INTERPRETER_BENCH_SERVER=… INTERPRETER_BENCH_MODEL=… node bench/page.mjs [PART…]
 * Parts: start, open, stream, growth, search. With INTERPRETER_BENCH_PROFILE=FOLDER, a
 * profile of each streamed reply and each opening is kept there.
 */
import { loadavg } from 'node:os';
import { long, many } from './fixture.mjs';
import { growth } from './growth.mjs';
import { opening } from './opening.mjs';
import { install } from './probe.mjs';
import { browser, folder, model, server } from './processes.mjs';
import { search } from './search.mjs';
import { starting } from './starting.mjs';
import { SCRIPT, streaming } from './streaming.mjs';

const PARTS = ['start', 'open', 'stream', 'growth', 'search'];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !PARTS.includes(name));
if (unknown) throw new Error(`There is no part ${unknown}; there are ${PARTS.join(', ')}.`);
const wants = (name) => asked.length === 0 || asked.includes(name);

const say = (line) => process.stdout.write(`${line}\n`);
/** Tells a sample. */
const sample = (name, value, unit) => say(`page.${name}\t${value}\t${unit}`);

/** Runs with a server over a home that was filled, and a browser. */
async function over(fill, script, act) {
  const home = await folder();
  const started = [];
  try {
    const begun = performance.now();
    await fill(home.path);
    process.stderr.write(`page: made in ${Math.round(performance.now() - begun)} ms\n`);
    const speaker = script && (await model(script, home.path));
    if (speaker) started.unshift(speaker);
    const engine = await server(home.path, speaker);
    started.unshift(engine);
    process.stderr.write(`page: served after ${Math.round(performance.now() - begun)} ms\n`);
    const chromium = await browser();
    started.unshift(chromium);
    await chromium.page.addInitScript(install);
    await act({ ...chromium, address: engine.url, engine: engine.pid, sample });
    return chromium.version;
  } finally {
    for (const program of started) await program.stop().catch(() => {});
    await home.remove();
  }
}

/** Measures one part; what goes wrong in it keeps nobody from the others. */
async function part(name, act, run) {
  if (!wants(name)) return;
  const begun = performance.now();
  try {
    await act(run);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`page: ${name} could not be measured: ${error.stack ?? error}\n`);
  }
  process.stderr.write(`page: ${name} took ${Math.round((performance.now() - begun) / 1000)} s\n`);
}

const before = loadavg()[0];
let version;
if (['start', 'open', 'stream', 'growth'].some(wants)) {
  version = await over(long, SCRIPT, async (run) => {
    await part('start', starting, run);
    await part('open', opening, run);
    await part('stream', streaming, run);
    await part('growth', growth, run);
  });
}
if (wants('search')) version = await over(many, null, (run) => part('search', search, run));
const load = `load average ${before.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`;
say(`note\tThe page: Chromium ${version ?? ''} without a window, drawing in software; ${load}.`);
