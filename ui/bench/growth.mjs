/* What 500 short turns leave in memory, in a conversation that is open. */
import { afresh } from './probe.mjs';
import { memory } from './processes.mjs';

const TURNS = 500;
/** Before these nothing is compared: code is compiled, and as much of it is held as ever will be. */
const WARM = 200;

export async function growth({ page, context, address, engine, sample }) {
  await afresh(page, address);
  await page.locator('[data-action="new"]').click();
  const devtools = await context.newCDPSession(page);
  const counted = async () => {
    // Twice: what is let go by the first is collected by the second.
    for (let time = 0; time < 2; time++) await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const code = await compiled(devtools);
    const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
    return {
      all: usedSize,
      heap: usedSize - code,
      code,
      nodes,
      listeners: jsEventListeners,
      engine: await memory(engine),
    };
  };
  await turns(page, 0, WARM);
  const before = await counted();
  await turns(page, WARM, WARM + TURNS);
  const after = await counted();
  const percent = (key) => 100 * (after[key] / before[key] - 1);
  sample('growth.heap', percent('heap'), '%');
  sample('growth.all', percent('all'), '%');
  sample('growth.code', (after.code - before.code) / 1e6, 'MB');
  sample('growth.heap.before', before.heap / 1e6, 'MB');
  sample('growth.heap.after', after.heap / 1e6, 'MB');
  sample('growth.nodes', after.nodes - before.nodes, 'nodes');
  sample('growth.listeners', after.listeners - before.listeners, 'listeners');
  if (after.engine) {
    sample('growth.engine.before', before.engine, 'MB');
    sample('growth.engine.after', after.engine, 'MB');
  }
}

/**
 * Bytes of the heap that are compiled code. The longer a page lives, the more of its
 * scripts are compiled once more and better, up to a bound that 500 turns do not reach.
 */
async function compiled(devtools) {
  const parts = [];
  const take = ({ chunk }) => parts.push(chunk);
  devtools.on('HeapProfiler.addHeapSnapshotChunk', take);
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  devtools.off('HeapProfiler.addHeapSnapshotChunk', take);
  const { snapshot, nodes } = JSON.parse(parts.join(''));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [kind, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  const code = types[kind].indexOf('code');
  let sum = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + kind] === code) sum += nodes[at + size];
  }
  return sum;
}

/** Says something short and waits for the answer, from one number to another. */
async function turns(page, from, to) {
  for (let turn = from; turn < to; turn++) {
    await page.fill('#composer', `Turn ${turn}: what is next?`);
    await page.press('#composer', 'Enter');
    const done = await page.waitForFunction((said) => {
      const all = document.querySelectorAll('[data-region="transcript"] [data-turn]');
      const last = all[all.length - 1];
      const stop = document.querySelector('[data-action="stop"]');
      const answered = last?.textContent.includes(said) && last.querySelector('[data-message] li');
      // No element: what is handed out of the page is kept there.
      return !stop && Boolean(answered);
    }, `Turn ${turn}:`);
    await done.dispose();
  }
}
