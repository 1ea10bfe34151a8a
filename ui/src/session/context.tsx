import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { Backend } from '@/backend/backend';
import type { Actions, Session, SessionState } from './store';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

function useSessionObject(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SessionProvider is missing');
  return session;
}

/** A part of the state; give a selector whose result keeps its identity. */
export function useSession<T>(selector: (state: SessionState) => T): T {
  return useStore(useSessionObject().store, selector);
}

export function useActions(): Actions {
  return useSessionObject().actions;
}

/** For what looks at the state outside of drawing. */
export function useSessionStore(): Session['store'] {
  return useSessionObject().store;
}

/** The engine itself, for pages that ask it something of their own. */
export function useBackend(): Backend {
  return useSessionObject().backend;
}
