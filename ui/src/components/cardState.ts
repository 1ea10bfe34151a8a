import {
  Ban,
  CircleCheck,
  CircleHelp,
  CircleMinus,
  CircleStop,
  CircleX,
  Hand,
  History,
  Keyboard,
  ListOrdered,
  Lock,
  type LucideIcon,
  Pencil,
  SkipForward,
  Unplug,
} from 'lucide-react';
import type { Tone } from '@/components/Status';
import type { Item } from '@/generated/Item';
import type { Outcome } from '@/generated/Outcome';
import type { RunState } from '@/generated/RunState';

export type Look = { tone: Tone; icon: LucideIcon | 'ring'; edge: string };

const REST = 'border-border';
const WAITS = 'border-border-strong';

/** How a state looks: colour, drawing, edge of the card (look, section 6). */
export const STATES: Record<RunState, Look> = {
  writing: { tone: 'quiet', icon: Pencil, edge: REST },
  awaiting: { tone: 'ask', icon: Hand, edge: WAITS },
  editing: { tone: 'ask', icon: Pencil, edge: WAITS },
  scanning: { tone: 'run', icon: 'ring', edge: REST },
  queued: { tone: 'quiet', icon: ListOrdered, edge: REST },
  running: { tone: 'run', icon: 'ring', edge: 'border-accent' },
  needs_input: { tone: 'ask', icon: Keyboard, edge: WAITS },
  done: { tone: 'ok', icon: CircleCheck, edge: REST },
  failed: { tone: 'bad', icon: CircleX, edge: 'border-danger' },
  stopped: { tone: 'quiet', icon: CircleStop, edge: REST },
  skipped: { tone: 'quiet', icon: SkipForward, edge: REST },
  blocked: { tone: 'bad', icon: Lock, edge: WAITS },
  stale: { tone: 'warn', icon: History, edge: REST },
  no_kernel: { tone: 'bad', icon: Unplug, edge: 'border-danger' },
};

export const OUTCOMES: Record<Outcome, { tone: Tone; icon: LucideIcon }> = {
  confirmed: { tone: 'ok', icon: CircleCheck },
  no_change: { tone: 'warn', icon: CircleMinus },
  uncertain: { tone: 'warn', icon: CircleHelp },
  refused: { tone: 'bad', icon: Ban },
};

/**
 * The state of a card. A card without one is being written while its turn goes
 * on; left over from a turn that a crash ended, it was stopped.
 */
export function stateOf(item: Item, responding: boolean, asked = false): RunState {
  const state = item.run?.state ?? (asked ? 'awaiting' : undefined);
  if (state === undefined) return responding ? (item.complete ? 'queued' : 'writing') : 'stopped';
  const over =
    !responding && ['writing', 'queued', 'scanning', 'running', 'needs_input'].includes(state);
  return over ? 'stopped' : state;
}

const OVER: readonly RunState[] = [
  'done',
  'failed',
  'stopped',
  'skipped',
  'blocked',
  'stale',
  'no_kernel',
];

/** Nothing more happens to a card in this state by itself. */
export const isOver = (state: RunState): boolean => OVER.includes(state);

/** The rule that decided, where it was one and not the person. */
export const ruleOf = (rule: string | undefined): string | undefined =>
  rule === undefined || /\bby you\b/i.test(rule) ? undefined : rule;
