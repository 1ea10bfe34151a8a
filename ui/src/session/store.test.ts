import { beforeEach, expect, test, vi } from 'vitest';
import { BackendError } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import { complete, id, reply, say } from '@/gallery/script';
import { createSession, type Session, shown } from './store';
import { textOf } from './turns';

let backend: FakeBackend;
let session: Session;

beforeEach(() => {
  backend = new FakeBackend();
  session = createSession(backend);
  return session.actions.start();
});

const texts = () => shown(session.store.getState()).items.map(textOf);

test('a conversation is opened and followed without a gap or a repetition', async () => {
  backend.emit('c', ...say('one'), ...reply('first'), complete);
  await session.actions.open('c');
  expect(texts()).toEqual(['one', 'first']);
  const item = id();
  backend.emit('c', ...say('two'), { ...reply('sec', false)[0], item } as never);
  backend.emit('c', { item, role: 'assistant', type: 'message', content: 'ond', end: true });
  await vi.waitFor(() => expect(texts()).toEqual(['one', 'first', 'two', 'second']));
});

test('dropped events are made up for', async () => {
  backend.emit('c', ...say('one'), complete);
  await session.actions.open('c');
  backend.emit('c', ...say('two'));
  backend.lag();
  await vi.waitFor(() => expect(texts()).toEqual(['one', 'two']));
  backend.emit('c', ...reply('three'));
  await vi.waitFor(() => expect(texts()).toEqual(['one', 'two', 'three']));
});

test('a new conversation gets what was chosen for it', async () => {
  await session.actions.choose({ model: 'a/b', os: true });
  backend.onSubmit = () => {
    backend.emit('made', ...say('hi'));
    return { conversation: 'made' };
  };
  await session.actions.send('hi');
  expect(backend.ops).toEqual([
    {
      op: 'submit',
      content: [{ type: 'message', content: 'hi' }],
      settings: { model: 'a/b', os: true },
    },
  ]);
  expect(session.store.getState().current).toBe('made');
});

test('text that is refused comes back to the field, with the reason', async () => {
  const failure = { code: 'no_key', message: 'No key.' } as const;
  backend.onSubmit = () => {
    throw new BackendError(failure);
  };
  session.actions.setDraft('hello');
  await session.actions.send('hello');
  expect(session.store.getState().drafts).toEqual({ '': 'hello' });
  expect(session.store.getState().refused).toEqual({ '': failure });
});

test('a message during a turn waits for its end', async () => {
  backend.emit('c', ...say('one'));
  await session.actions.open('c');
  await session.actions.send('two');
  expect(backend.ops).toEqual([]);
  expect(session.store.getState().queued).toEqual({
    c: [{ id: expect.any(String), text: 'two', attached: [] }],
  });
  backend.emit('c', complete);
  await vi.waitFor(() =>
    expect(backend.ops).toEqual([
      { op: 'submit', conversation: 'c', content: [{ type: 'message', content: 'two' }] },
    ]),
  );
});

test('Stop gives a waiting message back instead of sending it', async () => {
  backend.emit('c', ...say('one'));
  await session.actions.open('c');
  await session.actions.send('two');
  await session.actions.stop();
  backend.emit('c', complete);
  await vi.waitFor(() => expect(shown(session.store.getState()).responding).toBe(false));
  expect(backend.ops).toEqual([{ op: 'stop', conversation: 'c' }]);
  expect(session.store.getState().drafts).toEqual({ c: 'two' });
});

test('the list tells what each conversation does', async () => {
  backend.emit('c', ...say('one'));
  await vi.waitFor(() =>
    expect(session.store.getState().activity.c).toMatchObject({ responding: true, waiting: false }),
  );
  backend.emit('c', {
    item: 'k',
    role: 'computer',
    type: 'confirmation',
    confirmation: 'x',
    digest: 'y',
  });
  await vi.waitFor(() => expect(session.store.getState().activity.c?.waiting).toBe(true));
  backend.emit('c', complete);
  await vi.waitFor(() =>
    expect(session.store.getState().activity.c).toMatchObject({
      responding: false,
      waiting: false,
    }),
  );
});

test('a wait for the model is known, also where it began before the conversation was opened', async () => {
  const at = Date.now() + 30_000;
  const content = { at, attempt: 1, reason: 'slow down' };
  backend.emit('c', ...say('one'), { role: 'server', type: 'retry', content });
  await vi.waitFor(() => expect(session.store.getState().activity.c?.responding).toBe(true));
  await session.actions.open('c');
  expect(session.store.getState().loaded.c?.retry).toEqual(content);
  backend.emit('c', ...reply('there'));
  await vi.waitFor(() => expect(session.store.getState().loaded.c?.retry).toBeUndefined());
});

test('older pages stay when a conversation is opened again', async () => {
  backend.emit('c', ...say('one'), ...reply('first'), ...say('two'), ...reply('second'), complete);
  await session.actions.open('c');
  const query = backend.query.bind(backend);
  vi.spyOn(backend, 'query').mockImplementation(async (asked) => {
    const answer = await query(asked);
    if (asked.query !== 'items') return answer;
    const page = answer as Extract<typeof answer, { answer: 'items' }>;
    return { ...page, items: page.items.slice(-2), more: true };
  });
  await session.actions.open(null);
  await session.actions.open('c');
  expect(texts()).toEqual(['one', 'first', 'two', 'second']);
  expect(session.store.getState().loaded.c?.more).toBe(false);
});
