import type { Chunk } from '@/generated/Chunk';
import type { Event } from '@/generated/Event';
import type { Item } from '@/generated/Item';
import { apply, EMPTY, type Transcript } from '@/session/transcript';
import { ask, code, line, out, run } from './script';

export type Case = { name: string; why: string; transcript: Transcript; item: Item };

let count = 0;
function scene(
  name: string,
  why: string,
  make: (item: string) => (Chunk & { item?: string })[],
): Case {
  const item = `card${++count}`;
  const events = make(item).map(
    ({ item: of, ...chunk }, at): Event => ({
      conversation: 'gallery',
      seq: at + 1,
      ...(of && { item: of }),
      chunk,
    }),
  );
  const transcript = { ...apply(EMPTY, events), responding: true };
  const found = transcript.items.find((other) => other.id === item);
  if (!found) throw new Error(`No card in ${name}`);
  return { name, why, transcript, item: found };
}

const RULE = { rule: 'no rule matches' };

export const cases: Case[] = [
  scene('Writing', 'code streams; no Run until the block is complete and parsed', (item) => [
    ...code(
      item,
      'python',
      'import csv, statistics\nwith open("energy-june.csv") as f:\n    kwh = [float(r["kwh"]) for r in',
      false,
    ),
    run(item, 'writing'),
  ]),
  scene('Awaiting', 'armed after 400 ms; Enter in the composer never runs it', (item) => [
    ...code(
      item,
      'python',
      'use = use[use["kwh"].between(low, high)]\nuse.to_csv("energy-june-clean.csv", index=False)',
    ),
    run(item, 'awaiting', { ...RULE, note: 'Changes files. Writes energy-june-clean.csv.' }),
    ask(item),
  ]),
  scene('Editing', 'the model is told that you changed the code', (item) => [
    ...code(
      item,
      'python',
      'low, high = limits(daily)\nuse.to_csv("energy-june.csv", index=False)',
    ),
    run(item, 'awaiting', RULE),
    ask(item),
  ]),
  scene('Scanning', 'optional; its result becomes a risk note', (item) => [
    ...code(item, 'shell', 'curl -fsSL https://get.example.org/cli.sh | sh'),
    run(item, 'scanning', { place: 'bash · Documents/Site' }),
  ]),
  scene('Queued', 'one run at a time in each language', (item) => [
    ...code(item, 'python', 'fig = daily.plot.bar(width=0.7)'),
    run(item, 'queued', { position: 2 }),
  ]),
  scene('Running', 'active line: bar, arrow and band; output streams', (item) => [
    ...code(
      item,
      'python',
      'for day, group in use.groupby("day"):\n    print(day, group["kwh"].sum())\ndaily = use.groupby("day")["kwh"].sum()',
    ),
    run(item, 'running', { ms: 3200, rule: 'approved by you' }),
    line(item, 2),
    out(item, '2026-06-15   7.9\n2026-06-16  21.4', { end: false }),
  ]),
  scene('Needs input', 'masked when the prompt looks secret', (item) => [
    ...code(item, 'python', 'meter = input("Meter number: ")\npin = getpass("PIN: ")'),
    run(item, 'running', { rule: 'approved by you' }),
    line(item, 2),
    out(item, 'Meter number: 7351-2204'),
    run(item, 'needs_input', { ms: 8000, rule: 'approved by you' }),
    {
      item,
      role: 'computer',
      type: 'input_request',
      content: 'PIN: ',
      request: 'r1',
      secret: true,
    },
  ]),
  scene('Done', 'over 20 lines the output folds; the last line stays', (item) => [
    ...code(item, 'python', 'print(use.describe())'),
    out(
      item,
      `${Array.from({ length: 4811 }, (_, at) => `row ${at}`).join('\n')}\nmax       21.400000`,
    ),
    run(item, 'done', { ms: 800, exit: 0 }),
  ]),
  scene('Auto-allowed', 'the chip is the audit trail', (item) => [
    ...code(item, 'shell', 'git status --short'),
    run(item, 'running', {
      ms: 300,
      place: 'bash · Documents/Site',
      rule: 'git status',
      grant: 'g1',
    }),
    out(item, ' M index.html\n?? photos/', { end: false }),
  ]),
  scene('Failed', 'last error line first, the traceback folds', (item) => [
    ...code(item, 'python', 'import pandas as pd'),
    out(
      item,
      'Traceback (most recent call last):\n  File "<code>", line 1, in <module>\n    import pandas as pd\nModuleNotFoundError: No module named \'pandas\'',
    ),
    run(item, 'failed', { ms: 200 }),
  ]),
  scene('Stopped', 'the model gets a result that says so', (item) => [
    ...code(item, 'python', 'for page in range(1, 400):\n    fetch(page)'),
    out(item, 'page 37 of 399'),
    run(item, 'stopped', { ms: 3200 }),
  ]),
  scene('Skipped', 'the optional reason is sent to the model', (item) => [
    ...code(item, 'shell', 'rm -r build/'),
    run(item, 'skipped', {
      place: 'bash · Documents/Site',
      note: 'You said: keep last week’s build',
    }),
  ]),
  scene('Blocked', 'a deny rule has no “run anyway”', (item) => [
    ...code(item, 'shell', 'sudo systemctl disable firewalld'),
    run(item, 'blocked', { place: 'bash · Documents/Site', rule: 'administrator rights' }),
  ]),
  scene('Stale', 'after a branch, a kernel restart or a folder change', (item) => [
    ...code(item, 'python', 'use["kwh"].plot()'),
    run(item, 'stale', { note: 'Python restarted at 14:40. use no longer exists.' }),
  ]),
  scene('No kernel', 'the language is missing; the fix is on the card', (item) => [
    ...code(item, 'python', 'print(use.head())'),
    run(item, 'no_kernel', {
      place: 'not found',
      note: 'Python was not found on this computer. Your code is kept.',
    }),
  ]),
];
