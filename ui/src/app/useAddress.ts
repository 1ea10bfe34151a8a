import { useCallback, useEffect } from 'react';
import { useActions, useBackend, useSession, useSessionStore } from '@/session/context';
import { closePage, hashOf, openPage, pageOf } from '@/session/pages';
import { NEW } from '@/session/store';
import { useView } from '@/session/view';

const CONVERSATION = '#/c/';

/** The text an address puts into the message field: `new?text=…`. */
function draftIn(path: string): string | null {
  const [where, words] = path.replace(/^#?\/?/, '').split('?', 2);
  return where === 'new' ? new URLSearchParams(words).get('text') : null;
}

/**
 * The shown page and conversation are in the address, so that a reload and Back
 * come to them again. In the app, the shell may ask for a page too.
 */
export function useAddress(): void {
  const { open, setDraft } = useActions();
  const store = useSessionStore();
  const { shell } = useBackend();
  const current = useSession((state) => state.current);
  const page = useView((view) => view.page);
  /** Sends nothing, and takes nothing away that was written. */
  const fill = useCallback(
    (path: string) => {
      const words = draftIn(path);
      const written = store.getState().drafts[NEW] ?? '';
      if (words && !written.includes(words))
        setDraft([written, words].filter(Boolean).join('\n\n'));
    },
    [setDraft, store],
  );
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
      fill(hash);
    };
    if (window.location.hash.startsWith('#/')) follow();
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [open, store, fill]);
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
        else if (/^new(\?|$)/.test(event.to)) {
          closePage();
          void open(null).then(() => fill(event.to));
        } else if (event.to.startsWith('conversation/')) {
          closePage();
          void open(event.to.slice('conversation/'.length));
        }
      }),
    [shell, open, fill],
  );
}
