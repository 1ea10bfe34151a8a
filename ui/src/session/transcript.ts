/*
 * Folds events into what a conversation looks like: the twin of
 * `crates/protocol/src/transcript.rs`. Pure; unchanged parts keep their identity,
 * so that a memoised block is drawn again only when it changed.
 */
import type { Chunk } from '@/generated/Chunk';
import type { ConversationMeta } from '@/generated/ConversationMeta';
import type { Effect } from '@/generated/Effect';
import type { Error as Failure } from '@/generated/Error';
import type { Event } from '@/generated/Event';
import type { InputRequest } from '@/generated/InputRequest';
import type { Item } from '@/generated/Item';
import type { Mode } from '@/generated/Mode';
import type { Os } from '@/generated/Os';
import type { OsState } from '@/generated/OsState';
import type { Outcome } from '@/generated/Outcome';
import type { Pending } from '@/generated/Pending';
import type { Run } from '@/generated/Run';
import type { RunState } from '@/generated/RunState';
import type { Snapshot } from '@/generated/Snapshot';
import type { Step } from '@/generated/Step';
import type { StepMark } from '@/generated/StepMark';
import type { Usage } from '@/generated/Usage';

/** A conversation, folded from its events. */
export type Transcript = {
  readonly seq: number;
  readonly items: readonly Item[];
  readonly pending: readonly Pending[];
  readonly inputs: readonly InputRequest[];
  readonly meta: ConversationMeta;
  readonly usage: Usage;
  readonly responding: boolean;
  readonly os?: Os;
  /** A limit of this turn that is nearly used up. */
  readonly near?: NearBudget;
};

/** What is told of a budget, once a turn. */
export type NearBudget = { scope: string; spent: number; limit: number };

export const EMPTY: Transcript = {
  seq: 0,
  items: [],
  pending: [],
  inputs: [],
  meta: { title: '', model: '', profile: '', mode: 'ask_every_time', os: false, cost: 0 },
  usage: {
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    image_tokens: 0,
  },
  responding: false,
};

/** The transcript as the engine tells it at one moment. */
export function fromSnapshot(snapshot: Snapshot): Transcript {
  const { seq, items, pending, inputs, meta, usage, responding, os } = snapshot;
  return { seq, items, pending, inputs, meta, usage, responding, ...(os && { os }) };
}

/** Takes in events, oldest first. Events of unknown types change nothing but `seq`. */
export function apply(before: Transcript, events: readonly Event[]): Transcript {
  if (events.length === 0) return before;
  const draft = new Draft(before);
  for (const event of events) draft.take(event);
  return draft.finish();
}

const RUN_STATES: Record<RunState, 'open' | 'final'> = {
  writing: 'open',
  awaiting: 'open',
  editing: 'open',
  scanning: 'open',
  queued: 'open',
  running: 'open',
  needs_input: 'open',
  done: 'final',
  failed: 'final',
  stopped: 'final',
  skipped: 'final',
  blocked: 'final',
  stale: 'final',
  no_kernel: 'final',
};
const MODES: Record<Mode, true> = {
  ask_every_time: true,
  ask_before_changes: true,
  ask_when_blocked: true,
  full_access: true,
  chat_only: true,
};
const OS_STATES: Record<OsState, 'live' | 'over'> = {
  looking: 'live',
  thinking: 'live',
  acting: 'live',
  paused: 'live',
  waiting: 'live',
  finished: 'over',
  stopped: 'over',
};
const OUTCOMES: Record<Outcome, true> = {
  confirmed: true,
  no_change: true,
  uncertain: true,
  refused: true,
};

/** Whether nothing more happens to a card by itself. */
export const isFinal = (state: RunState): boolean => RUN_STATES[state] === 'final';

/** Types whose content is text from the start; anything else has none before it comes. */
const TEXT: ReadonlySet<string> = new Set(['message', 'code', 'console', 'reasoning']);

/** What a reply asks for. */
const ASKS: ReadonlySet<string> = new Set(['action', 'code', 'call']);

/** Keys of a chunk that are not further keys of its item. */
const OWN_KEYS = new Set(['role', 'type', 'format', 'start', 'content', 'end', 'recipient']);

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const known = <T extends string>(table: Record<T, unknown>, value: unknown): value is T =>
  typeof value === 'string' && Object.hasOwn(table, value);

class Draft {
  private next: { -readonly [K in keyof Transcript]: Transcript[K] };
  private items: Item[] | null = null;
  /** Items made or copied by this draft, which may be written to. */
  private own = new Set<Item>();

  constructor(before: Transcript) {
    this.next = { ...before };
  }

  finish(): Transcript {
    return this.items ? { ...this.next, items: this.items } : this.next;
  }

  take(event: Event): void {
    this.next.seq = Math.max(this.next.seq, event.seq);
    const { chunk } = event;
    if (chunk.role === 'server') this.server(event);
    else if (chunk.role === 'computer' && chunk.type === 'confirmation') this.confirmation(event);
    else if (chunk.role === 'computer' && chunk.type === 'input_request') this.inputRequest(event);
    else if (chunk.role === 'computer' && chunk.type === 'effect') {
      const content = fields(chunk.content);
      const item = this.writable(event.item);
      if (item && known(OUTCOMES, content.outcome) && typeof content.detail === 'string') {
        item.effect = { outcome: content.outcome, detail: content.detail } satisfies Effect;
      }
    } else if (chunk.role === 'computer' && chunk.type === 'step') {
      const step = fields(chunk.content);
      if (typeof step.item === 'string' && typeof step.number === 'number') {
        this.step(step as unknown as Step);
      }
    } else {
      if (chunk.role === 'user' && chunk.start) this.next.responding = true;
      if (event.item !== undefined) this.item(event.item, chunk);
    }
  }

  private list(): Item[] {
    this.items ??= [...this.next.items];
    return this.items;
  }

  /** The item with this id, as a copy that may be written to. */
  private writable(id: string | undefined): Item | undefined {
    if (id === undefined) return undefined;
    const list = this.list();
    // From the end: what streams is nearly always the last.
    const at = list.findLastIndex((item) => item.id === id);
    const item = list[at];
    if (item === undefined || this.own.has(item)) return item;
    const copy = { ...item };
    list[at] = copy;
    this.own.add(copy);
    return copy;
  }

  private item(id: string, chunk: Chunk): void {
    if (chunk.type === 'console' && chunk.format === 'active_line') {
      // The line belongs to the code; the console item names it.
      const item = this.writable(chunk.parent);
      if (!item) return;
      if (typeof chunk.content === 'number') item.active_line = chunk.content;
      else delete item.active_line;
      return;
    }
    let item = this.writable(id);
    if (!item) {
      item = {
        id,
        role: chunk.role,
        type: chunk.type,
        content: TEXT.has(chunk.type) ? '' : null,
        complete: false,
      };
      if (chunk.recipient !== undefined) item.recipient = chunk.recipient;
      this.own.add(item);
      this.list().push(item);
    }
    for (const [key, value] of Object.entries(chunk)) {
      if (!OWN_KEYS.has(key)) (item as unknown as Fields)[key] = value;
    }
    if (item.format === undefined && chunk.format !== undefined) item.format = chunk.format;
    if (chunk.content !== undefined && chunk.content !== null) {
      const text = item.content;
      if (typeof text === 'string' && typeof chunk.content === 'string' && !item.complete) {
        item.content = text + chunk.content;
      } else item.content = chunk.content;
    }
    if (chunk.end) item.complete = true;
  }

  private confirmation({ item, chunk }: Event): void {
    if (item === undefined || chunk.confirmation === undefined || chunk.digest === undefined)
      return;
    const pending: Pending = {
      confirmation: chunk.confirmation,
      digest: chunk.digest,
      item,
      format: chunk.format ?? '',
      content: chunk.content ?? null,
    };
    this.next.pending = [...this.next.pending.filter((other) => other.item !== item), pending];
  }

  private inputRequest({ item, chunk }: Event): void {
    const { request } = chunk;
    if (item === undefined || request === undefined) return;
    const prompt = typeof chunk.content === 'string' ? chunk.content : '';
    const input: InputRequest = { request, item, prompt, secret: chunk.secret === true };
    this.next.inputs = [...this.next.inputs.filter((open) => open.request !== request), input];
  }

  private step(step: Step): void {
    const item = this.writable(step.item);
    if (!item) return;
    const others = (item.steps ?? []).filter((known) => known.number !== step.number);
    item.steps = [...others, step];
  }

  private mark(mark: StepMark): void {
    const item = this.writable(mark.item);
    if (!item) return;
    const others = (item.marks ?? []).filter((known) => known.number !== mark.number);
    const marks = mark.wrong || mark.note !== undefined ? [...others, mark] : others;
    if (marks.length > 0) item.marks = marks;
    else delete item.marks;
  }

  private server(event: Event): void {
    const { chunk } = event;
    const content = fields(chunk.content);
    switch (chunk.type) {
      case 'run':
        if (
          typeof content.item === 'string' &&
          known(RUN_STATES, content.state) &&
          known(MODES, content.mode)
        ) {
          this.run(content as unknown as Run);
        }
        break;
      case 'edited': {
        if (typeof content.item !== 'string' || typeof content.content !== 'string') break;
        const item = this.writable(content.item);
        if (item) item.edited = content.content;
        break;
      }
      case 'removed': {
        const gone = new Set(Array.isArray(content.items) ? content.items : []);
        this.items = this.list().filter((item) => !gone.has(item.id));
        this.next.pending = this.next.pending.filter((pending) => !gone.has(pending.item));
        this.next.inputs = this.next.inputs.filter((input) => !gone.has(input.item));
        break;
      }
      case 'mark':
        if (
          typeof content.item === 'string' &&
          typeof content.number === 'number' &&
          typeof content.wrong === 'boolean'
        ) {
          this.mark(content as unknown as StepMark);
        }
        break;
      case 'usage':
        if (typeof content.input_tokens === 'number' && typeof content.output_tokens === 'number') {
          this.usage(content as unknown as Usage);
        }
        break;
      case 'budget':
        if (typeof content.spent === 'number' && typeof content.limit === 'number') {
          const { scope, spent, limit } = content as unknown as NearBudget;
          if (scope === 'turn') this.next.near = { scope, spent, limit };
        }
        break;
      case 'conversation':
        if (typeof chunk.content === 'object' && chunk.content !== null) {
          this.next.meta = { ...EMPTY.meta, ...(content as Partial<ConversationMeta>) };
        }
        break;
      case 'os':
        if (
          known(OS_STATES, content.state) &&
          typeof content.text === 'string' &&
          OS_STATES[content.state] === 'live'
        ) {
          this.next.os = { state: content.state, text: content.text };
        } else delete this.next.os;
        break;
      case 'status':
        // A turn that no message of the person begins.
        if (chunk.content === 'started') this.next.responding = true;
        if (chunk.content === 'complete') {
          this.next.responding = false;
          delete this.next.near;
          delete this.next.os;
          this.next.inputs = [];
        }
        break;
      case 'error':
        // Shown where it happened, so it is an item like any other.
        if (event.item !== undefined && isFailure(content)) {
          this.item(event.item, { ...chunk, end: true });
        }
        break;
    }
  }

  private run(run: Run): void {
    if (run.state !== 'awaiting' && run.state !== 'editing') {
      this.next.pending = this.next.pending.filter((pending) => pending.item !== run.item);
    }
    if (run.state !== 'needs_input') {
      this.next.inputs = this.next.inputs.filter((input) => input.item !== run.item);
    }
    const item = this.writable(run.item);
    if (!item) return;
    if (isFinal(run.state)) delete item.active_line;
    item.run = run;
  }

  /** What a reply asked for shares what the reply cost. */
  private cost(cost: number): void {
    const reply = this.list().slice(
      this.list().findLastIndex(({ role }) => role !== 'assistant') + 1,
    );
    const asked = reply.filter(({ type, cost_usd }) => ASKS.has(type) && cost_usd === undefined);
    for (const { id } of asked) {
      const item = this.writable(id);
      if (item) item.cost_usd = cost / asked.length;
    }
  }

  private usage(more: Usage): void {
    const sum = { ...this.next.usage };
    for (const key of [
      'input_tokens',
      'output_tokens',
      'cached_tokens',
      'cache_write_tokens',
      'reasoning_tokens',
      'image_tokens',
    ] as const) {
      sum[key] += more[key] ?? 0;
    }
    if (more.cost_usd !== undefined) {
      sum.cost_usd = (sum.cost_usd ?? 0) + more.cost_usd;
      this.cost(more.cost_usd);
    }
    this.next.usage = sum;
    this.next.meta = { ...this.next.meta, cost: this.next.meta.cost + (more.cost_usd ?? 0) };
  }
}

function isFailure(content: Fields): boolean {
  return typeof content.code === 'string' && typeof (content as Failure).message === 'string';
}
