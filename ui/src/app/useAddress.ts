import { useEffect } from 'react';
import { useActions, useSession } from '@/session/context';

const PREFIX = '#/c/';

/** The shown conversation is in the address, so that a reload comes back to it. */
export function useAddress(): void {
  const { open } = useActions();
  const current = useSession((state) => state.current);
  useEffect(() => {
    const follow = () => {
      const { hash } = window.location;
      const id = hash.startsWith(PREFIX) ? decodeURIComponent(hash.slice(PREFIX.length)) : null;
      void open(id);
    };
    if (window.location.hash.startsWith(PREFIX)) follow();
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [open]);
  useEffect(() => {
    const wanted = current === null ? '' : PREFIX + encodeURIComponent(current);
    if (
      window.location.hash === wanted ||
      (wanted === '' && !window.location.hash.startsWith(PREFIX))
    ) {
      return;
    }
    history.replaceState(null, '', wanted || window.location.pathname + window.location.search);
  }, [current]);
}
