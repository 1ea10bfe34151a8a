import { useEffect } from 'react';
import type { Update } from '@/backend/shell';
import { useBackend } from '@/session/context';
import { useSettingsState } from '@/session/settings';
import { useFoundUpdate } from '@/session/updates';

const DAY = 24 * 60 * 60 * 1000;
/** How often the clock is read: a computer that slept must not look a day late. */
const TICK = 60 * 60 * 1000;

/**
 * Looks for an update at the start and once a day where the person said so, and only
 * there. What is found is told by a chip; nothing is fetched before they install it.
 */
export function useUpdates(): void {
  const { shell } = useBackend();
  const asked = useSettingsState(({ values }) => values.updates?.value === 'ask');
  useEffect(() => {
    if (!shell || !asked) return;
    let over = false;
    let last = Number.NEGATIVE_INFINITY;
    const take = ({ state, version }: Update) => {
      if (over || state === 'checking') return;
      const found = state === 'available' || state === 'loading' || state === 'ready';
      useFoundUpdate.setState({ version: found ? (version ?? '') : null });
    };
    const look = async () => {
      if (Date.now() - last < DAY) return;
      last = Date.now();
      const now = await shell.update();
      // To look again would forget what is under way.
      const busy = now.state === 'loading' || now.state === 'ready';
      take(busy || over ? now : await shell.checkForUpdate());
    };
    const tick = () =>
      void look().catch(() => {
        // The page of updates says what failed; tomorrow it is tried again.
      });
    tick();
    const timer = setInterval(tick, TICK);
    const end = shell.onEvent((event) => {
      if (event.event === 'update') take(event.update);
    });
    return () => {
      over = true;
      clearInterval(timer);
      end();
      useFoundUpdate.setState({ version: null });
    };
  }, [shell, asked]);
}
