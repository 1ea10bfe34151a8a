/* 120 tokens a second into the long conversation, while somebody types. */
import { LONG, random, reply } from './fixture.mjs';
import { openLong } from './opening.mjs';
import { plainPage } from './probe.mjs';
import { profiled } from './profile.mjs';

const RUNS = 3;
/** Seconds that are measured, and tokens a second. */
const SECONDS = 10;
const RATE = 120;
const TYPED = 'these words are typed while the answer is being written, one key after the other ';
/** Between two keys, in milliseconds: a fast typist. */
const KEY = 110;

/** A reply in tokens, with the time between them. */
function streamed(seed) {
  const below = random(seed);
  const tokens = (SECONDS + 4) * RATE;
  const text = reply(below, tokens * 2).concat(
    `\n\n\`\`\`python\n${Array.from({ length: 12 }, (_, at) => `value_${at} = measure(${below(900)})  # ${below(900)}`).join('\n')}\n\`\`\`\n\n`,
    reply(below, tokens * 2 - 500),
  );
  const steps = [];
  for (let at = 0; at < text.length; at += 8) {
    // Two tokens, and with what the clock adds to each wait, 120 come in a second.
    steps.push({ text: text.slice(at, at + 8) }, { pause_ms: 14 });
  }
  return { when: `stream ${seed}.`, steps };
}

/** What the model says. Requests after the long conversation begin with all of it. */
export const SCRIPT = {
  turns: Array.from({ length: 2 * RUNS }, (_, at) => streamed(at)),
  always: {
    steps: [
      { text: 'A short answer, ' },
      { text: 'with **some** words and `code`' },
      { text: ':\n\n- one thing\n- another thing\n' },
    ],
  },
  history: 'free',
};

export async function streaming({ page, address, sample }) {
  await openLong(page, address);
  for (let run = 0; run < RUNS; run++) {
    await page.fill('#composer', `stream ${run}.`);
    await page.press('#composer', 'Enter');
    const writing = page.locator('[data-region="transcript"] [data-writing]');
    await writing.waitFor();
    const profile = await profiled(page, `stream-${run}`);
    const size = async () => (await writing.textContent()).length;
    const before = await size();
    const noted = await typing(page);
    if ((await writing.count()) === 0) throw new Error('the reply ended before the measurement');
    const after = await size();
    await profile();
    tell(sample, '', noted);
    sample('stream.rate', (after - before) / 4 / (noted.ms / 1000), 'tokens/s');
    sample('stream.nodes', await page.evaluate(() => window.probe.nodes()), 'nodes');
    await page.fill('#composer', '');
    await page.locator('[data-action="stop"]').waitFor({ state: 'detached' });
  }
  await plain({ page, address, sample });
}

/** Types into the field for as long as is measured. */
async function typing(page) {
  await page.focus('#composer');
  const until = performance.now() + SECONDS * 1000;
  await page.evaluate(() => window.probe.start());
  for (let at = 0; performance.now() < until; at++) {
    const next = performance.now() + KEY;
    await page.keyboard.press(TYPED[at % TYPED.length]);
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  return page.evaluate(() => window.probe.stop());
}

function tell(sample, of, { frames, tasks, echoes, ms }) {
  for (const frame of frames) sample(`${of}stream.frame`, frame, 'ms');
  sample(`${of}stream.fps`, (frames.length * 1000) / ms, 'frames/s');
  sample(`${of}stream.task`, Math.max(0, ...tasks), 'ms');
  for (const echo of echoes) sample(`${of}stream.echo`, echo, 'ms');
}

/** The same stream into the same conversation, as plain text in an empty page. */
async function plain({ page, address, sample }) {
  await plainPage(page, address);
  await page.evaluate(async (conversation) => {
    const { seq } = await window.plain.ask({ query: { query: 'items', conversation, limit: 1 } });
    await window.plain.ask({ subscribe: { conversation, after: seq } });
  }, LONG.id);
  for (let run = RUNS; run < 2 * RUNS; run++) {
    await page.evaluate(
      ([conversation, content]) => {
        window.plain.empty();
        return window.plain.ask({
          submit: { op: 'submit', conversation, content: [{ type: 'message', content }] },
        });
      },
      [LONG.id, `stream ${run}.`],
    );
    await page.waitForFunction(() => document.getElementById('text').textContent !== '');
    tell(sample, 'plain.', await typing(page));
    await page.waitForFunction((many) => window.plain.complete >= many, run - RUNS + 1);
  }
}
