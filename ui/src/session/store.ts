/*
 * What the UI knows of the engine, and what it asks of it. Events are gathered
 * and folded once a frame; components read through selectors. The parts:
 * `following` reads, `sending` writes messages, `messages` does the rest in them.
 */
import { createStore } from 'zustand/vanilla';
import type { Backend } from '@/backend/backend';
import { makeCore } from './core';
import { following } from './following';
import { messages } from './messages';
import { readDrafts, sending } from './sending';
import type { Actions, Session, SessionState } from './state';

export * from './state';

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
    attached: {},
    queued: {},
    edits: {},
    interrupted: {},
    refused: {},
    sending: false,
  }));
  const core = makeCore(backend, store);
  const { get, set, patch, attempt } = core;
  const { refreshList, ...followed } = following(core, (id) => sendQueued(id));
  const { sendQueued, ...sent } = sending(core, storage, followed.open);

  const actions: Actions = {
    ...followed,
    ...sent,
    ...messages(core, followed.open),

    async pause() {
      const id = get().current;
      if (id) await attempt({ op: 'pause', conversation: id });
    },

    async resume() {
      const id = get().current;
      if (id) await attempt({ op: 'resume', conversation: id });
    },

    async replay(conversation, numbers) {
      const receipt = await attempt({ op: 'replay', conversation, numbers: [...numbers] });
      if (receipt?.conversation) await actions.open(receipt.conversation);
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

    setEdit: (item, code) => patch('edits', item, code ?? undefined),
    dismiss: () => patch('refused', core.key(), undefined),

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

    blobUrl: (hash) => backend.blobUrl(hash),
  };
  return { store, actions, backend };
}
