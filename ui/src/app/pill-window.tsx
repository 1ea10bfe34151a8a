/* The pill in a window of its own: follows whichever conversation has control. */
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBackend } from '@/backend/choose';
import { LivePill } from '@/features/screen/LivePill';
import { SessionProvider, useActions, useSession } from '@/session/context';
import { createSession } from '@/session/store';
import './app.css';
import './i18n';
import { followSystemTheme } from './theme';

followSystemTheme(document.documentElement);

function PillWindow() {
  const { start, open } = useActions();
  const live = useSession(({ activity }) => Object.keys(activity).find((id) => activity[id]?.live));
  useEffect(() => start(), [start]);
  useEffect(() => {
    if (live) void open(live);
  }, [live, open]);
  return <LivePill />;
}

const root = document.getElementById('root');
const backend = chooseBackend();
if (root && backend) {
  createRoot(root).render(
    <StrictMode>
      <SessionProvider session={createSession(backend)}>
        <PillWindow />
      </SessionProvider>
    </StrictMode>,
  );
}
