import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { BackendError } from './backend';
import type { Hotkey, Shell, ShellEvent, Update } from './shell';

/** The event the shell sends; its payload is a `ShellEvent`. */
const EVENT = 'interpreter:shell';

/** What only the desktop app can do, by its commands. */
export function tauriShell(): Shell {
  const call = <T>(command: string, args: Record<string, unknown> = {}): Promise<T> =>
    invoke<T>(command, args).catch((thrown) => {
      throw BackendError.from(thrown);
    });
  return {
    showMain: (to) => call('show_main', { to }),
    hidePopup: () => call('hide_popup'),
    resizePopup: (height) => call('resize_popup', { height }),
    async save(name, content) {
      const bytes = new Uint8Array(await new Blob([content]).arrayBuffer());
      try {
        return await invoke<string | null>('save', bytes, {
          headers: { name: encodeURIComponent(name) },
        });
      } catch (thrown) {
        throw BackendError.from(thrown);
      }
    },
    pickFiles: () => call<string[]>('pick_files'),
    openFolder: (folder) => call('open_folder', { folder }),
    hotkeys: () => call<Hotkey[]>('hotkeys'),
    setHotkey: (action, chord) => call<Hotkey>('set_hotkey', { action, chord }),
    autostart: () => call<boolean>('autostart'),
    setAutostart: (on) => call('set_autostart', { on }),
    update: () => call<Update>('update'),
    checkForUpdate: () => call<Update>('check_for_update'),
    installUpdate: () => call('install_update'),
    restart: (safeGraphics) => call('restart', { safeGraphics }),
    onEvent(listener) {
      const ends = [
        listen<ShellEvent>(EVENT, ({ payload }) => listener(payload)),
        getCurrentWebview().onDragDropEvent(({ payload }) => {
          if (payload.type === 'drop') listener({ event: 'dropped', paths: payload.paths });
        }),
      ];
      return () => {
        for (const end of ends) void end.then((stop) => stop());
      };
    },
  };
}

/** Tells the shell once that something was painted: two frames after the first is asked for. */
export function tellPainted(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      invoke('painted').catch(() => {
        // Only the check for broken graphics drivers wanted to know.
      });
    }),
  );
}
