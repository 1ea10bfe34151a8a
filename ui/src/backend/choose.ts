import type { Backend } from './backend';
import { inShell, tauriBackend } from './tauri';
import { takeToken, webSocketBackend } from './websocket';

/** The backend this page was opened for; none where a server's page has no token. */
export function chooseBackend(): Backend | null {
  if (inShell()) return tauriBackend();
  const token = takeToken(window.location, window.sessionStorage, window.history);
  return token ? webSocketBackend(window.location.origin, token) : null;
}
