/*
 * Conversations as a collection: what is done with them besides talking, the search
 * over all of them, and finding in the one that is shown. What is open here belongs
 * to the window, not to a conversation.
 */
import { useMemo } from 'react';
import { create } from 'zustand';
import { BackendError } from '@/backend/backend';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { Costs } from '@/generated/Costs';
import type { ExportFormat } from '@/generated/ExportFormat';
import type { Op } from '@/generated/Op';
import type { Receipt } from '@/generated/Receipt';
import type { SearchHit } from '@/generated/SearchHit';
import { useActions, useBackend, useSessionStore } from './context';
import { byId, type Filters, found, NO_FILTERS } from './found';
import { goTo, unmark } from './jump';
import { merged, NEWEST } from './list';
import type { Session } from './state';
import { show } from './view';

export * from './found';

// ---- what was just done ----------------------------------------------------

/** A conversation that was deleted and can still be brought back. */
export type Gone = { id: string; title: string; shown: boolean };

/** Something that was done, or could not be; shown until the next, or until it is put away. */
export type Note =
  | { note: 'failed'; message: string; remedy?: string }
  | { note: 'saved'; path: string }
  | { note: 'restored'; title: string }
  | { note: 'archived'; id: string; title: string };

type History = {
  /** The last deleted is the last. */
  gone: readonly Gone[];
  note: Note | null;
  /** The title that is being edited, and where. */
  renaming: { id: string; where: 'list' | 'header' } | null;
  costs: Costs | null;
  /** The whole list was asked for, not only its newest part. */
  whole: boolean;
};

export const useHistory = create<History>(() => ({
  gone: [],
  note: null,
  renaming: null,
  costs: null,
  whole: false,
}));

export const say = (note: Note | null) => useHistory.setState({ note });
export const startRename = (id: string, where: 'list' | 'header') =>
  useHistory.setState({ renaming: { id, where } });
export const endRename = () => useHistory.setState({ renaming: null });

/** A deleted conversation can be brought back for this long, in milliseconds. */
export const UNDO_FOR = 10_000;

export type HistoryActions = ReturnType<typeof historyActions>;

export function historyActions({ backend, store, actions }: Session) {
  const fail = (thrown: unknown) => {
    const { message, remedy } = BackendError.from(thrown).failure;
    say({ note: 'failed', message, ...(remedy && { remedy }) });
  };
  const attempt = async (op: Op): Promise<Receipt | null> => {
    try {
      return await backend.submit(op);
    } catch (thrown) {
      fail(thrown);
      return null;
    }
  };
  const rows = () => store.getState().conversations ?? [];
  const setRows = (conversations: readonly ConversationSummary[]) =>
    store.setState({ conversations });
  const row = (id: string) => rows().find((known) => known.id === id);

  const refresh = async () => {
    try {
      const { conversations } = await backend.query({ query: 'conversations', limit: NEWEST });
      setRows(merged(store.getState().conversations, conversations, NEWEST));
    } catch {
      // The connection's state says it.
    }
  };

  const api = {
    /** Asks for the rest of the list, once. */
    async loadAll(): Promise<void> {
      if (useHistory.getState().whole || rows().length < NEWEST) return;
      useHistory.setState({ whole: true });
      try {
        setRows((await backend.query({ query: 'conversations' })).conversations);
      } catch {
        useHistory.setState({ whole: false });
      }
    },

    async arrange(id: string, values: { pinned?: boolean; archived?: boolean }): Promise<boolean> {
      const before = row(id);
      // Seen at once; taken back where it is refused.
      setRows(rows().map((known) => (known.id === id ? { ...known, ...values } : known)));
      if (await attempt({ op: 'arrange', conversation: id, ...values })) {
        if (values.archived) say({ note: 'archived', id, title: before?.title ?? '' });
        return true;
      }
      if (before) setRows(rows().map((known) => (known.id === id ? before : known)));
      return false;
    },

    /** A copy, whole or up to an item, which is then shown. */
    async duplicate(id: string, before?: string): Promise<string | null> {
      const op: Op = { op: 'duplicate', conversation: id, ...(before && { before }) };
      const made = (await attempt(op))?.conversation ?? null;
      if (made) {
        await actions.open(made);
        await refresh();
      }
      return made;
    },

    /** Deletes; for ten seconds it can be brought back. */
    async remove(id: string): Promise<boolean> {
      const title = row(id)?.title ?? '';
      if (!(await attempt({ op: 'delete', conversation: id }))) return false;
      const { [id]: _, ...loaded } = store.getState().loaded;
      const shown = store.getState().current === id;
      store.setState({ loaded, conversations: rows().filter((known) => known.id !== id) });
      say(null);
      useHistory.setState(({ gone }) => ({ gone: [...gone, { id, title, shown }] }));
      setTimeout(() => forget(id), UNDO_FOR);
      if (shown) await actions.open(null);
      return true;
    },

    /** Brings a deleted conversation back. */
    async restore(id: string): Promise<boolean> {
      const gone = useHistory.getState().gone.find((one) => one.id === id);
      if (!(await attempt({ op: 'restore', conversation: id }))) return false;
      forget(id);
      await refresh();
      if (gone) say({ note: 'restored', title: gone.title });
      if (gone?.shown && store.getState().current === null) await actions.open(id);
      return true;
    },

    /** Saves it where the person says; in a browser, with the downloads. */
    async save(id: string, format: ExportFormat, screenshots: boolean): Promise<void> {
      try {
        const file = await backend.query({
          query: 'export',
          conversation: id,
          format,
          screenshots,
        });
        if (backend.shell) {
          const path = await backend.shell.save(file.name, file.text);
          if (path !== null) say({ note: 'saved', path });
          return;
        }
        download(file.name, file.media_type, file.text);
        say({ note: 'saved', path: file.name });
      } catch (thrown) {
        fail(thrown);
      }
    },

    /** Makes a conversation of a file the person picks, and shows it. */
    async importFile(): Promise<void> {
      try {
        const file = await pick('.json');
        if (!file) return;
        const receipt = await backend.submit({
          op: 'import',
          name: file.name,
          content: file.text,
        });
        await refresh();
        if (receipt.conversation) await actions.open(receipt.conversation);
      } catch (thrown) {
        fail(thrown);
      }
    },

    async loadCosts(): Promise<void> {
      try {
        const { answer: _, ...costs } = await backend.query({ query: 'costs' });
        useHistory.setState({ costs });
      } catch {
        // The chip then shows the conversation alone.
      }
    },

    /** Asks for hits of a text; an answer that comes late never replaces a newer one. */
    search(text: string): void {
      useSearch.setState({ text, at: 0, match: 0 });
      const mine = ++searches;
      const wanted = text.trim();
      if (wanted === '') {
        useSearch.setState({ hits: null, answered: '', failed: null });
        return;
      }
      clearTimeout(restTimer);
      // At once, without waiting for the next key: an answer takes less time than a pause.
      // As many as are seen first; the rest when the typing rests.
      backend.query({ query: 'search', text: wanted, limit: FIRST }).then(
        ({ hits }) => {
          if (mine !== searches) return;
          useSearch.setState({ hits, answered: wanted, failed: null });
          if (hits.length >= FIRST) {
            restTimer = setTimeout(() => void api.searchRest(wanted, mine), PAUSE);
          }
        },
        (thrown) => {
          if (mine !== searches) return;
          const { message } = BackendError.from(thrown).failure;
          useSearch.setState({ hits: [], answered: wanted, failed: message });
        },
      );
    },

    /** Asks for all hits; what is chosen stays chosen among them. */
    async searchRest(text: string, mine: number): Promise<void> {
      try {
        const { hits } = await backend.query({ query: 'search', text, limit: MOST });
        if (mine !== searches) return;
        const { at, filters, hits: first } = useSearch.getState();
        const known = byId(store.getState().conversations);
        const now = Date.now();
        const chosen = at > 0 && found(first ?? [], known, filters, now)[at]?.id;
        const again = chosen
          ? found(hits, known, filters, now).findIndex(({ id }) => id === chosen)
          : -1;
        useSearch.setState({ hits, ...(again >= 0 && { at: again }) });
      } catch {
        // The first ones are there.
      }
    },

    /** Leaves the search; the conversation that was shown before comes back. */
    async leaveSearch(): Promise<void> {
      const { origin, open } = useSearch.getState();
      closeSearch();
      if (open && origin !== store.getState().current) await actions.open(origin);
    },

    /** Finds a text in the conversation that is shown. */
    find(text: string): void {
      const { current } = store.getState();
      const mine = ++finds;
      clearTimeout(findTimer);
      useFind.setState({ text, at: 0 });
      if (text === '' || !current) {
        unmark();
        useFind.setState({ hits: null });
        return;
      }
      findTimer = setTimeout(() => {
        backend.query({ query: 'find', conversation: current, text }).then(
          ({ hits }) => {
            if (mine !== finds || !useFind.getState().open) return;
            const places = hits.map(({ item, index }) => ({ item, index, text }));
            useFind.setState({ hits: places, at: 0 });
            if (places.length === 0) unmark();
            visit();
          },
          (thrown) => {
            if (mine !== finds) return;
            useFind.setState({ hits: [] });
            fail(thrown);
          },
        );
      }, PAUSE);
    },
  };
  return api;
}

function forget(id: string): void {
  useHistory.setState(({ gone }) => ({ gone: gone.filter((one) => one.id !== id) }));
}

/** What is done with conversations, for components. */
export function useHistoryActions(): HistoryActions {
  const backend = useBackend();
  const store = useSessionStore();
  const actions = useActions();
  return useMemo(() => historyActions({ backend, store, actions }), [backend, store, actions]);
}

// ---- the search over all ---------------------------------------------------

/** Finding, and the rest of a search, wait this long after a key, in milliseconds. */
const PAUSE = 150;
/** Hits asked for: those that are seen first, and all. */
const FIRST = 40;
const MOST = 300;
let searches = 0;
let restTimer: ReturnType<typeof setTimeout> | undefined;

type Search = {
  /** The page of all conversations and hits lies in the place of the conversation. */
  open: boolean;
  text: string;
  filters: Filters;
  /** Null: nothing was asked. */
  hits: readonly SearchHit[] | null;
  /** The text these are the hits of. */
  answered: string;
  failed: string | null;
  /** The conversation that is chosen, by its place in the list. */
  at: number;
  /** Its hit that is chosen. */
  match: number;
  /** What was shown before. */
  origin: string | null;
};

export const useSearch = create<Search>(() => ({
  open: false,
  text: '',
  filters: NO_FILTERS,
  hits: null,
  answered: '',
  failed: null,
  at: 0,
  match: 0,
  origin: null,
}));

/** Shows the page; what is shown now comes back when it is left. */
export function openSearch(origin: string | null): void {
  if (useSearch.getState().open) return;
  closeFind();
  useSearch.setState({ open: true, origin });
}

/** Puts the page away, and stays at what is shown. */
export function closeSearch(): void {
  searches += 1;
  clearTimeout(restTimer);
  useSearch.setState({
    open: false,
    text: '',
    filters: NO_FILTERS,
    hits: null,
    answered: '',
    failed: null,
    at: 0,
    match: 0,
    origin: null,
  });
  unmark();
}

// ---- finding in the conversation that is shown -----------------------------

let finds = 0;
let findTimer: ReturnType<typeof setTimeout> | undefined;

type FindPlace = { item: string; index: number; text: string };
type Find = {
  open: boolean;
  text: string;
  /** Null: nothing was asked. */
  hits: readonly FindPlace[] | null;
  at: number;
  /** Rises when the field shall have the focus. */
  focus: number;
};

export const useFind = create<Find>(() => ({
  open: false,
  text: '',
  hits: null,
  at: 0,
  focus: 0,
}));

/** Opens the bar, or comes back to it. */
export function openFind(): void {
  useFind.setState(({ focus }) => ({ open: true, focus: focus + 1 }));
}

/** Opens the bar on what a search found, at one of its places. */
export function openFound(text: string, hits: readonly FindPlace[], at: number): void {
  finds += 1;
  useFind.setState({ open: true, text, hits, at });
}

export function closeFind(): void {
  finds += 1;
  clearTimeout(findTimer);
  useFind.setState({ open: false, text: '', hits: null, at: 0 });
  unmark();
}

/** Shows the hit that is chosen. */
export function visit(): void {
  const { hits, at } = useFind.getState();
  const place = hits?.[at];
  if (place) goTo(place.item, place.index, place.text);
}

/** To the next hit or the one before, round at the ends; says whether there is one. */
export function step(by: 1 | -1): boolean {
  const search = useSearch.getState();
  if (search.open) {
    useSearch.setState({ match: search.match + by });
    return true;
  }
  const { open, hits, at } = useFind.getState();
  if (!open || !hits || hits.length === 0) return false;
  useFind.setState({ at: (at + by + hits.length) % hits.length });
  visit();
  return true;
}

// ---- files in a browser ----------------------------------------------------

function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function pick(accept: string): Promise<{ name: string; text: string } | null> {
  return new Promise((resolve, reject) => {
    const field = document.createElement('input');
    field.type = 'file';
    field.accept = accept;
    field.oncancel = () => resolve(null);
    field.onchange = () => {
      const file = field.files?.[0];
      if (!file) resolve(null);
      else file.text().then((text) => resolve({ name: file.name, text }), reject);
    };
    field.click();
  });
}

/** Shows the search with its field ready, wherever that is in this window. */
export function toSearch(current: string | null): void {
  openSearch(current);
  show({ drawer: false, page: 'chat' });
  const focus = () => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('[data-search]')];
    const field = fields.find((one) => one.offsetParent !== null) ?? fields[0];
    field?.focus();
    field?.select();
  };
  requestAnimationFrame(() => requestAnimationFrame(focus));
}
