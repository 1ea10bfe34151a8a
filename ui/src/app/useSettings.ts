import { useEffect } from 'react';
import { useBackend, useSessionStore } from '@/session/context';
import { loadSettings, useSettingsState } from '@/session/settings';

/**
 * Keeps the settings at hand: read when the engine can be reached, and again when a
 * person comes back to the window. What they say of new conversations holds at once.
 */
export function useSettings(): void {
  const backend = useBackend();
  const store = useSessionStore();
  const values = useSettingsState((state) => state.values);
  useEffect(() => {
    const read = () => {
      loadSettings(backend).catch(() => {
        // The connection's state says it.
      });
    };
    const end = backend.onConnection((connection) => {
      if (connection === 'open') read();
    });
    window.addEventListener('focus', read);
    return () => {
      end();
      window.removeEventListener('focus', read);
    };
  }, [backend]);
  useEffect(() => {
    if (!values.mode) return;
    const text = (key: string) => {
      const value = values[key]?.value;
      return typeof value === 'string' && value !== '' ? value : null;
    };
    store.setState(({ defaults }) => ({
      defaults: {
        ...defaults,
        model: text('model'),
        mode: (text('mode') as typeof defaults.mode | null) ?? defaults.mode,
        profile: text('profile') ?? defaults.profile,
      },
    }));
  }, [store, values]);
}
