import { Channel, invoke } from '@tauri-apps/api/core';
import type { Event } from '@/generated/Event';
import { type Backend, BackendError, type Connection, type Delivery } from './backend';
import { tauriShell, tellPainted } from './shell-tauri';

/** What the shell's channel carries. */
type Frame = { event: Event } | { lagged: unknown };

/** The engine in the same process, through the shell's IPC. */
export function tauriBackend(): Backend {
  const call = <T>(command: string, args: Record<string, unknown>): Promise<T> =>
    invoke<T>(command, args).catch((thrown) => {
      throw BackendError.from(thrown);
    });
  const pictures = new Map<string, Promise<string>>();

  tellPainted();
  const backend: Backend = {
    shell: tauriShell(),
    submit: (op) => call('submit', { op }),
    query: (query) => call('query', { query }),
    subscribe(subscribe, onDelivery) {
      const channel = new Channel<Frame>();
      let open = true;
      channel.onmessage = (frame) => {
        if (!open) return;
        const delivery: Delivery = 'event' in frame ? frame : { lagged: true };
        onDelivery(delivery);
      };
      const opened = call<number>('subscribe', { subscribe, channel });
      opened.catch(() => open && onDelivery({ lagged: true }));
      return () => {
        open = false;
        opened.then((id) => call('unsubscribe', { id })).catch(() => {});
      };
    },
    blobUrl(hash) {
      // Named by content, so an address never goes stale. An object URL and not
      // a scheme of the shell's own: `blob:` is the web view's in every system.
      let url = pictures.get(hash);
      if (!url) {
        url = backend.query({ query: 'blob', hash }).then(({ media_type, base64 }) => {
          const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          return URL.createObjectURL(new Blob([bytes], { type: media_type }));
        });
        url.catch(() => pictures.delete(hash));
        pictures.set(hash, url);
      }
      return url;
    },
    onConnection(listener: (connection: Connection) => void) {
      listener('open');
      return () => {};
    },
  };
  return backend;
}

/** Whether the page runs inside the shell. */
export const inShell = (): boolean => '__TAURI_INTERNALS__' in window;
