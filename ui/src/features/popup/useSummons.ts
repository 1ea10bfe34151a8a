import { useCallback, useEffect, useRef, useState } from 'react';
import type { LocalServer } from '@/generated/LocalServer';
import type { Selection } from '@/generated/Selection';
import { useBackend } from '@/session/context';
import { setPreferences, valuesOf } from '@/session/preferences';
import { type Chosen, chosenModel, type Known, wantsServers } from './model';

/** What the popup was opened over. */
export type Summons = { round: number; selection: Selection };

/** What is known besides; absent while it is being asked for. */
export type Surroundings = { settings: Known['settings']; model: Chosen };

/**
 * Asks for the selection each time the hotkey was pressed. A hidden popup holds
 * nothing and asks for nothing.
 */
export function useSummons() {
  const backend = useBackend();
  const [summons, setSummons] = useState<Summons | null>(null);
  const [around, setAround] = useState<Surroundings | null>(null);
  const round = useRef(0);

  const forget = useCallback(() => {
    round.current += 1;
    setSummons(null);
  }, []);

  useEffect(() => {
    const look = async () => {
      const mine = ++round.current;
      const now = () => mine === round.current;
      const known = readKnown();
      // What goes wrong there is said in the place of the model.
      known.catch(() => {});
      try {
        const { selection } = await backend.query({ query: 'selection' });
        if (!now()) return;
        setSummons(selection ? { round: mine, selection } : null);
        if (!selection) return;
      } catch {
        if (now()) setSummons(null);
        return;
      }
      const found = await known.catch(() => null);
      if (!found || !now()) return;
      setAround({ settings: found.settings, model: chosenModel(found) });
      if (!wantsServers(found)) return;
      const servers = await localServers();
      if (now()) setAround({ settings: found.settings, model: chosenModel({ ...found, servers }) });
    };
    const readKnown = async (): Promise<Known> => {
      const [settings, models, providers] = await Promise.all([
        backend.query({ query: 'settings' }),
        backend.query({ query: 'models' }),
        backend.query({ query: 'providers' }),
      ]);
      const values = valuesOf(settings.settings);
      setPreferences(values);
      return {
        settings: values,
        models: models.models,
        providers: providers.providers,
        servers: [],
      };
    };
    const localServers = async (): Promise<LocalServer[]> => {
      try {
        return (await backend.query({ query: 'local_servers' })).servers;
      } catch {
        return [];
      }
    };
    const hidden = () => {
      if (document.hidden) forget();
    };
    const leave = backend.shell?.onEvent((event) => {
      if (event.event === 'summoned') void look();
    });
    document.addEventListener('visibilitychange', hidden);
    void look();
    return () => {
      round.current += 1;
      leave?.();
      document.removeEventListener('visibilitychange', hidden);
    };
  }, [backend, forget]);

  return { summons, around, forget };
}
