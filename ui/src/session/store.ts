/*
 * What the UI knows of the engine, and what it asks of it. Events are gathered
 * and folded once a frame; components read through selectors.
 */
import { createStore } from 'zustand/vanilla';
import { type Backend, BackendError, type Delivery } from '@/backend/backend';
import type { Event } from '@/generated/Event';
import type { Mode } from '@/generated/Mode';
import type { Op } from '@/generated/Op';
import type { Receipt } from '@/generated/Receipt';
import { activityAfter, byConversation, IDLE, retryAfter } from './activity';
import { type Actions, type Loaded, NEW, type Session, type SessionState } from './state';
import { apply, fromSnapshot } from './transcript';

export * from './state';

/** Items asked for at once. */
const PAGE = 300;
/** Transcripts held besides the one shown. */
const HELD = 6;
const OUTPUT_PART = 1_000_000;
const DRAFTS = 'interpreter.drafts';

export function createSession(backend: Backend, storage: Storage = localStorage): Session {
  const store = createStore<SessionState>(() => ({
    connection: 'connecting',
    conversations: null,
    activity: {},
    current: null,
    loaded: {},
    openFailed: null,
    models: [],
    defaults: { model: null, mode: 'ask_every_time', profile: 'default', os: false },
    problems: [],
    wishes: {},
    drafts: readDrafts(storage),
    queued: {},
    edits: {},
    interrupted: {},
    refused: {},
    sending: false,
  }));
  const { getState: get, setState: set } = store;

  let arrived: Event[] = [];
  let flushing = false;
  /** Events that came before the ones they follow, by conversation. */
  const early = new Map<string, Event[]>();
  let leave: () => void = () => {};
  let opening = 0;

  const patch = <K extends 'queued' | 'edits' | 'interrupted' | 'refused' | 'drafts'>(
    key: K,
    id: string,
    value: SessionState[K][string] | undefined,
  ) => {
    const { [id]: _, ...rest } = get()[key];
    set({ [key]: value === undefined ? rest : { ...rest, [id]: value } } as Partial<SessionState>);
  };
  const currentKey = () => get().current ?? NEW;
  const refuse = (thrown: unknown) =>
    patch('refused', currentKey(), BackendError.from(thrown).failure);

  /** Does an op; a refusal is shown where the person is, never thrown. */
  const attempt = async (op: Op): Promise<Receipt | null> => {
    try {
      const receipt = await backend.submit(op);
      patch('refused', currentKey(), undefined);
      return receipt;
    } catch (thrown) {
      refuse(thrown);
      return null;
    }
  };

  // ---- events -------------------------------------------------------------

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
    const titles = new Map<string, string>();
    let unknown = false;
    for (const [id, group] of byConversation(events)) {
      for (const event of group) {
        const before = activity[id] ?? IDLE;
        if (event.seq !== 0 && event.seq <= before.seq) continue;
        const next = activityAfter(before, event);
        if (before.responding && !next.responding) ended.push(id);
        activity[id] = next;
        if (event.chunk.type === 'conversation' && event.chunk.role === 'server') {
          const { title } = (event.chunk.content ?? {}) as { title?: string };
          if (title) titles.set(id, title);
        }
      }
      const held = loaded[id];
      if (held) loaded[id] = advance(id, held, group);
      if (!state.conversations?.some((known) => known.id === id)) unknown = true;
    }
    const conversations =
      state.conversations?.map((known) => {
        const title = titles.get(known.id);
        return title && title !== known.title ? { ...known, title } : known;
      }) ?? null;
    set({ activity, loaded, conversations });
    if (unknown || ended.length > 0) refreshList();
    for (const id of ended) sendQueued(id);
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
    if (ready.length === 0) return held;
    const { retry: _, ...rest } = held;
    const retry = retryAfter(held.retry, ready);
    return { ...rest, transcript: apply(held.transcript, ready), ...(retry && { retry }) };
  };

  let listTimer: ReturnType<typeof setTimeout> | undefined;
  const refreshList = () => {
    clearTimeout(listTimer);
    listTimer = setTimeout(loadList, 60);
  };
  const loadList = async () => {
    try {
      const { conversations } = await backend.query({ query: 'conversations', limit: 500 });
      set({ conversations });
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

  const sendQueued = (id: string) => {
    const text = get().queued[id];
    if (text === undefined) return;
    patch('queued', id, undefined);
    void attempt({ op: 'submit', conversation: id, content: [part(text)] }).then((receipt) => {
      if (!receipt) giveBack(id, text);
    });
  };

  /** Puts text that was not sent back where the person wrote it. */
  const giveBack = (id: string, text: string) => {
    const draft = get().drafts[id];
    saveDraft(id, draft ? `${text}\n\n${draft}` : text);
  };

  const saveDraft = (id: string, text: string) => {
    patch('drafts', id, text === '' ? undefined : text);
    writeDrafts(storage, get().drafts);
  };

  // ---- opening ------------------------------------------------------------

  const follow = async (id: string): Promise<void> => {
    const mine = ++opening;
    try {
      const snapshot = await backend.query({ query: 'items', conversation: id, limit: PAGE });
      if (mine !== opening) return;
      leave();
      const fresh: Loaded = {
        transcript: fromSnapshot(snapshot),
        more: snapshot.more,
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

  const actions: Actions = {
    start() {
      const ends: (() => void)[] = [];
      let subscribed: () => void = () => {};
      const refresh = () => {
        void loadList();
        void loadDefaults();
        void actions.refreshModels();
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
      if (!id || !loaded || before === undefined) return;
      try {
        const page = await backend.query({ query: 'items', conversation: id, before, limit: PAGE });
        const now = get().loaded[id];
        if (!now || now.transcript.items[0]?.id !== before) return;
        const items = [...page.items, ...now.transcript.items];
        const transcript = { ...now.transcript, items };
        set({ loaded: { ...get().loaded, [id]: { ...now, transcript, more: page.more } } });
      } catch (thrown) {
        refuse(thrown);
      }
    },

    async send(text) {
      const id = get().current;
      if (id && get().loaded[id]?.transcript.responding) {
        const before = get().queued[id];
        patch('queued', id, before ? `${before}\n\n${text}` : text);
        saveDraft(id, '');
        return;
      }
      set({ sending: true });
      const key = id ?? NEW;
      saveDraft(key, '');
      const receipt = await attempt({
        op: 'submit',
        ...(id && { conversation: id }),
        content: [part(text)],
        ...(!id && Object.keys(get().wishes).length > 0 && { settings: { ...get().wishes } }),
      });
      set({ sending: false });
      if (!receipt) giveBack(key, text);
      else if (!id && receipt.conversation && get().current === null) {
        set({ wishes: {} });
        await actions.open(receipt.conversation);
      }
    },

    async stop() {
      const id = get().current;
      if (!id) return;
      actions.unqueue();
      await attempt({ op: 'stop', conversation: id });
    },

    async stopAndSend() {
      const id = get().current;
      if (id) await attempt({ op: 'stop', conversation: id });
    },

    async panic() {
      actions.unqueue();
      await attempt({ op: 'panic' });
    },

    async pause() {
      const id = get().current;
      if (id) await attempt({ op: 'pause', conversation: id });
    },

    async resume() {
      const id = get().current;
      if (id) await attempt({ op: 'resume', conversation: id });
    },

    unqueue() {
      const id = get().current;
      const text = id ? get().queued[id] : undefined;
      if (!id || text === undefined) return;
      patch('queued', id, undefined);
      giveBack(id, text);
    },

    async answer({ confirmation, digest, item }, decision) {
      const conversation = get().current;
      if (!conversation) return false;
      const done = await attempt({ op: 'answer', conversation, confirmation, digest, decision });
      if (done) patch('edits', item, undefined);
      return done !== null;
    },

    async input(request, text) {
      const conversation = get().current;
      if (!conversation) return false;
      const op: Op = { op: 'input', conversation, request, ...(text !== undefined && { text }) };
      return (await attempt(op)) !== null;
    },

    async interrupt(item) {
      const conversation = get().current;
      if (!conversation) return;
      patch('interrupted', item, Date.now());
      await attempt({ op: 'interrupt', conversation, item });
    },

    async choose(values) {
      const conversation = get().current;
      if (!conversation) {
        set({ wishes: { ...get().wishes, ...values } });
        return;
      }
      const scope = { scope: 'conversation', conversation } as const;
      await attempt({ op: 'configure', scope, values });
    },

    setDraft: (text) => saveDraft(currentKey(), text),
    setEdit: (item, code) => patch('edits', item, code ?? undefined),
    dismiss: () => patch('refused', currentKey(), undefined),

    async rename(conversation, title) {
      if (await attempt({ op: 'rename', conversation, title })) refreshList();
    },

    async remove(conversation) {
      if (!(await attempt({ op: 'delete', conversation }))) return;
      const { [conversation]: _, ...loaded } = get().loaded;
      const conversations = get().conversations?.filter(({ id }) => id !== conversation) ?? null;
      set({ loaded, conversations });
      if (get().current === conversation) await actions.open(null);
    },

    async search(text) {
      return (await backend.query({ query: 'search', text, limit: 40 })).hits;
    },

    async output(item) {
      const conversation = get().current;
      if (!conversation) return '';
      let text = '';
      for (let offset = 0; ; ) {
        const query = { query: 'output', conversation, item, offset, limit: OUTPUT_PART } as const;
        const part = await backend.query(query);
        text += part.text;
        if (part.next >= part.total || part.next <= offset || text.length >= 4 * OUTPUT_PART) break;
        offset = part.next;
      }
      return text;
    },

    async refreshModels() {
      try {
        set({ models: (await backend.query({ query: 'models' })).models });
      } catch {
        // A name can be typed all the same.
      }
    },

    blobUrl: (hash) => backend.blobUrl(hash),
  };
  return { store, actions, backend };
}

const part = (content: string) => ({ type: 'message', content });

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

/** Drops transcripts that were not shown for long. */
function held(loaded: Record<string, Loaded>, current: string): Record<string, Loaded> {
  const ids = Object.keys(loaded).filter((id) => id !== current);
  const kept = ids.slice(-HELD);
  return Object.fromEntries([...kept, current].map((id) => [id, loaded[id] as Loaded]));
}

function readDrafts(storage: Storage): Record<string, string> {
  try {
    return JSON.parse(storage.getItem(DRAFTS) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

function writeDrafts(storage: Storage, drafts: Readonly<Record<string, string>>): void {
  try {
    storage.setItem(DRAFTS, JSON.stringify(drafts));
  } catch {
    // A full or forbidden storage costs the draft at reload, nothing else.
  }
}
