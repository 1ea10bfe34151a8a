/* What was done on the screen, step by step, with the pictures around each. */
import type { Effect } from '@/generated/Effect';
import type { FoundBy } from '@/generated/FoundBy';
import type { Frame } from '@/generated/Frame';
import type { Item } from '@/generated/Item';
import type { Outcome } from '@/generated/Outcome';
import type { Step as Recorded } from '@/generated/Step';
import type { StepMark } from '@/generated/StepMark';
import { isStep } from '@/session/turns';

/** A picture of the screen, and where its pixels lie. */
export type Shot = { image: Item; frame: Frame | undefined };

/** How the place was found that was acted on. */
export type Route = 'pixels' | 'text' | 'icon' | 'keyboard' | 'code' | `again_${FoundBy}`;

/** Parts of a picture's width and height: 0 to 1. */
export type Part = readonly [number, number];

export type Step = {
  /** Names the row. */
  key: string;
  item: Item;
  /** As it was recorded; absent before it is done, and in conversations from before. */
  recorded: Recorded | undefined;
  /** From 1, in the whole conversation; absent where nothing was done that counts. */
  number: number | undefined;
  before: Shot | undefined;
  after: Shot | undefined;
  /** Where it acted, as parts of the picture before; where it takes effect is last. */
  points: readonly Part[];
  effect: Effect | undefined;
  route: Route | undefined;
  /** How long it took, in milliseconds. */
  ms: number | undefined;
  /** What asking for it cost, in US dollars; of several steps of one item the first tells. */
  cost: number | undefined;
  /** What the person says of it. */
  mark: StepMark | undefined;
};

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** All steps of a conversation, in their order. */
export function stepsOf(items: readonly Item[]): Step[] {
  const steps: Step[] = [];
  const byItem = new Map<string, Step>();
  const frames = framesOf(items);
  const numbered = items.some(({ steps: made }) => made && made.length > 0);
  let last: Shot | undefined;
  for (const item of items) {
    if (item.steps && item.steps.length > 0) {
      for (const recorded of item.steps) {
        const step = asRecorded(item, recorded);
        steps.push(step);
        last = step.after ?? step.before ?? last;
      }
      continue;
    }
    if (isStep(item)) {
      // A look changes nothing; where steps are recorded it is none.
      if (numbered && looksOnly(item)) continue;
      const point = last && pointOf(item, last);
      const step: Step = {
        key: item.id,
        item,
        recorded: undefined,
        number: numbered ? undefined : steps.length + 1,
        before: last,
        after: undefined,
        points: point ? [point] : [],
        effect: item.effect,
        route: routeOf(item),
        ms: item.run?.ms,
        cost: item.cost_usd,
        mark: undefined,
      };
      steps.push(step);
      byItem.set(item.id, step);
      continue;
    }
    const own = item.parent === undefined ? undefined : byItem.get(item.parent);
    if (item.type === 'result' && own) own.effect ??= effectOf(item.content);
    if (item.type !== 'image') continue;
    const frame = item.frame ?? frames.get(item.parent ?? '');
    // A plot, or a closer look at a part, is no picture of the screen.
    if (!frame && !own) continue;
    const shot: Shot = { image: item, frame };
    const step = own ?? steps.at(-1);
    if (step && !step.recorded) step.after ??= shot;
    if (frame) last = shot;
  }
  return steps;
}

function asRecorded(item: Item, recorded: Recorded): Step {
  const { number, frame, points, before, after, effect, by, ms } = recorded;
  const parts = points.flatMap((point) => {
    // The middle of the pixel.
    const part = inside(point[0] + 0.5, point[1] + 0.5, frame.origin, frame.native);
    return part ? [part] : [];
  });
  return {
    key: `${item.id}/${number}`,
    item,
    recorded,
    number,
    before: before === undefined ? undefined : kept(before, frame),
    after: after === undefined ? undefined : kept(after, frame),
    points: parts,
    effect,
    route: by
      ? `again_${by}`
      : item.type === 'code'
        ? 'code'
        : (routeOf(item) ?? byAction(recorded)),
    ms,
    cost: recorded === item.steps?.[0] ? item.cost_usd : undefined,
    mark: item.marks?.find((mark) => mark.number === number),
  };
}

/** A picture that was kept with a step. */
const kept = (hash: string, frame: Frame): Shot => ({
  frame,
  image: {
    id: hash,
    role: 'computer',
    type: 'image',
    format: 'blob',
    content: hash,
    width: frame.sent[0],
    height: frame.sent[1],
    complete: true,
  },
});

/** Frames that came beside their picture: those of a look that code or a command took. */
function framesOf(items: readonly Item[]): Map<string, Frame> {
  const found = new Map<string, Frame>();
  for (const { type, parent, content } of items) {
    const frame = fields(content).frame as Frame | undefined;
    if (type === 'result' && parent !== undefined && Array.isArray(frame?.sent)) {
      found.set(parent, frame);
    }
  }
  return found;
}

const LOOKS: readonly unknown[] = ['screenshot', 'zoom', 'cursor_position', 'wait'];

const looksOnly = ({ type, content }: Item): boolean =>
  type === 'action' && LOOKS.includes(fields(content).action);

const OUTCOMES: Record<Outcome, true> = {
  confirmed: true,
  no_change: true,
  uncertain: true,
  refused: true,
};

function effectOf(content: unknown): Effect | undefined {
  const { outcome, detail } = fields(content);
  return typeof outcome === 'string' && Object.hasOwn(OUTCOMES, outcome)
    ? { outcome: outcome as Outcome, detail: typeof detail === 'string' ? detail : '' }
    : undefined;
}

const argumentsOf = ({ content }: Item): Fields => fields(fields(content).arguments);

const KEYS: readonly unknown[] = ['type', 'key', 'hold_key', 'key_down', 'key_up', 'write_secret'];

function routeOf(item: Item): Route | undefined {
  const content = fields(item.content);
  if (item.type === 'action') {
    if (Array.isArray(content.coordinate)) return 'pixels';
    return KEYS.includes(content.action) ? 'keyboard' : undefined;
  }
  if (String(content.name).startsWith('keyboard.')) return 'keyboard';
  const { text, icon, x } = argumentsOf(item);
  if (typeof text === 'string') return 'text';
  if (typeof icon === 'string') return 'icon';
  return typeof x === 'number' ? 'pixels' : undefined;
}

const byAction = ({ action, points }: Recorded): Route | undefined =>
  KEYS.includes(action.action) ? 'keyboard' : points.length > 0 ? 'pixels' : undefined;

/** A model points into the picture it was sent; a command names pixels of the desktop. */
function pointOf(item: Item, { image, frame }: Shot): Part | undefined {
  const { coordinate } = fields(item.content);
  if (Array.isArray(coordinate)) {
    const [x, y] = coordinate.map(Number);
    const size = item.frame?.sent ?? frame?.sent ?? [image.width, image.height];
    return inside(x, y, [0, 0], size);
  }
  const { x, y } = argumentsOf(item);
  return frame && inside(x, y, frame.origin, frame.native);
}

function inside(
  x: unknown,
  y: unknown,
  [left, top]: readonly [number, number],
  [width, height]: readonly (number | undefined)[],
): Part | undefined {
  if (typeof x !== 'number' || typeof y !== 'number' || !width || !height) return undefined;
  const point = [(x - left) / width, (y - top) / height] as const;
  return point.every((part) => part >= 0 && part <= 1) ? point : undefined;
}

/** How many steps came out in each way. */
export function outcomes(steps: readonly Step[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { effect } of steps) {
    if (effect) counts[effect.outcome] = (counts[effect.outcome] ?? 0) + 1;
  }
  return counts;
}

/** The numbers of what can be done again. */
export const recordedOf = (steps: readonly Step[], withWrong: boolean): number[] =>
  steps.flatMap(({ recorded, mark }) =>
    // What was refused was not done.
    recorded && recorded.effect.outcome !== 'refused' && (withWrong || !mark?.wrong)
      ? [recorded.number]
      : [],
  );

/** Gives the old objects where nothing changed, so that rows are not drawn again. */
export function reuse(before: readonly Step[], now: readonly Step[]): readonly Step[] {
  const old = new Map(before.map((step) => [step.key, step]));
  const steps = now.map((step) => {
    const last = old.get(step.key);
    return last && isSame(last, step) ? last : step;
  });
  const same = steps.length === before.length && steps.every((step, at) => step === before[at]);
  return same ? before : steps;
}

/** Pictures of a recorded step are told by its item; those of others stand beside it. */
const isSame = (a: Step, b: Step): boolean =>
  a.item === b.item &&
  a.recorded === b.recorded &&
  a.number === b.number &&
  a.effect === b.effect &&
  (a.recorded !== undefined ||
    (a.before?.image === b.before?.image && a.after?.image === b.after?.image));
