/* Steps on a screen that never was: an invoice is entered. */
import type { Chunk } from '@/generated/Chunk';
import type { Effect } from '@/generated/Effect';
import type { Frame } from '@/generated/Frame';
import type { Step } from '@/generated/Step';
import { complete, id, meta, reply, run, say } from './script';

const FRAME: Frame = {
  display: 'DP-1',
  origin: [0, 0],
  native: [1920, 1080],
  sent: [1280, 720],
  scale: 1,
  layout: 'one',
};

/** The window of an accounting program, with its fields as far as they are filled. */
function screen(number: string, list = false): string {
  const field = (x: number, y: number, text = '') =>
    `<rect x="${x}" y="${y}" width="340" height="52" rx="6" fill="#fff" stroke="#c3c9d2" stroke-width="3"/><text x="${x + 16}" y="${y + 36}" font-family="sans-serif" font-size="26" fill="#222">${text}</text>`;
  const open = list
    ? '<rect x="560" y="470" width="340" height="300" fill="#fff" stroke="#8a93a3" stroke-width="3"/><text x="576" y="510" font-family="sans-serif" font-size="26">4010 Materials</text><text x="576" y="556" font-family="sans-serif" font-size="26">4020 Tools</text>'
    : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1920 1080" width="1280" height="720"><rect width="1920" height="1080" fill="#8aa5a5"/><rect x="380" y="110" width="1260" height="860" rx="12" fill="#fff"/><rect x="380" y="110" width="1260" height="60" fill="#dfe3e9"/><rect x="380" y="170" width="140" height="800" fill="#f1f3f6"/>${field(560, 260, number)}${field(1000, 260, '12 480,00')}${field(560, 400)}${field(1000, 400, '30 July')}<rect x="1000" y="860" width="200" height="60" rx="8" fill="#2a5fa8"/><rect x="780" y="860" width="180" height="60" rx="8" fill="#fff" stroke="#555" stroke-width="3"/>${open}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

type Told = Pick<Step, 'action' | 'points' | 'ms'> & Partial<Step>;

function step(
  number: number,
  content: object,
  effect: Effect,
  told: Told,
): (Chunk & { item?: string })[] {
  const item = id();
  const recorded: Step = {
    item,
    number,
    at: Date.UTC(2026, 5, 14, 13, 58, number * 7),
    frame: FRAME,
    app: 'Ledger',
    window: 'New invoice',
    effect,
    ...told,
  };
  return [
    {
      item,
      role: 'assistant',
      type: 'action',
      format: 'computer',
      start: true,
      content,
      end: true,
      frame: FRAME,
    },
    { item, role: 'computer', type: 'effect', content: effect },
    {
      role: 'server',
      type: 'usage',
      content: { input_tokens: 1, output_tokens: 1, cost_usd: 0.014 + number / 1000 },
    },
    { role: 'computer', type: 'step', content: recorded },
    run(item, 'done', { ms: told.ms }),
  ];
}

const confirmed = (detail: string): Effect => ({ outcome: 'confirmed', detail });

/** Steps of every outcome, one called wrong, one whose pictures are gone. */
export function invoice(): (Chunk & { item?: string })[] {
  const empty = screen('');
  const filled = screen('NORR-2291');
  const listed = screen('NORR-2291', true);
  const click = (x: number, y: number) => ({ action: 'left_click', coordinate: [x, y] });
  const wrong = step(
    2,
    click(548, 402),
    { outcome: 'no_change', detail: 'Nothing changed on the screen in 5 s.' },
    {
      action: click(548.2, 284.1),
      points: [[730, 426]],
      element: { role: 'combo box', name: 'Account' },
      before: filled,
      after: filled,
      masked: true,
      ms: 5400,
    },
  );
  const marked = wrong[0]?.item ?? '';
  return [
    ...say('Enter the attached invoice from Norrland Timber in Ledger, as a draft.'),
    meta('File the Norrland invoice', { os: true, cost: 0.25 }),
    ...reply('The PDF says number `NORR-2291`, 12 480,00 SEK, due 30 July.'),
    ...step(1, { action: 'type', text: 'NORR-2291' }, confirmed('The field now holds NORR-2291.'), {
      action: { action: 'type', text: 'NORR-2291' },
      points: [],
      element: { role: 'text field', name: 'Invoice number' },
      before: empty,
      after: filled,
      ms: 900,
    }),
    ...wrong,
    {
      role: 'server',
      type: 'mark',
      content: {
        item: marked,
        number: 2,
        wrong: true,
        note: 'It should have been the arrow at the end of the field.',
      },
    },
    ...step(3, click(548, 284), confirmed('A list with 14 entries opened.'), {
      action: click(578, 284),
      points: [[868, 426]],
      element: { role: 'combo box', name: 'Account' },
      before: filled,
      after: listed,
      ms: 640,
    }),
    ...step(
      4,
      { action: 'left_click_drag' },
      { outcome: 'uncertain', detail: 'The list closed; the value could not be read.' },
      {
        action: { action: 'left_click_drag', start_coordinate: [400, 330], coordinate: [600, 360] },
        points: [
          [620, 500],
          [760, 700],
          [880, 560],
        ],
        before: listed,
        after: filled,
        ms: 1100,
      },
    ),
    ...step(
      5,
      click(733, 593),
      { outcome: 'refused', detail: 'Paying needs your consent. Not done.' },
      {
        action: click(733, 593),
        points: [[1100, 890]],
        element: { role: 'push button', name: 'Pay now' },
        before: filled,
        ms: 8,
      },
    ),
    ...step(6, { action: 'write_secret' }, confirmed('The field changed.'), {
      action: { action: 'write_secret', name: 'ledger' },
      points: [],
      element: { role: 'password text', name: 'Password' },
      ms: 300,
    }),
    ...reply('The draft is saved. Nothing was sent.'),
    complete,
  ];
}
