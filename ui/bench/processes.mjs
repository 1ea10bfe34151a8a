/* The programs a measurement needs: the server, the scripted model, the browser. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const UI = fileURLToPath(new URL('../dist', import.meta.url));
/** A debug server makes its index of 100,000 messages slowly. */
const PATIENCE = 240_000;

const named = (variable) => {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} must name a program; \`cargo xtask bench page\` does.`);
  return value;
};

/** A folder that is removed at the end. */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'interpreter-bench-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts a program and waits for a line with its address. */
async function start(program, words, env, stream) {
  const child = spawn(program, words, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const told = [];
  const address = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${program} told no address`)), PATIENCE);
    const done = (act) => (value) => {
      clearTimeout(late);
      act(value);
    };
    child.once('error', done(reject));
    child.once('exit', (code) => done(reject)(new Error(`${program}: ${code} ${told.join('\n')}`)));
    for (const name of ['stdout', 'stderr']) {
      createInterface({ input: child[name] }).on('line', (line) => {
        if (told.length < 20) told.push(line);
        const found = /http:\/\/\S+/.exec(line)?.[0];
        if (name === stream && found) done(resolve)(found);
      });
    }
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const over = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await over;
  };
  try {
    return { url: await address, pid: child.pid, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The scripted model; it ends with us. */
export async function model(script, home) {
  const file = join(home, 'model.json');
  await writeFile(file, JSON.stringify(script));
  return start(named('INTERPRETER_BENCH_MODEL'), [file, '--with-parent'], {}, 'stdout');
}

/** The server over a home; with a model where one is given. */
export async function server(home, model) {
  const env = {
    INTERPRETER_HOME: home,
    INTERPRETER_PORT: '0',
    INTERPRETER_UI: process.env.INTERPRETER_UI ?? UI,
    INTERPRETER_FIRST_RUN: 'false',
    INTERPRETER_LOCAL_PORTS: '0=0',
    ...(model && {
      INTERPRETER_MODEL: 'openai/scripted',
      INTERPRETER_API_BASE: `${model.url}/v1`,
      OPENAI_API_KEY: 'sk-scripted-0123456789',
    }),
  };
  return start(named('INTERPRETER_BENCH_SERVER'), ['--server'], env, 'stderr');
}

/** A browser without a picture; everything is drawn by the processor. */
export async function browser() {
  const home = await folder();
  const context = await chromium.launchPersistentContext(home.path, {
    executablePath: process.env.INTERPRETER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => process.stderr.write(`page: ${error}\n`));
  const stop = async () => {
    await context.close();
    await home.remove();
  };
  return { context, page, stop, version: context.browser()?.version() };
}

/** Proportional memory of a process, in MB. */
export async function memory(pid) {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
  return kilobytes ? (kilobytes * 1024) / 1e6 : undefined;
}
