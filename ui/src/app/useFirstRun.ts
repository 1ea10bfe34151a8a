import { useEffect, useRef } from 'react';
import { useBackend, useSession } from '@/session/context';
import { openPage } from '@/session/pages';
import { loadSettings, useSettingsState } from '@/session/settings';
import { useView } from '@/session/view';

/**
 * Opens the first run once, where nobody has been here: it was never done or skipped,
 * nothing is connected, and no conversation exists.
 */
export function useFirstRun(): void {
  const backend = useBackend();
  const asked = useRef(false);
  const untouched = useSession(
    ({ conversations, current, models }) =>
      conversations?.length === 0 &&
      current === null &&
      models.length > 0 &&
      !models.some(({ name, ready }) => ready && !name.startsWith('builtin/')),
  );
  useEffect(() => {
    if (!untouched || asked.current) return;
    asked.current = true;
    loadSettings(backend).then(
      () => {
        const first = useSettingsState.getState().values.first_run?.value === true;
        if (first && useView.getState().page === 'chat') openPage('start');
      },
      () => {
        // It can be opened from the settings.
      },
    );
  }, [backend, untouched]);
}
