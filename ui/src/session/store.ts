/*
 * What the UI knows of the engine, and what it asks of it. Events are gathered
 * and folded once a frame; components read through selectors.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Backend, BackendError, type Connection, type Delivery } from '@/backend/backend';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { Decision } from '@/generated/Decision';
import type { Error as Failure } from '@/generated/Error';
import type { Event } from '@/generated/Event';
import type { Mode } from '@/generated/Mode';
import type { ModelSummary } from '@/generated/ModelSummary';
import type { Op } from '@/generated/Op';
import type { Pending } from '@/generated/Pending';
import type { Receipt } from '@/generated/Receipt';
import type { SearchHit } from '@/generated/SearchHit';
import { apply, EMPTY, fromSnapshot, type Transcript } from './transcript';

/** Waiting to try a model again. */
export type Retry = { at: number; attempt: number; reason: string };

/** A conversation whose transcript is held. */
export type Loaded = {
  transcript: Transcript;
  /** Older items are not here yet. */
  more: boolean;
  readOnly?: Failure;
  retry?: Retry;
};

/** What the list shows of a conversation besides its title. */
export type Activity = { seq: number; responding: boolean; waiting: boolean; live: boolean };

/** Values that hold for a conversation, or will for a new one. */
export type Choices = { model: string | null; mode: Mode; profile: string; os: boolean };

/** Key of what belongs to a conversation that does not exist yet. */
export const NEW = '';

export type SessionState = {
  connection: Connection;
  conversations: readonly ConversationSummary[] | null;
  activity: Readonly<Record<string, Activity>>;
  /** The conversation shown; null: a new one. */
  current: string | null;
  loaded: Readonly<Record<string, Loaded>>;
  /** Why the shown conversation could not be opened. */
  openFailed: Failure | null;
  models: readonly ModelSummary[];
  defaults: Choices;
  /** Settings that could not be read. */
  problems: readonly Failure[];
  /** What was chosen for the next new conversation. */
  wishes: Partial<Omit<Choices, 'profile'>>;
  /** Text in the composer, by conversation. */
  drafts: Readonly<Record<string, string>>;
  /** Sent while a turn is under way; goes out when it ends. */
  queued: Readonly<Record<string, string>>;
  /** Code changed by the person and not run yet, by item. */
  edits: Readonly<Record<string, string>>;
  /** When Interrupt was asked for, by item, in milliseconds of the clock. */
  interrupted: Readonly<Record<string, number>>;
  /** What was refused last, by conversation. */
  refused: Readonly<Record<string, Failure>>;
  /** A message is on its way to the engine. */
  sending: boolean;
};

export type Actions = {
  start(): () => void;
  open(id: string | null): Promise<void>;
  showEarlier(): Promise<void>;
  send(text: string): Promise<void>;
  stop(): Promise<void>;
  /** Ends the turn; what is queued goes out as soon as it is over. */
  stopAndSend(): Promise<void>;
  panic(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  unqueue(): void;
  answer(pending: Pending, decision: Decision): Promise<boolean>;
  input(request: string, text: string | undefined): Promise<boolean>;
  interrupt(item: string): Promise<void>;
  choose(values: Partial<Omit<Choices, 'profile'>>): Promise<void>;
  setDraft(text: string): void;
  setEdit(item: string, code: string | null): void;
  dismiss(): void;
  rename(id: string, title: string): Promise<void>;
  remove(id: string): Promise<void>;
  search(text: string): Promise<readonly SearchHit[]>;
  output(item: string): Promise<string>;
  refreshModels(): Promise<void>;
  blobUrl(hash: string): Promise<string>;
};

export type Session = { store: StoreApi<SessionState>; actions: Actions };

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
  return { store, actions };
}

const IDLE: Activity = { seq: 0, responding: false, waiting: false, live: false };
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

function byConversation(events: readonly Event[]): Map<string, Event[]> {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    const group = groups.get(event.conversation);
    if (group) group.push(event);
    else groups.set(event.conversation, [event]);
  }
  return groups;
}

function activityAfter(before: Activity, { seq, chunk }: Event): Activity {
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
    if (chunk.type === 'status' && chunk.content === 'complete') {
      next.responding = false;
      next.waiting = false;
      next.live = false;
    }
  }
  return next;
}

/** The countdown holds until the model says something, or the turn fails or ends. */
function retryAfter(before: Retry | undefined, events: readonly Event[]): Retry | undefined {
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

/** The transcript that is shown; an empty one for a new conversation. */
export function shown(state: SessionState): Transcript {
  return (state.current && state.loaded[state.current]?.transcript) || EMPTY;
}

/** What holds for the conversation that is shown. */
export function choices(state: SessionState): Choices {
  const { current, loaded, defaults, wishes } = state;
  const meta = current ? loaded[current]?.transcript.meta : undefined;
  if (!meta) {
    const chosen = { ...defaults, ...wishes };
    return { ...chosen, model: chosen.model ?? onlyModel(state) };
  }
  return {
    model: meta.model || defaults.model || onlyModel(state),
    mode: meta.mode,
    profile: meta.profile || defaults.profile,
    os: meta.os,
  };
}

/** What is taken where none is named, as far as it can be told: the only one that is ready. */
function onlyModel({ models }: SessionState): string | null {
  const ready = models.filter((model) => model.ready);
  return ready.length === 1 ? (ready[0]?.name ?? null) : null;
}
