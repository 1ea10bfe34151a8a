/*
 * An engine that is only a script: for tests and the gallery. Conversations are
 * lists of events; ops are recorded, and answered by what the test says.
 */
import type { Chunk } from '@/generated/Chunk';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { Event } from '@/generated/Event';
import type { ModelSummary } from '@/generated/ModelSummary';
import type { Op } from '@/generated/Op';
import type { Query } from '@/generated/Query';
import type { Receipt } from '@/generated/Receipt';
import type { SettingValue } from '@/generated/SettingValue';
import type { Snapshot } from '@/generated/Snapshot';
import type { Subscribe } from '@/generated/Subscribe';
import { apply, EMPTY } from '@/session/transcript';
import {
  type AnswerTo,
  type Backend,
  BackendError,
  type Connection,
  type Delivery,
} from './backend';

export class FakeBackend implements Backend {
  readonly ops: Op[] = [];
  models: ModelSummary[] = [];
  settings: Record<string, unknown> = {};
  /** What a submit is answered with; throws to refuse. */
  onSubmit: (op: Op) => Receipt = (op) => ({
    conversation: 'conversation' in op ? op.conversation : 'new',
  });
  private events = new Map<string, Event[]>();
  private updated = new Map<string, number>();
  private subscriptions = new Set<{ to: Subscribe; tell: (delivery: Delivery) => void }>();
  private listeners = new Set<(connection: Connection) => void>();

  /** Adds what happened in a conversation, and tells who listens. */
  emit(conversation: string, ...chunks: (Chunk & { item?: string })[]): void {
    const events = this.events.get(conversation) ?? [];
    this.events.set(conversation, events);
    this.updated.set(conversation, this.updated.get(conversation) ?? Date.now());
    for (const { item, ...chunk } of chunks) {
      const event: Event = { conversation, seq: events.length + 1, ...(item && { item }), chunk };
      events.push(event);
      for (const { to, tell } of this.subscriptions) {
        if (to.conversation === undefined || to.conversation === conversation) tell({ event });
      }
    }
  }

  /** When a conversation was last used, for its place in the list. */
  dated(conversation: string, at: number): void {
    this.updated.set(conversation, at);
  }

  /** Says that the connection was lost, or is back. */
  connection(state: Connection): void {
    for (const listener of this.listeners) listener(state);
  }

  /** Says to every subscription that events were dropped. */
  lag(): void {
    for (const { tell } of [...this.subscriptions]) tell({ lagged: true });
  }

  async submit(op: Op): Promise<Receipt> {
    this.ops.push(op);
    return this.onSubmit(op);
  }

  async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    return this.answer(query) as AnswerTo<Q>;
  }

  subscribe(to: Subscribe, tell: (delivery: Delivery) => void): () => void {
    const subscription = { to, tell };
    this.subscriptions.add(subscription);
    const { conversation, after } = to;
    if (conversation !== undefined && after !== undefined) {
      for (const event of this.events.get(conversation) ?? []) {
        if (event.seq > after) tell({ event });
      }
    }
    return () => this.subscriptions.delete(subscription);
  }

  async blobUrl(hash: string): Promise<string> {
    return hash.startsWith('data:') ? hash : `data:image/png;base64,${hash}`;
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.listeners.add(listener);
    listener('open');
    return () => this.listeners.delete(listener);
  }

  private snapshot(conversation: string): Snapshot {
    const events = this.events.get(conversation);
    if (!events) {
      throw new BackendError({ code: 'unknown_conversation', message: 'It is gone.' });
    }
    const transcript = apply(EMPTY, events);
    return {
      conversation,
      more: false,
      ...transcript,
      items: [...transcript.items],
      pending: [...transcript.pending],
      inputs: [...transcript.inputs],
    };
  }

  private answer(query: Query): unknown {
    switch (query.query) {
      case 'conversations':
        return {
          answer: 'conversations',
          conversations: [...this.events.keys()].map((id): ConversationSummary => {
            const { meta, items } = this.snapshot(id);
            const updated = this.updated.get(id) ?? 0;
            return {
              id,
              title: meta.title,
              created: updated,
              updated,
              cost: meta.cost,
              items: items.length,
              pinned: meta.pinned === true,
              archived: meta.archived === true,
              first: '',
              model: meta.model,
              profile: meta.profile,
              ran_code: items.some(({ type }) => type === 'code'),
              used_screen: items.some(({ type }) => type === 'action'),
              has_files: items.some(({ type }) => type === 'file'),
              failed: false,
            };
          }),
        };
      case 'items':
        return { answer: 'items', ...this.snapshot(query.conversation) };
      case 'models':
        return { answer: 'models', models: this.models };
      case 'settings':
        return {
          answer: 'settings',
          settings: Object.entries(this.settings).map(
            ([key, value]): SettingValue => ({ key, value, origin: 'app' }),
          ),
        };
      case 'search':
        return {
          answer: 'search',
          hits: [...this.events.keys()]
            .map((id) => ({ conversation: id, title: this.snapshot(id).meta.title, snippet: '' }))
            .filter(({ title }) => title.toLowerCase().includes(query.text.toLowerCase())),
        };
      case 'output':
        return { answer: 'output', text: 'all of it', next: 9, total: 9 };
      default:
        throw new BackendError({ code: 'bad_input', message: `No answer to ${query.query}.` });
    }
  }
}
