/* Where the time goes: a profile of the page's scripts, kept when a folder is named. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const TRACED = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
const FOLDER = process.env.INTERPRETER_BENCH_PROFILE;

/** Begins a profile; what comes back ends it and keeps it as `NAME.cpuprofile`. */
export async function profiled(page, name) {
  if (!FOLDER) return async () => {};
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.setSamplingInterval', { interval: 200 });
  await devtools.send('Profiler.start');
  // Layout and painting are not scripts.
  const events = [];
  devtools.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await devtools.send('Tracing.start', { traceConfig: { includedCategories: TRACED } });
  return async () => {
    const traced = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
    await devtools.send('Tracing.end');
    await traced;
    await writeFile(join(FOLDER, `${name}.trace.json`), JSON.stringify({ traceEvents: events }));
    const { profile } = await devtools.send('Profiler.stop');
    await writeFile(join(FOLDER, `${name}.cpuprofile`), JSON.stringify(profile));
    await devtools.detach();
  };
}
