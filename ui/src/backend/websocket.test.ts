import { beforeEach, expect, test, vi } from 'vitest';
import { takeToken, webSocketBackend } from './websocket';

class FakeSocket {
  static made: FakeSocket[] = [];
  sent: { id: number; [key: string]: unknown }[] = [];
  onopen: () => void = () => {};
  onclose: () => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  constructor(
    readonly url: URL,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  say(frame: object): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

const last = () => FakeSocket.made.at(-1) as FakeSocket;
const event = (seq: number, conversation = 'c') => ({
  event: { conversation, seq, chunk: { role: 'assistant', type: 'message' } },
});

beforeEach(() => {
  FakeSocket.made = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test('the token goes as a subprotocol, never in the address', () => {
  webSocketBackend('http://127.0.0.1:8000', 'secret');
  expect(last().url.href).toBe('ws://127.0.0.1:8000/api/events');
  expect(last().protocols).toEqual(['interpreter.v1', 'interpreter.token.secret']);
});

test('answers find their questions, errors too', async () => {
  const backend = webSocketBackend('http://127.0.0.1:8000', 't');
  last().onopen();
  const about = backend.query({ query: 'about' });
  const stop = backend.submit({ op: 'stop', conversation: 'c' });
  expect(last().sent).toEqual([
    { id: 1, query: { query: 'about' } },
    { id: 2, submit: { op: 'stop', conversation: 'c' } },
  ]);
  last().say({ error: { id: 2, error: { code: 'not_now', message: 'No.', remedy: 'Wait.' } } });
  last().say({ answer: { id: 1, answer: { answer: 'about', version: '1' } } });
  await expect(about).resolves.toEqual({ answer: 'about', version: '1' });
  await expect(stop).rejects.toMatchObject({ failure: { code: 'not_now', remedy: 'Wait.' } });
});

test('after a break it comes back by itself and goes on after the last event', () => {
  const backend = webSocketBackend('http://127.0.0.1:8000', 't');
  const got: unknown[] = [];
  backend.subscribe({ conversation: 'c', after: 3 }, (delivery) => got.push(delivery));
  last().onopen();
  expect(last().sent).toEqual([{ id: 1, subscribe: { conversation: 'c', after: 3 } }]);
  last().say(event(4));
  last().say(event(9, 'other'));
  last().onclose();
  vi.advanceTimersByTime(250);
  expect(FakeSocket.made).toHaveLength(2);
  last().onopen();
  expect(last().sent).toEqual([{ id: 2, subscribe: { conversation: 'c', after: 4 } }]);
  expect(got).toEqual([event(4), { lagged: true }]);
});

test('what was asked when the connection broke is refused, not forgotten', async () => {
  const backend = webSocketBackend('http://127.0.0.1:8000', 't');
  last().onopen();
  const asked = backend.query({ query: 'models' });
  last().onclose();
  await expect(asked).rejects.toMatchObject({ failure: { code: 'no_network' } });
});

test('the token leaves the address and stays for this tab', () => {
  const storage = sessionStorage;
  const history = { replaceState: vi.fn() } as unknown as History;
  const at = (hash: string) => ({ hash, pathname: '/', search: '' }) as Location;
  expect(takeToken(at('#token=abc'), storage, history)).toBe('abc');
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/');
  expect(takeToken(at(''), storage, history)).toBe('abc');
  storage.clear();
});
