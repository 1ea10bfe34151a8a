/* The popup over selected text, in a window of its own that waits to be wanted. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBackend } from '@/backend/choose';
import { Popup } from '@/features/popup/Popup';
import { SessionProvider } from '@/session/context';
import { applyPreferences } from '@/session/preferences';
import { createSession } from '@/session/store';
import './app.css';
import i18n from './i18n';

const root = document.getElementById('root');
if (root) {
  applyPreferences(document.documentElement, null);
  const backend = chooseBackend();
  createRoot(root).render(
    <StrictMode>
      {backend?.shell ? (
        <SessionProvider session={createSession(backend)}>
          <Popup />
        </SessionProvider>
      ) : (
        <main className="grid h-full place-items-center p-8">
          <div role="alert" className="max-w-120 text-center">
            <h1 className="font-strong text-20">{i18n.t('popup.needsApp')}</h1>
            <p className="mt-2 text-14 text-muted">{i18n.t('popup.needsAppWhy')}</p>
          </div>
        </main>
      )}
    </StrictMode>,
  );
}
