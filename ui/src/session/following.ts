/*
 * Follows what happens: events are gathered, folded once a frame, and put in
 * order; a gap is closed by a new snapshot.
 */
import { BackendError, type Delivery } from '@/backend/backend';
import type { Event } from '@/generated/Event';
import type { Mode } from '@/generated/Mode';
import { activityAfter, byConversation, IDLE, retryAfter } from './activity';
import type { Core } from './core';
import { merged, NEWEST, withMeta } from './list';
import { held, PAGE, withOlder, withoutOldest } from './paging';
import type { Actions, Loaded, Retry } from './state';
import { apply, fromSnapshot } from './transcript';

export type Following = Pick<
  Actions,
  'start' | 'open' | 'showEarlier' | 'dropEarlier' | 'refreshModels'
> & {
  refreshList(): void;
};

/** `onEnd` is told of each conversation whose turn is over. */
export function following(core: Core, onEnd: (id: string) => void): Following {
  const { backend, get, set } = core;
  let arrived: Event[] = [];
  let flushing = false;
  /** Events that came before the ones they follow, by conversation. */
  const early = new Map<string, Event[]>();
  /** Which conversations wait to try a model again: no snapshot tells it. */
  const retries = new Map<string, Retry>();
  let leave: () => void = () => {};
  let opening = 0;
  let listTimer: ReturnType<typeof setTimeout> | undefined;

  const receive = (event: Event) => {
    arrived.push(event);
    if (flushing) return;
    flushing = true;
    afterFrame(() => {
      flushing = false;
      const events = arrived;
      arrived = [];
      flush(events);
    });
  };

  const flush = (events: readonly Event[]) => {
    const state = get();
    const activity = { ...state.activity };
    const loaded = { ...state.loaded };
    const ended: string[] = [];
    const metas = new Map<string, unknown>();
    let unknown = false;
    for (const [id, group] of byConversation(events)) {
      for (const event of group) {
        const before = activity[id] ?? IDLE;
        if (event.seq !== 0 && event.seq <= before.seq) continue;
        const next = activityAfter(before, event);
        if (before.responding && !next.responding) ended.push(id);
        activity[id] = next;
        if (event.chunk.type === 'conversation' && event.chunk.role === 'server') {
          metas.set(id, event.chunk.content);
        }
      }
      const retry = retryAfter(retries.get(id), group);
      if (retry) retries.set(id, retry);
      else retries.delete(id);
      const held = loaded[id];
      if (held) loaded[id] = withRetry(advance(id, held, group), retry);
      if (!state.conversations?.some((known) => known.id === id)) unknown = true;
    }
    if (metas.size > 0 && state.conversations) {
      const conversations = state.conversations.map((known) =>
        metas.has(known.id) ? withMeta(known, metas.get(known.id)) : known,
      );
      set({ activity, loaded, conversations });
    } else set({ activity, loaded });
    if (unknown || ended.length > 0) refreshList();
    for (const id of ended) onEnd(id);
  };

  /** Applies what follows without a gap, and keeps the rest for later. */
  const advance = (id: string, held: Loaded, group: readonly Event[]): Loaded => {
    const unordered = [...(early.get(id) ?? []), ...group.filter((event) => event.seq !== 0)];
    unordered.sort((a, b) => a.seq - b.seq);
    const ready: Event[] = group.filter((event) => event.seq === 0);
    const later: Event[] = [];
    let last = held.transcript.seq;
    for (const event of unordered) {
      if (event.seq === last + 1) {
        ready.push(event);
        last = event.seq;
      } else if (event.seq > last) later.push(event);
    }
    if (later.length > 0) early.set(id, later);
    else early.delete(id);
    return ready.length === 0 ? held : { ...held, transcript: apply(held.transcript, ready) };
  };

  const refreshList = () => {
    clearTimeout(listTimer);
    listTimer = setTimeout(loadList, 60);
  };
  const loadList = async () => {
    try {
      const { conversations } = await backend.query({ query: 'conversations', limit: NEWEST });
      set({ conversations: merged(get().conversations, conversations, NEWEST) });
    } catch {
      // The connection's state says it; the list stays as it was.
      if (get().conversations === null) set({ conversations: [] });
    }
  };

  const loadDefaults = async () => {
    try {
      const { settings, problems } = await backend.query({ query: 'settings' });
      const value = (key: string) => settings.find((setting) => setting.key === key)?.value;
      const text = (key: string) => {
        const found = value(key);
        return typeof found === 'string' && found !== '' ? found : null;
      };
      set({
        problems: problems ?? [],
        defaults: {
          model: text('model'),
          mode: (text('mode') as Mode | null) ?? 'ask_every_time',
          profile: text('profile') ?? 'default',
          os: value('os') === true,
        },
      });
    } catch {
      // Built-in defaults hold.
    }
  };

  const follow = async (id: string): Promise<void> => {
    const mine = ++opening;
    try {
      const snapshot = await backend.query({ query: 'items', conversation: id, limit: PAGE });
      if (mine !== opening) return;
      leave();
      const retry = retries.get(id);
      const fresh: Loaded = {
        ...(retry && { retry }),
        ...withOlder(get().loaded[id], fromSnapshot(snapshot), snapshot.more),
        ...(snapshot.read_only && { readOnly: snapshot.read_only }),
      };
      const { activity } = get();
      set({
        loaded: held({ ...get().loaded, [id]: fresh }, id),
        openFailed: null,
        activity: {
          ...activity,
          [id]: {
            seq: Math.max(snapshot.seq, activity[id]?.seq ?? 0),
            responding: snapshot.responding,
            waiting: snapshot.pending.length > 0 || snapshot.inputs.length > 0,
            live: snapshot.os !== undefined,
          },
        },
      });
      leave = backend.subscribe({ conversation: id, after: snapshot.seq }, (delivery) =>
        deliver(delivery, () => get().current === id && void follow(id)),
      );
      if (early.has(id)) receiveEarly(id);
    } catch (thrown) {
      if (mine === opening) set({ openFailed: BackendError.from(thrown).failure });
    }
  };

  const receiveEarly = (id: string) => {
    const state = get();
    const loaded = state.loaded[id];
    if (loaded) set({ loaded: { ...state.loaded, [id]: advance(id, loaded, []) } });
  };

  const deliver = (delivery: Delivery, onLag: () => void) => {
    if ('event' in delivery) receive(delivery.event);
    else onLag();
  };

  const refreshModels = async () => {
    try {
      set({ models: (await backend.query({ query: 'models' })).models });
    } catch {
      // A name can be typed all the same.
    }
  };

  let asking: string | undefined;
  return {
    refreshList,
    refreshModels,

    start() {
      const ends: (() => void)[] = [];
      let subscribed: () => void = () => {};
      const refresh = () => {
        void loadList();
        void loadDefaults();
        void refreshModels();
      };
      const subscribeAll = () => {
        subscribed();
        subscribed = backend.subscribe({}, (delivery) =>
          deliver(delivery, () => {
            subscribeAll();
            refresh();
          }),
        );
      };
      ends.push(backend.onConnection((connection) => set({ connection })));
      subscribeAll();
      refresh();
      return () => {
        for (const end of ends) end();
        subscribed();
        leave();
        clearTimeout(listTimer);
      };
    },

    async open(id) {
      opening += 1;
      set({ current: id, openFailed: null });
      if (id === null) {
        leave();
        leave = () => {};
        return;
      }
      await follow(id);
    },

    async showEarlier() {
      const id = get().current;
      const loaded = id ? get().loaded[id] : undefined;
      const before = loaded?.transcript.items[0]?.id;
      if (!id || !loaded?.more || before === undefined || asking === before) return;
      asking = before;
      try {
        const page = await backend.query({ query: 'items', conversation: id, before, limit: PAGE });
        // Where the person has scrolled to meanwhile is told first: it stays what is seen.
        await new Promise<void>(afterFrame);
        const now = get().loaded[id];
        if (!now || now.transcript.items[0]?.id !== before) return;
        const items = [...page.items, ...now.transcript.items];
        const transcript = { ...now.transcript, items };
        set({ loaded: { ...get().loaded, [id]: { ...now, transcript, more: page.more } } });
      } catch (thrown) {
        core.refuse(thrown);
      } finally {
        asking = undefined;
      }
    },

    dropEarlier(keep) {
      const id = get().current;
      const loaded = id ? get().loaded[id] : undefined;
      if (!id || !loaded || asking !== undefined) return;
      const less = withoutOldest(loaded, keep === undefined ? [] : [keep]);
      if (less !== loaded) set({ loaded: { ...get().loaded, [id]: less } });
    },
  };
}

function withRetry(held: Loaded, retry: Retry | undefined): Loaded {
  if (held.retry === retry) return held;
  const { retry: _, ...rest } = held;
  return retry ? { ...rest, retry } : rest;
}

/** Runs once before the next picture, or soon where nothing is drawn. */
function afterFrame(work: () => void): void {
  if (typeof document === 'undefined' || document.hidden) setTimeout(work, 50);
  else {
    let done = false;
    const once = () => {
      if (!done) work();
      done = true;
    };
    requestAnimationFrame(once);
    // A window that is covered draws no frames, but must not fall behind.
    setTimeout(once, 250);
  }
}
