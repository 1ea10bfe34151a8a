import type { ClientFrame } from '@/generated/ClientFrame';
import type { Event } from '@/generated/Event';
import type { ServerFrame } from '@/generated/ServerFrame';
import type { Subscribe } from '@/generated/Subscribe';
import {
  type AnswerTo,
  type Backend,
  BackendError,
  type Connection,
  type Delivery,
} from './backend';

type Request = ClientFrame extends infer F ? Omit<F & { id: number }, 'id'> : never;
type Waiting = { resolve: (value: never) => void; reject: (error: BackendError) => void };
type Subscription = {
  subscribe: Subscribe;
  onDelivery: (delivery: Delivery) => void;
  /** Nothing was delivered yet, so the first connection needs no catching up. */
  fresh: boolean;
};

/** Waits this long before the next try, in milliseconds; the last one repeats. */
const RETRIES = [250, 500, 1000, 2000, 4000];
const PROTOCOL = 1;

/** The token of the address, kept for reloads of this tab only. */
export function takeToken(location: Location, storage: Storage, history: History): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token) {
    storage.setItem('interpreter.token', token);
    // Out of the address bar, so that a screenshot or a copied link does not carry it.
    history.replaceState(null, '', location.pathname + location.search);
  }
  return token ?? storage.getItem('interpreter.token');
}

/** The engine behind a server, over one WebSocket that reconnects by itself. */
export function webSocketBackend(origin: string, token: string): Backend {
  const waiting = new Map<number, Waiting>();
  const subscriptions = new Set<Subscription>();
  const listeners = new Set<(connection: Connection) => void>();
  let connection: Connection = 'connecting';
  let socket: WebSocket | null = null;
  let opened = false;
  let tries = 0;
  let nextId = 1;
  const outbox: string[] = [];

  const tell = (state: Connection) => {
    connection = state;
    for (const listener of listeners) listener(state);
  };

  const send = (request: object): number => {
    const id = nextId++;
    const text = JSON.stringify({ id, ...request });
    if (opened && socket) socket.send(text);
    else outbox.push(text);
    return id;
  };

  const ask = <T>(request: Request | object): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (connection === 'lost' || connection === 'refused') {
        reject(unreachable());
        return;
      }
      waiting.set(send(request), { resolve: resolve as (value: never) => void, reject });
    });

  const deliver = (event: Event) => {
    for (const subscription of subscriptions) {
      const { conversation } = subscription.subscribe;
      if (conversation !== undefined && conversation !== event.conversation) continue;
      if (conversation !== undefined && event.seq > (subscription.subscribe.after ?? 0)) {
        subscription.subscribe = { conversation, after: event.seq };
      }
      subscription.onDelivery({ event });
    }
  };

  const take = (frame: ServerFrame) => {
    if ('event' in frame) deliver(frame.event);
    else if ('hello' in frame) {
      if (frame.hello.protocol !== PROTOCOL) tell('refused');
    } else if ('receipt' in frame) settle(frame.receipt.id, frame.receipt.receipt);
    else if ('answer' in frame) settle(frame.answer.id, frame.answer.answer);
    else if ('subscribed' in frame) settle(frame.subscribed.id, undefined);
    else if ('lagged' in frame) {
      for (const subscription of [...subscriptions]) {
        if (subscription.subscribe.conversation !== frame.lagged.conversation) continue;
        subscription.onDelivery({ lagged: true });
      }
    } else if ('error' in frame && frame.error.id !== undefined) {
      waiting.get(frame.error.id)?.reject(new BackendError(frame.error.error));
      waiting.delete(frame.error.id);
    }
  };

  const settle = (id: number, value: unknown) => {
    waiting.get(id)?.resolve(value as never);
    waiting.delete(id);
  };

  const connect = () => {
    const address = new URL('/api/events', origin);
    address.protocol = address.protocol.replace('http', 'ws');
    const fresh = new WebSocket(address, ['interpreter.v1', `interpreter.token.${token}`]);
    socket = fresh;
    fresh.onopen = () => {
      opened = true;
      tries = 0;
      for (const subscription of [...subscriptions]) {
        fresh.send(JSON.stringify({ id: nextId++, subscribe: subscription.subscribe }));
        if (!subscription.fresh) subscription.onDelivery({ lagged: true });
        subscription.fresh = false;
      }
      for (const text of outbox.splice(0)) fresh.send(text);
      tell('open');
    };
    fresh.onmessage = ({ data }) => {
      if (typeof data === 'string') take(JSON.parse(data) as ServerFrame);
    };
    fresh.onclose = () => {
      const before = opened;
      opened = false;
      outbox.length = 0;
      for (const { reject } of waiting.values()) reject(unreachable());
      waiting.clear();
      if (connection === 'refused') return;
      tell('lost');
      if (!before && tries === RETRIES.length) checkToken();
      setTimeout(connect, RETRIES[Math.min(tries++, RETRIES.length - 1)]);
    };
  };

  // A WebSocket that is refused does not say why; an ordinary request does.
  const checkToken = () => {
    fetch(new URL('/api/events', origin), { headers: { authorization: `Bearer ${token}` } })
      .then((answer) => answer.status === 401 && tell('refused'))
      .catch(() => {});
  };

  connect();

  return {
    submit: (op) => ask({ submit: op }),
    query: <Q extends import('@/generated/Query').Query>(query: Q) => ask<AnswerTo<Q>>({ query }),
    subscribe(subscribe, onDelivery) {
      const subscription = { subscribe, onDelivery, fresh: !opened };
      subscriptions.add(subscription);
      if (opened) send({ subscribe });
      return () => subscriptions.delete(subscription);
    },
    blobUrl: async (hash) => {
      const address = new URL(`/api/blob/${encodeURIComponent(hash)}`, origin);
      address.searchParams.set('token', token);
      return address.href;
    },
    onConnection(listener) {
      listeners.add(listener);
      listener(connection);
      return () => listeners.delete(listener);
    },
  };
}

function unreachable(): BackendError {
  return new BackendError({
    code: 'no_network',
    message: 'Interpreter cannot be reached. Nothing was sent.',
    remedy: 'It is tried again by itself. See whether the server still runs.',
  });
}
