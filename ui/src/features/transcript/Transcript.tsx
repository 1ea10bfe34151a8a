import { useCallback, useEffect, useMemo, useState } from 'react';
import { useSession } from '@/session/context';
import { shown } from '@/session/store';
import { type Arranged, arrange, NOTHING_ARRANGED } from '@/session/turns';
import { List } from './List';
import './transcript.css';

/** The conversation that is shown. */
export function Transcript() {
  const current = useSession((state) => state.current);
  const ready = useSession((state) => current !== null && state.loaded[current] !== undefined);
  // Another list for another conversation, and for one that is here now.
  return <Shown key={`${current} ${ready}`} conversation={current ?? ''} />;
}

function Shown({ conversation }: { conversation: string }) {
  const items = useSession((state) => shown(state).items);
  return <List conversation={conversation} turns={useArranged(items).turns} />;
}

/** The arranged items, with the work of the last time. */
function useArranged(items: Parameters<typeof arrange>[1]): Arranged {
  const [keep] = useState(() => ({ last: NOTHING_ARRANGED }));
  const now = useMemo(() => arrange(keep.last, items), [items, keep]);
  const store = useCallback(() => {
    keep.last = now;
  }, [keep, now]);
  useEffect(store, [store]);
  return now;
}
