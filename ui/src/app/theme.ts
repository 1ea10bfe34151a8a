/* Windows follow the preferences of the person; see `session/preferences`. */
import { applyPreferences } from '@/session/preferences';

/** For a window that asks the engine nothing itself: what was chosen last, or the system's choice. */
export function followSystemTheme(root: HTMLElement): () => void {
  return applyPreferences(root, null);
}
