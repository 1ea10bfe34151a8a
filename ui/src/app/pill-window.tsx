/* The pill in a window of its own: who has control, with Pause and Stop. */
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBackend } from '@/backend/choose';
import { PillWindow } from '@/features/screen/LivePill';
import { SessionProvider, useActions } from '@/session/context';
import { createSession } from '@/session/store';
import './app.css';
import './i18n';
import { followSystemTheme } from './theme';

followSystemTheme(document.documentElement);

/** Follows the conversation that has control, and no other. */
function Follow({ conversation }: { conversation: string }) {
  const { open } = useActions();
  useEffect(() => {
    void open(conversation);
    return () => void open(null);
  }, [open, conversation]);
  return <PillWindow />;
}

const root = document.getElementById('root');
// Named in the address; read before the token is taken out of it.
const conversation = new URLSearchParams(window.location.hash.slice(1)).get('conversation');
const backend = chooseBackend();
if (root && backend && conversation) {
  createRoot(root).render(
    <StrictMode>
      <SessionProvider session={createSession(backend)}>
        <Follow conversation={conversation} />
      </SessionProvider>
    </StrictMode>,
  );
}
