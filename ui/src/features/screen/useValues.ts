import { useEffect, useState } from 'react';
import { useBackend, useSession } from '@/session/context';
import { valuesOf } from '@/session/preferences';

export type Values = Readonly<Record<string, unknown>>;

/** The settings of the conversation that is shown; absent until they are told. */
export function useValues(wanted = true): Values | undefined {
  const backend = useBackend();
  const conversation = useSession((state) => state.current);
  const [values, setValues] = useState<Values>();
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    backend.query({ query: 'settings', ...(conversation && { conversation }) }).then(
      ({ settings }) => current && setValues(valuesOf(settings)),
      () => {
        // What is not known is not said.
      },
    );
    return () => {
      current = false;
    };
  }, [backend, conversation, wanted]);
  return values;
}
