/* The pill in a window of its own: who has control, with Pause and Stop. */
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBackend } from '@/backend/choose';
import { LivePill } from '@/features/screen/LivePill';
import { SessionProvider, useActions } from '@/session/context';
import { createSession } from '@/session/store';
import './app.css';
import './i18n';
import { followSystemTheme } from './theme';

followSystemTheme(document.documentElement);

/** The conversation that has control is named in the address. */
function PillWindow({ conversation }: { conversation: string }) {
  const { start, open } = useActions();
  useEffect(() => start(), [start]);
  useEffect(() => {
    void open(conversation);
  }, [open, conversation]);
  return <LivePill alone />;
}

const root = document.getElementById('root');
const backend = chooseBackend();
const conversation = new URLSearchParams(window.location.hash.slice(1)).get('conversation');
if (root && backend && conversation) {
  createRoot(root).render(
    <StrictMode>
      <SessionProvider session={createSession(backend)}>
        <PillWindow conversation={conversation} />
      </SessionProvider>
    </StrictMode>,
  );
}
