/* The windows of the pictures, played by the fake engine. */
import { FakeBackend } from '@/backend/fake';
import type { Chunk } from '@/generated/Chunk';
import { createSession, type Session } from '@/session/store';
import { ask, code, complete, id, line, meta, out, picture, reply, run, say } from './script';
import { invoice } from './steps';

const HOUR = 3_600_000;

export function stage(scene: string): Session {
  const backend = new FakeBackend();
  backend.models = [
    ['anthropic/claude-sonnet-4-5', true, false],
    ['openai/gpt-5.2', false, false],
    ['ollama/qwen3-coder:30b', true, true],
    ['builtin/commands', true, true],
  ].map(([name, ready, local]) => ({
    name: String(name),
    provider: String(name).split('/')[0] ?? '',
    vision: true,
    tools: true,
    computer: false,
    ready: Boolean(ready),
    local: Boolean(local),
  }));
  if (scene === 'builtin')
    backend.models = backend.models.filter(({ name }) => name.startsWith('builtin'));
  else backend.settings = { model: 'anthropic/claude-sonnet-4-5' };
  const list: [string, number, boolean?][] = [
    ['Energy use in June', 0, true],
    ['Rename the Lisbon photos', 0.1],
    ['File the Norrland invoice', 1],
    ['Which process uses port 8080?', 2],
    ['Merge three supplier price lists', 26],
    ['Why does backup.sh fail on Fridays?', 30],
    ['Reply to the landlord', 75],
    ['Make the scans searchable', 100],
    ['Compare phone tariffs', 125],
  ];
  const shown: Record<string, string> = {
    approve: 'Rename the Lisbon photos',
    consent: 'File the Norrland invoice',
    models: 'Rename the Lisbon photos',
    run: 'Energy use in June',
    narrow: 'Which process uses port 8080?',
    drawer: 'Which process uses port 8080?',
    screen: 'File the Norrland invoice',
    steps: 'File the Norrland invoice',
  };
  const name = shown[scene];
  for (const [title, ago] of list) {
    if (title === name) backend.emit(title, meta(title), ...script(scene));
    else backend.emit(title, ...say(title), meta(title), complete);
    backend.dated(title, Date.now() - ago * HOUR);
  }
  const session = createSession(backend);
  if (name) {
    window.location.hash = `#/c/${encodeURIComponent(name)}`;
  }
  // Others do something too, once the list listens.
  setTimeout(() => {
    if (scene !== 'run') {
      backend.emit('Energy use in June', ...say('Go on'), ...reply('', false));
    }
    if (scene !== 'approve') {
      const item = id();
      backend.emit(
        'Rename the Lisbon photos',
        ...say('Go on'),
        ...code(item, 'python', '1'),
        ask(item),
      );
    }
  }, 300);
  return session;
}

function script(scene: string): (Chunk & { item?: string })[] {
  const one = id();
  const two = id();
  switch (scene) {
    case 'run':
      return [
        ...say('Plot daily use from energy-june.csv, then save a copy with the outliers flagged.'),
        ...code(
          one,
          'python',
          'import pandas as pd\nuse = pd.read_csv("energy-june.csv")\nuse.plot()',
        ),
        out(one, '720 rows read\n30 days'),
        picture(one, CHART, 760, 160),
        run(one, 'done', { ms: 800 }),
        ...reply('Days 16 and 23 are twice the mean; day 28 looks like a gap in the meter.'),
        ...code(
          two,
          'python',
          'daily = use.resample("D", on="time")["kwh"].sum()\nlow, high = daily.mean() - 2 * daily.std(), daily.mean() + 2 * daily.std()\nfor day, group in use.groupby(use["time"].dt.date):\n    use.loc[group.index, "outlier"] = flag = not low <= group["kwh"].sum() <= high\n    print(day, f"{group[\'kwh\'].sum():5.1f} kWh", "outlier" if flag else "")\nuse.to_csv("energy-june-clean.csv", index=False)',
        ),
        run(two, 'running', { ms: 3200, rule: 'python in Documents/Energy' }),
        line(two, 5),
        out(two, '2026-06-15   7.9 kWh\n2026-06-16  21.4 kWh outlier', { end: false }),
      ];
    case 'narrow':
    case 'drawer':
      return [
        ...say('Which process uses port 8080, and is it safe to stop?'),
        ...code(one, 'shell', "ss -ltnp 'sport = :8080'"),
        out(
          one,
          'State   Local Address  Process\nLISTEN  127.0.0.1:8080 users:(("llama-server",pid=4127,fd=5))',
        ),
        run(one, 'done', { ms: 100, place: 'bash' }),
        ...reply(
          'It is **llama-server**, started this morning. It answers only on this computer.\n\nStopping it is safe for your files, but three things depend on it:\n\n| What | Uses it for | Last request |\n|---|---|--:|\n| Monthly bookkeeping | its model | 2 Jun |\n| Make the scans searchable | its model | Wed 16:40 |\n| Notes app | tags, on port `8080` | 08:51 |\n\nIf you stop it:\n\n1. Choose another model for the two conversations first.\n2. Quit the notes app, or its tags stay empty.\n3. It starts again at the next login, because a user service',
          false,
        ),
      ];
    case 'steps':
      return invoice();
    case 'screen': {
      const steps = ['click', 'type', 'key'].map(() => id());
      const [a = '', b = '', c = ''] = steps;
      const look = id();
      const frame = {
        display: '1',
        origin: [0, 0] as [number, number],
        native: [1280, 800] as [number, number],
        sent: [1280, 800] as [number, number],
        scale: 1,
        layout: 'x',
      };
      const act = (item: string, content: object): Chunk & { item?: string } => ({
        item,
        role: 'assistant',
        type: 'action',
        format: 'computer',
        start: true,
        content,
        end: true,
        frame,
      });
      const effect = (
        item: string,
        outcome: string,
        detail: string,
      ): Chunk & { item?: string } => ({
        item,
        role: 'computer',
        type: 'effect',
        content: { outcome, detail },
      });
      return [
        meta('File the Norrland invoice', { os: true, cost: 0.25 }),
        ...say(
          'Enter the attached invoice from Norrland Timber in Ledger, as a draft. Do not send anything.',
        ),
        {
          item: id(),
          role: 'assistant',
          type: 'reasoning',
          start: true,
          content: 'The form has two columns.\nStart at the top.',
          end: true,
        },
        ...reply(
          'The PDF says number `NORR-2291`, 12 480,00 SEK, due 30 July. Ledger has no import, so I will fill in the form.',
        ),
        act(look, { action: 'screenshot' }),
        { ...picture(look, SCREEN, 1280, 800), frame },
        run(look, 'done', { ms: 100 }),
        act(a, { action: 'left_click', coordinate: [620, 300] }),
        effect(a, 'confirmed', 'The field has the focus'),
        { ...picture(a, SCREEN, 1280, 800), frame },
        run(a, 'done', { ms: 900 }),
        act(b, { action: 'type', text: 'NORR-2291' }),
        effect(b, 'no_change', 'Nothing changed on the screen in 5 s'),
        { ...picture(b, SCREEN, 1280, 800), frame },
        run(b, 'done', { ms: 5400 }),
        act(c, { action: 'left_click', coordinate: [820, 620] }),
        run(c, 'awaiting', { rule: 'first action in Ledger' }),
        ask(c, 'action', { words: 'click “Save draft” in Ledger', action: {} }),
        { role: 'server', type: 'os', content: { state: 'waiting', text: 'Waiting for you' } },
      ];
    }
    default:
      return [
        ...say('Rename the photos in Lisbon 2026 by the date they were taken. I need a way back.'),
        ...reply('I will read the capture date stored in each photo and propose'),
        {
          item: id(),
          role: 'server',
          type: 'error',
          format: 'cut_off',
          content: {
            code: 'cut_off',
            message: 'The reply stopped after 12 tokens',
            remedy: 'Anthropic closed the connection. The text above is kept, nothing was run.',
          },
        },
        ...reply(
          'There are **214 photos**, 9 of them without a capture date. The next step will:\n\n- name each file `2026-06-14_4417.jpg`, date first, then the camera’s number;\n- leave the 9 undated files with `unknown` in front;\n- write `undo-names.csv` first, so one command restores every name.',
        ),
        ...code(
          one,
          'python',
          'from pathlib import Path\nfrom PIL import Image\nfolder = Path("Lisbon 2026")\nplan = []\nfor photo in sorted(folder.glob("*.jpg")):\n    taken = Image.open(photo).getexif().get(36867) or "unknown"\n    plan.append((photo, f"{taken[:10].replace(\':\', \'-\')}_{photo.stem[-4:]}.jpg"))\nwrite_undo_list(folder / "undo-names.csv", plan)\nfor photo, name in plan:\n    photo.rename(folder / name)',
        ),
        run(one, 'awaiting', {
          place: '3.11 · Pictures/Lisbon 2026',
          rule: 'no rule matches',
          note: 'Changes files. Renames up to 214 files in Lisbon 2026 and creates undo-names.csv.',
        }),
        ask(one),
      ];
  }
}

const BARS = Array.from({ length: 30 }, (_, at) => {
  const height = [16, 23].includes(at + 1) ? 110 : 45 + ((at * 37) % 17);
  return `<rect x="${20 + at * 24}" y="${140 - height}" width="14" height="${height}" fill="steelblue"/>`;
}).join('');
const CHART = `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="160"><rect width="760" height="160" fill="white"/>${BARS}</svg>`;
const SCREEN =
  '<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="800"><rect width="1280" height="800" fill="cadetblue"/><rect x="240" y="80" width="900" height="660" fill="white"/><rect x="300" y="280" width="640" height="40" fill="lightgray"/><rect x="740" y="600" width="160" height="40" fill="steelblue"/></svg>';
