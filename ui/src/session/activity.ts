/* What the list and the countdown show, folded from events like everything else. */
import type { Event } from '@/generated/Event';
import type { Activity, Retry } from './state';

export const IDLE: Activity = { seq: 0, responding: false, waiting: false, live: false };

/** Events by the conversation they belong to, in their order. */
export function byConversation(events: readonly Event[]): Map<string, Event[]> {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    const group = groups.get(event.conversation);
    if (group) group.push(event);
    else groups.set(event.conversation, [event]);
  }
  return groups;
}

/** What a conversation does after an event. */
export function activityAfter(before: Activity, { seq, chunk }: Event): Activity {
  const next = { ...before, seq: Math.max(before.seq, seq) };
  if (chunk.role === 'user' && chunk.start) next.responding = true;
  else if (chunk.role === 'computer' && chunk.type === 'confirmation') next.waiting = true;
  else if (chunk.role === 'computer' && chunk.type === 'input_request') next.waiting = true;
  else if (chunk.role === 'server') {
    const { state } = (chunk.content ?? {}) as { state?: string };
    if (chunk.type === 'run' && state) {
      next.waiting = ['awaiting', 'editing', 'needs_input'].includes(state);
    }
    if (chunk.type === 'os') next.live = state !== 'finished' && state !== 'stopped';
    if (chunk.type === 'status' && chunk.content === 'started') next.responding = true;
    if (chunk.type === 'status' && chunk.content === 'complete') {
      next.responding = false;
      next.waiting = false;
      next.live = false;
    }
  }
  return next;
}

/** The countdown holds until the model says something, or the turn fails or ends. */
export function retryAfter(before: Retry | undefined, events: readonly Event[]): Retry | undefined {
  let retry = before;
  for (const { chunk } of events) {
    if (chunk.role === 'server' && chunk.type === 'retry') {
      const content = (chunk.content ?? {}) as Partial<Retry>;
      const { at, attempt, reason } = content;
      if (typeof at === 'number') retry = { at, attempt: attempt ?? 1, reason: reason ?? '' };
    } else if (
      chunk.role === 'assistant' ||
      (chunk.role === 'server' && ['status', 'error', 'usage'].includes(chunk.type))
    ) {
      retry = undefined;
    }
  }
  return retry;
}
