/*
 * What only the desktop app can do, besides the three verbs. In a browser there
 * is no shell, and the page says so where it would have used it.
 */

/** A change of something the shell holds. */
export type ShellEvent =
  /** Another program or the tray asks for a page: `settings/models`, `conversation/ID`, `new`. */
  | { event: 'go'; to: string }
  /** The hotkey was pressed; the popup's page asks for the selection now. */
  | { event: 'summoned' }
  /** Files were dropped on the window. */
  | { event: 'dropped'; paths: string[] }
  /** The state of an update. */
  | { event: 'update'; update: Update };

/** Where an update stands. */
export type Update = {
  state: 'none' | 'checking' | 'available' | 'loading' | 'ready' | 'failed' | 'unavailable';
  version?: string;
  notes?: string;
  /** Why there is none, or what failed, in words. */
  detail?: string;
};

/** A hotkey of the whole system. */
export type Hotkey = {
  /** What it does. */
  action: 'summon' | 'toggle_window' | 'panic';
  /** The chord, `Ctrl+Shift+Space`; null: none. */
  chord: string | null;
  /** It was registered; otherwise why not, in words. */
  works: boolean;
  problem?: string;
};

/** Which folder to show in the system's file manager. */
export type Folder = 'data' | 'config' | 'logs';

export interface Shell {
  /** Shows the main window, at a page if one is given (see `go`). */
  showMain(to?: string): Promise<void>;
  /** Hides the popup, and gives the focus back to the app it was in. */
  hidePopup(): Promise<void>;
  /** Makes the popup this high, in CSS pixels; its width never changes. */
  resizePopup(height: number): Promise<void>;
  /** Asks where to save, and saves; gives the path, or null when the person changed their mind. */
  save(name: string, content: string | Blob): Promise<string | null>;
  /** Asks for files to attach; their paths. */
  pickFiles(): Promise<string[]>;
  openFolder(folder: Folder): Promise<void>;
  hotkeys(): Promise<Hotkey[]>;
  /** Registers another chord, or none; the answer says whether it works. */
  setHotkey(action: Hotkey['action'], chord: string | null): Promise<Hotkey>;
  autostart(): Promise<boolean>;
  setAutostart(on: boolean): Promise<void>;
  update(): Promise<Update>;
  checkForUpdate(): Promise<Update>;
  installUpdate(): Promise<void>;
  /** Starts the app again with the safe graphics setting, or without it. */
  restart(safeGraphics: boolean): Promise<void>;
  onEvent(listener: (event: ShellEvent) => void): () => void;
}
