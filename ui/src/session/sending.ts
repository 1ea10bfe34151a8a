/* What the person writes: drafts, attachments, messages on their way, and those that wait. */
import type { UserPart } from '@/generated/UserPart';
import type { Core } from './core';
import { type Actions, type Attachment, NEW, type Queued } from './state';

const DRAFTS = 'interpreter.drafts';

export type Sending = Pick<
  Actions,
  | 'send'
  | 'stop'
  | 'stopAndSend'
  | 'panic'
  | 'unqueue'
  | 'dropQueued'
  | 'setDraft'
  | 'attach'
  | 'detach'
> & {
  /** A turn is over: what waited for it goes out. */
  sendQueued(id: string): void;
};

export function sending(core: Core, storage: Storage, open: Actions['open']): Sending {
  const { get, set, patch, attempt } = core;
  let made = 0;

  const saveDraft = (id: string, text: string) => {
    patch('drafts', id, text === '' ? undefined : text);
    writeDrafts(storage, get().drafts);
  };

  /** Puts what was not sent back where the person wrote it. */
  const giveBack = (id: string, text: string, attached: readonly Attachment[]) => {
    const draft = get().drafts[id];
    const both = [text, draft].filter((part) => part !== undefined && part !== '').join('\n\n');
    saveDraft(id, both);
    if (attached.length > 0) patch('attached', id, [...attached, ...(get().attached[id] ?? [])]);
  };

  const clear = (id: string) => {
    saveDraft(id, '');
    patch('attached', id, undefined);
  };

  const sending: Sending = {
    sendQueued(id) {
      const [first, ...rest] = get().queued[id] ?? [];
      if (!first) return;
      patch('queued', id, rest.length > 0 ? rest : undefined);
      const content = parts(first.text, first.attached);
      void attempt({ op: 'submit', conversation: id, content }).then((receipt) => {
        if (!receipt) giveBack(id, first.text, first.attached);
      });
    },

    async send(text) {
      const id = get().current;
      const key = id ?? NEW;
      const attached = get().attached[key] ?? [];
      if (id && get().loaded[id]?.transcript.responding) {
        const waits: Queued = { id: `queued${++made}`, text, attached };
        patch('queued', id, [...(get().queued[id] ?? []), waits]);
        clear(id);
        return;
      }
      set({ sending: true });
      clear(key);
      const receipt = await attempt({
        op: 'submit',
        ...(id && { conversation: id }),
        content: parts(text, attached),
        ...(!id && Object.keys(get().wishes).length > 0 && { settings: { ...get().wishes } }),
      });
      set({ sending: false });
      if (!receipt) giveBack(key, text, attached);
      else if (!id && receipt.conversation && get().current === null) {
        set({ wishes: {} });
        await open(receipt.conversation);
      }
    },

    async stop() {
      const id = get().current;
      if (!id) return;
      sending.unqueue();
      await attempt({ op: 'stop', conversation: id });
    },

    async stopAndSend() {
      const id = get().current;
      if (id) await attempt({ op: 'stop', conversation: id });
    },

    async panic() {
      sending.unqueue();
      await attempt({ op: 'panic' });
    },

    unqueue(queued) {
      const id = get().current;
      const all = (id && get().queued[id]) || [];
      if (!id || all.length === 0) return;
      const back = all.filter((one) => queued === undefined || one.id === queued);
      const rest = all.filter((one) => !back.includes(one));
      patch('queued', id, rest.length > 0 ? rest : undefined);
      giveBack(
        id,
        back.map(({ text }) => text).join('\n\n'),
        back.flatMap(({ attached }) => attached),
      );
    },

    dropQueued(queued) {
      const id = get().current;
      if (!id) return;
      const rest = (get().queued[id] ?? []).filter((one) => one.id !== queued);
      patch('queued', id, rest.length > 0 ? rest : undefined);
    },

    setDraft: (text) => saveDraft(core.key(), text),

    attach(fresh) {
      const key = core.key();
      const named = fresh.map((one) => ({ ...one, id: `attached${++made}` }));
      patch('attached', key, [...(get().attached[key] ?? []), ...named]);
    },

    detach(id) {
      const key = core.key();
      const rest = (get().attached[key] ?? []).filter((one) => one.id !== id);
      patch('attached', key, rest.length > 0 ? rest : undefined);
    },
  };
  return sending;
}

/** The parts of a message, in order. */
function parts(text: string, attached: readonly Attachment[]): UserPart[] {
  const said =
    text.trim() === '' && attached.length > 0 ? [] : [{ type: 'message', content: text }];
  return [...said, ...attached.map(({ part }) => part)];
}

export function readDrafts(storage: Storage): Record<string, string> {
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
