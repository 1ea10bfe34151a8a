import { expect, test } from 'vitest';
import type { Frame } from '@/generated/Frame';
import type { Item } from '@/generated/Item';
import type { Step } from '@/generated/Step';
import { outcomes, recordedOf, reuse, stepsOf } from './steps';

const frame: Frame = {
  display: 'left',
  origin: [-1920, 0],
  native: [1920, 1080],
  sent: [1280, 720],
  scale: 1,
  layout: 'a',
};
const item = (id: string, type: string, content: unknown, more: Partial<Item> = {}): Item => ({
  id,
  role: type === 'image' || type === 'result' ? 'computer' : 'assistant',
  type,
  content,
  complete: true,
  ...more,
});
const image = (id: string, more: Partial<Item> = {}) =>
  item(id, 'image', `sha256:${id}`, { format: 'blob', width: 1280, height: 720, ...more });
const action = (id: string, content: object, more: Partial<Item> = {}) =>
  item(id, 'action', content, { format: 'computer', ...more });
const call = (id: string, name: string, args: object) =>
  item(id, 'call', { name, arguments: args });

const told = (items: Item[]) =>
  stepsOf(items).map(({ number, item: { id }, before, after, points, effect, route }) => ({
    id,
    number,
    before: before?.image.id,
    after: after?.image.id,
    point: points.at(-1),
    outcome: effect?.outcome,
    route,
  }));

test('a step stands between the picture it was decided on and the one that followed', () => {
  const effect = { outcome: 'confirmed', detail: 'The menu opened.' } as const;
  const items = [
    item('u', 'message', 'Do it', { role: 'user' }),
    action('look', { action: 'screenshot' }),
    image('p1', { parent: 'look', frame }),
    action('click', { action: 'left_click', coordinate: [640, 180] }, { frame, effect }),
    image('p2', { parent: 'click', frame }),
    action('type', { action: 'type', text: 'x' }, { frame }),
    image('p3', { parent: 'type', frame }),
  ];
  expect(told(items)).toEqual([
    {
      id: 'look',
      number: 1,
      before: undefined,
      after: 'p1',
      point: undefined,
      outcome: undefined,
      route: undefined,
    },
    {
      id: 'click',
      number: 2,
      before: 'p1',
      after: 'p2',
      point: [0.5, 0.25],
      outcome: 'confirmed',
      route: 'pixels',
    },
    {
      id: 'type',
      number: 3,
      before: 'p2',
      after: 'p3',
      point: undefined,
      outcome: undefined,
      route: 'keyboard',
    },
  ]);
  expect(outcomes(stepsOf(items))).toEqual({ confirmed: 1 });
});

test('commands name pixels of the desktop, and tell their effect as a result', () => {
  const items = [
    call('view', 'display.view', {}),
    image('p1', { parent: 'view' }),
    item('r0', 'result', { frame, show: true }, { parent: 'view' }),
    call('click', 'mouse.click', { x: -960, y: 540 }),
    item('r1', 'result', { outcome: 'no_change', detail: 'Nothing.' }, { parent: 'click' }),
    call('find', 'mouse.click', { text: 'Send' }),
    call('away', 'mouse.click', { x: 5000, y: 540 }),
    call('view2', 'display.view', {}),
    image('p2', { parent: 'view2' }),
    item('r2', 'result', { frame }, { parent: 'view2' }),
    call('write', 'keyboard.write', { text: 'hello' }),
  ];
  expect(told(items)).toEqual([
    {
      id: 'click',
      number: 1,
      before: 'p1',
      after: undefined,
      point: [0.5, 0.5],
      outcome: 'no_change',
      route: 'pixels',
    },
    {
      id: 'find',
      number: 2,
      before: 'p1',
      after: undefined,
      point: undefined,
      outcome: undefined,
      route: 'text',
    },
    {
      id: 'away',
      number: 3,
      before: 'p1',
      after: 'p2',
      point: undefined,
      outcome: undefined,
      route: 'pixels',
    },
    {
      id: 'write',
      number: 4,
      before: 'p2',
      after: undefined,
      point: undefined,
      outcome: undefined,
      route: 'keyboard',
    },
  ]);
});

test('what is no picture of the screen is none of a step', () => {
  const items = [
    item('code', 'code', 'plot()', { format: 'python' }),
    image('plot', { parent: 'code' }),
    action('click', { action: 'left_click', coordinate: [1, 1] }),
  ];
  expect(told(items)).toMatchObject([{ id: 'click', before: undefined, after: undefined }]);
  // A closer look belongs to its own step, and to no other.
  const closer = [
    action('look', { action: 'screenshot' }),
    image('p1', { parent: 'look', frame }),
    action('zoom', { action: 'zoom', region: [0, 0, 10, 10] }),
    image('part', { parent: 'zoom' }),
    action('click', { action: 'left_click', coordinate: [0, 720] }),
  ];
  expect(told(closer)).toMatchObject([
    { id: 'look', after: 'p1' },
    { id: 'zoom', before: 'p1', after: 'part' },
    { id: 'click', before: 'p1', point: [0, 1] },
  ]);
});

const recorded = (of: string, number: number, more: Partial<Step> = {}): Step => ({
  item: of,
  number,
  at: 5,
  action: { action: 'left_click', coordinate: [10.5, 20.5] },
  frame,
  points: [[-960, 270]],
  ms: 300,
  effect: { outcome: 'confirmed', detail: 'It opened.' },
  ...more,
});

test('a recorded step is what really happened, where it happened', () => {
  const mark = { item: 'click', number: 7, wrong: true, note: 'beside it' };
  const items = [
    action('look', { action: 'screenshot' }),
    image('p1', { parent: 'look', frame }),
    action(
      'click',
      { action: 'left_click', coordinate: [1, 1] },
      {
        frame,
        steps: [recorded('click', 7, { before: 'sha256:b', after: 'sha256:a' })],
        marks: [mark],
      },
    ),
    image('p2', { parent: 'click', frame }),
    item('code', 'code', 'click()', {
      format: 'python',
      steps: [
        recorded('code', 8, { points: [], action: { action: 'type', text: 'x' } }),
        recorded('code', 9, {
          points: [
            [-1920, 0],
            [5000, 5000],
          ],
          by: 'text',
        }),
      ],
    }),
    action('next', { action: 'left_click', coordinate: [640, 360] }, { frame }),
  ];
  const steps = stepsOf(items);
  expect(
    steps.map(({ key, number, before, after, points, effect, route, ms, mark }) => ({
      key,
      number,
      before: before?.image.content,
      after: after?.image.content,
      points,
      outcome: effect?.outcome,
      route,
      ms,
      wrong: mark?.wrong,
    })),
  ).toEqual([
    {
      key: 'click/7',
      number: 7,
      before: 'sha256:b',
      after: 'sha256:a',
      // The middle of the pixel.
      points: [[960.5 / 1920, 270.5 / 1080]],
      outcome: 'confirmed',
      route: 'pixels',
      ms: 300,
      wrong: true,
    },
    {
      key: 'code/8',
      number: 8,
      before: undefined,
      after: undefined,
      points: [],
      outcome: 'confirmed',
      route: 'code',
      ms: 300,
      wrong: undefined,
    },
    {
      key: 'code/9',
      number: 9,
      before: undefined,
      after: undefined,
      // What lies on another display is not drawn.
      points: [[0.5 / 1920, 0.5 / 1080]],
      outcome: 'confirmed',
      route: 'again_text',
      ms: 300,
      wrong: undefined,
    },
    {
      key: 'next',
      number: undefined,
      before: 'sha256:p2',
      after: undefined,
      points: [[0.5, 0.5]],
      outcome: undefined,
      route: 'pixels',
      ms: undefined,
      wrong: undefined,
    },
  ]);
  expect(recordedOf(steps, true)).toEqual([7, 8, 9]);
  expect(recordedOf(steps, false)).toEqual([8, 9]);
});

test('what did not change keeps its identity', () => {
  const click = action('click', {}, { steps: [recorded('click', 1)] });
  const type = action('type', {}, { steps: [recorded('type', 2)] });
  const before = stepsOf([click, type]);
  expect(reuse(before, stepsOf([click, type]))).toBe(before);
  const marked = { ...type, marks: [{ item: 'type', number: 2, wrong: true }] };
  const after = reuse(before, stepsOf([click, marked]));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});
