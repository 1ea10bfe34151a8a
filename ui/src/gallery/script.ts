/* Conversations for looking at: every state once, with the words of the pictures. */
import type { Chunk } from '@/generated/Chunk';
import type { Run } from '@/generated/Run';
import type { RunState } from '@/generated/RunState';

type Step = Chunk & { item?: string };

let made = 0;
export const id = () => `item${++made}`;

export const say = (text: string, at = Date.UTC(2026, 5, 14, 13, 58)): Step[] => [
  { item: id(), role: 'user', type: 'message', start: true, content: text, end: true, at },
];
export const reply = (text: string, end = true): Step[] => [
  {
    item: id(),
    role: 'assistant',
    type: 'message',
    start: true,
    content: text,
    ...(end && { end }),
  },
];
export const code = (item: string, format: string, text: string, end = true): Step[] => [
  {
    item,
    role: 'assistant',
    type: 'code',
    format,
    start: true,
    content: text,
    ...(end && { end }),
  },
];
export const run = (item: string, state: RunState, more: Partial<Run> = {}): Step => ({
  item,
  role: 'server',
  type: 'run',
  content: { item, state, mode: 'ask_every_time', place: '3.11 · Documents/Energy', ...more },
});
export const ask = (item: string, format = 'execution', content: unknown = null): Step => ({
  item,
  role: 'computer',
  type: 'confirmation',
  format,
  content,
  confirmation: `c-${item}`,
  digest: `d-${item}`,
});
export const out = (parent: string, text: string, more: Partial<Step> = {}): Step => ({
  item: id(),
  role: 'computer',
  type: 'console',
  format: 'output',
  start: true,
  content: text,
  end: true,
  parent,
  ...more,
});
export const line = (parent: string, content: number): Step => ({
  item: id(),
  role: 'computer',
  type: 'console',
  format: 'active_line',
  content,
  parent,
});
export const meta = (title: string, more: object = {}): Step => ({
  role: 'server',
  type: 'conversation',
  content: {
    title,
    model: 'anthropic/claude-sonnet-4-5',
    profile: 'default',
    mode: 'ask_every_time',
    os: false,
    cost: 0.042,
    ...more,
  },
});
export const complete: Step = { role: 'server', type: 'status', content: 'complete' };

/** A drawing of `width` × `height` as a picture the computer showed. */
export function picture(parent: string, svg: string, width: number, height: number): Step {
  const url = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return {
    item: id(),
    role: 'computer',
    type: 'image',
    format: 'blob',
    start: true,
    content: url,
    end: true,
    parent,
    width,
    height,
  };
}
