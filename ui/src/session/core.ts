/* What the parts of a session share: the state, the engine, and how a refusal is kept. */
import type { StoreApi } from 'zustand/vanilla';
import { type Backend, BackendError } from '@/backend/backend';
import type { Op } from '@/generated/Op';
import type { Receipt } from '@/generated/Receipt';
import { NEW, type SessionState } from './state';

/** Parts of the state that are tables by conversation or item. */
export type Table = 'queued' | 'edits' | 'interrupted' | 'refused' | 'drafts' | 'attached';

export type Core = {
  backend: Backend;
  get: () => SessionState;
  set: (part: Partial<SessionState>) => void;
  /** Sets one row of a table, or removes it. */
  patch<K extends Table>(key: K, id: string, value: SessionState[K][string] | undefined): void;
  /** Of the conversation that is shown, or the one that is not made yet. */
  key(): string;
  /** Keeps what was refused, for the person to read. */
  refuse(thrown: unknown, key?: string): void;
  /** Does an op; a refusal is shown where the person is, never thrown. */
  attempt(op: Op): Promise<Receipt | null>;
};

export function makeCore(backend: Backend, store: StoreApi<SessionState>): Core {
  const { getState: get, setState: set } = store;
  const core: Core = {
    backend,
    get,
    set,
    patch(key, id, value) {
      const { [id]: _, ...rest } = get()[key];
      set({
        [key]: value === undefined ? rest : { ...rest, [id]: value },
      } as Partial<SessionState>);
    },
    key: () => get().current ?? NEW,
    refuse(thrown, key = core.key()) {
      core.patch('refused', key, BackendError.from(thrown).failure);
    },
    async attempt(op) {
      const key = core.key();
      try {
        const receipt = await backend.submit(op);
        if (get().refused[key]) core.patch('refused', key, undefined);
        return receipt;
      } catch (thrown) {
        core.refuse(thrown);
        return null;
      }
    },
  };
  return core;
}
