import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBackend } from '@/backend/choose';
import { SessionProvider } from '@/session/context';
import { applyPreferences } from '@/session/preferences';
import { createSession } from '@/session/store';
import { App, Wall } from './App';
import './app.css';
import i18n from './i18n';

const root = document.getElementById('root');
if (root) {
  const backend = chooseBackend();
  // The window asks for all settings anyway.
  applyPreferences(document.documentElement, null);
  createRoot(root).render(
    <StrictMode>
      {backend ? (
        <SessionProvider session={createSession(backend)}>
          <App />
        </SessionProvider>
      ) : (
        <Wall title={i18n.t('app.noToken')} why={i18n.t('app.noTokenWhy')} />
      )}
    </StrictMode>,
  );
}
