/* What was done on the screen, step by step, with the pictures around each. */
import type { Effect } from '@/generated/Effect';
import type { Frame } from '@/generated/Frame';
import type { Item } from '@/generated/Item';
import type { Outcome } from '@/generated/Outcome';
import { isStep } from '@/session/turns';

/** A picture of the screen, and where its pixels lie. */
export type Shot = { image: Item; frame: Frame | undefined };

/** How the place was found that was acted on. */
export type Route = 'pixels' | 'text' | 'icon' | 'keyboard';

export type Step = {
  item: Item;
  /** From 1, in the whole conversation. */
  number: number;
  before: Shot | undefined;
  after: Shot | undefined;
  /** Where it acted, as parts of the picture before: 0 to 1. */
  point: readonly [number, number] | undefined;
  effect: Effect | undefined;
  route: Route | undefined;
};

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** All steps of a conversation, in their order. */
export function stepsOf(items: readonly Item[]): Step[] {
  const steps: Step[] = [];
  const byItem = new Map<string, Step>();
  const frames = framesOf(items);
  let last: Shot | undefined;
  for (const item of items) {
    if (isStep(item)) {
      const route = routeOf(item);
      const step: Step = {
        item,
        number: steps.length + 1,
        before: last,
        after: undefined,
        point: last && pointOf(item, last),
        effect: item.effect,
        route,
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
    if (step) step.after ??= shot;
    if (frame) last = shot;
  }
  return steps;
}

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

function routeOf(item: Item): Route | undefined {
  const content = fields(item.content);
  if (item.type === 'action') {
    if (Array.isArray(content.coordinate)) return 'pixels';
    return ['type', 'key', 'hold_key'].includes(String(content.action)) ? 'keyboard' : undefined;
  }
  if (String(content.name).startsWith('keyboard.')) return 'keyboard';
  const { text, icon, x } = argumentsOf(item);
  if (typeof text === 'string') return 'text';
  if (typeof icon === 'string') return 'icon';
  return typeof x === 'number' ? 'pixels' : undefined;
}

/** A model points into the picture it was sent; a command names pixels of the desktop. */
function pointOf(item: Item, { image, frame }: Shot): Step['point'] {
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
): Step['point'] {
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
