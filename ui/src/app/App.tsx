import { TriangleAlert, WifiOff } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { Composer } from '@/features/composer/Composer';
import { NoteBar } from '@/features/conversations/NoteBar';
import { Sidebar } from '@/features/conversations/Sidebar';
import { FindBar } from '@/features/find/FindBar';
import { Header } from '@/features/header/Header';
import { LivePill } from '@/features/screen/LivePill';
import { StepsPanel } from '@/features/screen/StepsPanel';
import { EmptyState } from '@/features/transcript/EmptyState';
import { useActions, useSession } from '@/session/context';
import { useSearch } from '@/session/history';
import { restoreFocus } from '@/session/pages';
import { NEW } from '@/session/store';
import { show, useView } from '@/session/view';
import { Announcer } from './Announcer';
import { useKeys } from './keys';
import { Once, Overlays } from './Overlays';
import { ConsentSheet, HistoryPage, loadPartsSoon, Settings, Start, Transcript } from './parts';
import { useAddress } from './useAddress';
import { useFirstRun } from './useFirstRun';
import { useNotifications } from './useNotifications';
import { useSettings } from './useSettings';
import { useUpdates } from './useUpdates';

/** The window: conversations, transcript, composer, and what lies over them. */
export function App() {
  const { t } = useTranslation();
  const actions = useActions();
  const refused = useSession((state) => state.connection === 'refused');
  const page = useView((view) => view.page);
  const chat = page === 'chat';
  useAddress();
  useSettings();
  useFirstRun();
  useNotifications();
  useUpdates();
  useKeys();

  useEffect(() => actions.start(), [actions]);
  const before = useRef(page);
  useEffect(() => {
    if (chat && before.current !== 'chat') restoreFocus();
    before.current = page;
  }, [chat, page]);
  useEffect(() => {
    document.getElementById('composer')?.focus();
    return loadPartsSoon();
  }, []);

  if (refused) return <Wall title={t('app.refused')} why={t('app.refusedWhy')} />;
  return (
    <div className="relative h-full overflow-hidden">
      {/* Kept as it is while a page lies over it: what is written, and where it was read. */}
      <div inert={!chat} className={`flex h-full overflow-hidden ${chat ? '' : 'invisible'}`}>
        <Chat />
      </div>
      {!chat && (
        <div className="absolute inset-0 z-10 flex flex-col bg-bg">
          <LivePill />
          <div className="min-h-0 flex-1">
            <Suspense fallback={null}>{page === 'start' ? <Start /> : <Settings />}</Suspense>
          </div>
        </div>
      )}
      <Overlays />
      <Announcer />
    </div>
  );
}

/** Conversations, transcript and composer. */
function Chat() {
  const { t } = useTranslation();
  const sidebar = useView((view) => view.sidebar);
  const drawer = useView((view) => view.drawer);
  const fresh = useSession((state) => state.current === null);
  const searching = useSearch((search) => search.open);
  const toComposer = () => document.getElementById('composer')?.focus();
  return (
    <>
      <button
        type="button"
        className="sr-only focus-visible:not-sr-only focus-visible:absolute focus-visible:z-50 focus-visible:m-2 focus-visible:rounded-2 focus-visible:bg-raised focus-visible:p-2"
        onClick={toComposer}
      >
        {t('app.skip')}
      </button>
      {sidebar && (
        <div className="hidden wide:block">
          <Sidebar />
        </div>
      )}
      <Dialog.Root open={drawer} onOpenChange={(open) => show({ drawer: open })}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-50 outline-none"
          >
            <Dialog.Title className="sr-only">{t('sidebar.label')}</Dialog.Title>
            <Sidebar drawer />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <main className="relative flex min-w-0 flex-1 flex-col">
        {!searching && <Header />}
        <LivePill />
        {searching ? (
          <>
            <Suspense fallback={<Room />}>
              <HistoryPage preview={<Conversation />} />
            </Suspense>
            <NoteBar />
          </>
        ) : (
          <>
            <FindBar />
            {fresh ? <EmptyState onPick={toComposer} /> : <Conversation />}
            <NoteBar />
            <Notices />
            <Composer />
          </>
        )}
      </main>
      <StepsPanel away={searching} />
      <Once when={(view) => view.consent}>
        <ConsentSheet />
      </Once>
    </>
  );
}

/** What is not here yet takes its room, so that nothing below it moves. */
const Room = () => <div className="min-h-0 flex-1" />;

const Conversation = () => (
  <Suspense fallback={<Room />}>
    <Transcript />
  </Suspense>
);

/** What was refused, and whether the engine can be reached: above the composer, until it is settled. */
function Notices() {
  const { t } = useTranslation();
  const { dismiss } = useActions();
  const failure = useSession((state) => state.refused[state.current ?? NEW]);
  const problem = useSession((state) => state.problems[0]);
  const lost = useSession((state) => state.connection === 'lost');
  const title = lost ? t('error.lost') : (failure?.message ?? problem?.message);
  if (title === undefined) return null;
  const why = lost ? t('error.lostWhy') : (failure ?? problem)?.remedy;
  return (
    <div className="mx-auto w-full max-w-214 flex-none px-4 pb-2 wide:px-6">
      <div
        role="alert"
        className={`flex items-center gap-3 rounded-3 border bg-surface py-2 pr-2 pl-3 ${failure && !lost ? 'border-danger' : 'border-warning'}`}
      >
        <Icon
          of={lost ? WifiOff : TriangleAlert}
          className={failure && !lost ? 'text-danger' : 'text-warning'}
        />
        <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          <p className="font-strong">{title}</p>
          {why && <p className="text-12 text-muted">{why}</p>}
        </div>
        {failure && !lost && (
          <Button look="quiet" onClick={dismiss}>
            {t('error.dismiss')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Nothing can be shown here, and why. */
export function Wall({ title, why }: { title: string; why: string }) {
  return (
    <main className="grid h-full place-items-center p-8">
      <div role="alert" className="max-w-120 text-center">
        <h1 className="font-strong text-20">{title}</h1>
        <p className="mt-2 text-14 text-muted">{why}</p>
      </div>
    </main>
  );
}
