import { useEffect, useMemo, useState } from 'react';
import type { Costs } from '@/generated/Costs';
import { useBackend, useSession } from '@/session/context';
import { choices, NEW, shown } from '@/session/store';
import { type Estimate, estimate, leftOf, tokensOf } from './estimate';

type Known = { costs: Costs | null; limit: number | null };

/** The estimate for what stands in the field, where it is worth a word. */
export function useEstimate(): Estimate | null {
  const backend = useBackend();
  const key = useSession((state) => state.current ?? NEW);
  const items = useSession((state) => shown(state).items);
  const usage = useSession((state) => shown(state).usage);
  const spent = useSession((state) => shown(state).meta.cost);
  const responding = useSession((state) => shown(state).responding);
  const text = useSession((state) => state.drafts[key] ?? '');
  const attached = useSession((state) => state.attached[key]);
  const local = useSession((state) => {
    const { model } = choices(state);
    return (
      model?.startsWith('builtin/') === true ||
      state.models.some(({ name, local: here }) => name === model && here)
    );
  });
  const written = text !== '' || attached !== undefined;
  const [known, setKnown] = useState<Known>({ costs: null, limit: null });

  // Asked once for each message that is begun, not at each key.
  useEffect(() => {
    if (!written || responding || local) return;
    let seen = true;
    const conversation = key === NEW ? {} : { conversation: key };
    Promise.all([
      backend.query({ query: 'costs' }).catch(() => null),
      backend.query({ query: 'settings', ...conversation }).catch(() => null),
    ]).then(([costs, settings]) => {
      const value = settings?.settings.find((one) => one.key === 'max_budget')?.value;
      if (seen) setKnown({ costs, limit: typeof value === 'number' ? value : null });
    });
    return () => {
      seen = false;
    };
  }, [backend, key, written, responding, local]);

  const past = useMemo(
    () => (written && !responding ? tokensOf(items) : 0),
    [items, written, responding],
  );
  if (!written || responding) return null;
  return estimate(
    past,
    text,
    attached ?? [],
    usage,
    leftOf(known.costs, known.limit, spent),
    local,
  );
}
