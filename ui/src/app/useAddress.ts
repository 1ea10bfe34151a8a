import { useEffect } from 'react';
import { useActions, useBackend, useSession, useSessionStore } from '@/session/context';
import { closePage, hashOf, openPage, pageOf } from '@/session/pages';
import { useView } from '@/session/view';

const CONVERSATION = '#/c/';

/**
 * The shown page and conversation are in the address, so that a reload and Back
 * come to them again. In the app, the shell may ask for a page too.
 */
export function useAddress(): void {
  const { open } = useActions();
  const store = useSessionStore();
  const { shell } = useBackend();
  const current = useSession((state) => state.current);
  const page = useView((view) => view.page);
  useEffect(() => {
    const follow = () => {
      const { hash } = window.location;
      const named = pageOf(hash);
      if (named !== null && hash !== '') {
        useView.setState({ page: named, row: null });
        return;
      }
      closePage();
      const id = hash.startsWith(CONVERSATION)
        ? decodeURIComponent(hash.slice(CONVERSATION.length))
        : null;
      if (id !== store.getState().current) void open(id);
    };
    if (window.location.hash.startsWith('#/')) follow();
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [open, store]);
  useEffect(() => {
    const chat = current === null ? '' : CONVERSATION + encodeURIComponent(current);
    const wanted = page === 'chat' ? chat : hashOf(page);
    const now = window.location.hash;
    if (now === wanted || (wanted === '' && !now.startsWith('#/'))) return;
    history.replaceState(null, '', wanted || window.location.pathname + window.location.search);
  }, [current, page]);
  useEffect(
    () =>
      shell?.onEvent((event) => {
        if (event.event !== 'go') return;
        const named = pageOf(event.to);
        if (named) openPage(named);
        else if (event.to === 'new' || event.to.startsWith('conversation/')) {
          closePage();
          void open(event.to === 'new' ? null : event.to.slice('conversation/'.length));
        }
      }),
    [shell, open],
  );
}
