/* A board of states to look at beside the pictures. Dev server only. */
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import '@/app/app.css';
import '@/app/i18n';
import { followSystemTheme } from '@/app/theme';
import { FakeBackend } from '@/backend/fake';
import { Pill } from '@/features/screen/Pill';
import { CodeCard } from '@/features/transcript/CodeCard';
import { ErrorNote, RetryNote } from '@/features/transcript/ErrorNote';
import type { OsState } from '@/generated/OsState';
import { SessionProvider } from '@/session/context';
import { createSession } from '@/session/store';
import { show } from '@/session/view';
import { cases } from './cards';
import { stage } from './stage';

const query = new URLSearchParams(location.search);
const page = query.get('page') ?? 'cards';
const theme = query.get('theme');
if (theme) document.documentElement.dataset.theme = theme;
else followSystemTheme(document.documentElement);

const noop = () => {};
const session = createSession(new FakeBackend());
const editing = cases.find(({ name }) => name === 'Editing');
if (editing) {
  session.actions.setEdit(
    editing.item.id,
    'low, high = limits(daily)\nuse.to_csv("energy-june-clean.csv", index=False)',
  );
}
const running = cases.find(({ name }) => name === 'Running');
if (running) session.store.setState({ interrupted: { [running.item.id]: Date.now() - 3000 } });

function Board({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="h-full overflow-auto bg-sunken p-8">
      <h1 className="mb-5 font-strong text-20">{title}</h1>
      {children}
    </div>
  );
}

function Cards() {
  return (
    <Board title="Code card, all states">
      <div className="grid grid-cols-3 items-start gap-6">
        {[cases.slice(0, 4), cases.slice(4, 9), cases.slice(9)].map((column, at) => (
          <div key={at} className="flex min-w-0 flex-col gap-5">
            {column.map(({ name, why, transcript, item }) => (
              <figure key={name} data-case={name}>
                <figcaption className="mb-2 flex items-baseline gap-2">
                  <b className="font-strong">{name}</b>
                  <span className="truncate text-12 text-muted">{why}</span>
                </figcaption>
                <CodeCard
                  item={item}
                  results={transcript.items.filter((other) => other.parent === item.id)}
                  pending={transcript.pending[0]}
                  input={transcript.inputs[0]}
                  responding
                  model="anthropic/claude-sonnet-4-5"
                />
              </figure>
            ))}
          </div>
        ))}
      </div>
    </Board>
  );
}

function Pills() {
  const states: [OsState, string][] = [
    ['looking', ''],
    ['thinking', ''],
    ['acting', 'click “Save draft”'],
    ['paused', 'You moved the mouse. Resume looks again first.'],
    ['waiting', ''],
    ['finished', 'The draft is saved. You have control.'],
    ['stopped', 'Nothing is held down. The steps are kept.'],
  ];
  return (
    <Board title="Presence: pill">
      <div className="flex flex-col items-start gap-4">
        {states.map(([state, text]) => (
          <Pill
            key={state}
            os={{ state, text }}
            steps={12}
            cost={0.21}
            onStop={noop}
            onPause={noop}
            onResume={noop}
            onAnswer={noop}
          />
        ))}
      </div>
    </Board>
  );
}

function Errors() {
  return (
    <Board title="Errors, where they happened">
      <div className="grid grid-cols-3 gap-4">
        <ErrorNote
          failure={{
            code: 'bad_key',
            message: 'Anthropic rejected the key ending A1B2',
            remedy: 'It was revoked or belongs to another account. Your message is kept.',
          }}
          onModel={noop}
        />
        <RetryNote
          retry={{
            at: Date.now() + 26_000,
            attempt: 1,
            reason: 'Anthropic asked for a pause of 26 s.',
          }}
          onModel={noop}
          onCancel={noop}
        />
        <ErrorNote
          failure={{
            code: 'budget_reached',
            message: 'Budget reached: $5.00 of $5.00',
            remedy: 'The last step finished. Nothing else was sent.',
          }}
        />
        <ErrorNote
          failure={{
            code: 'no_network',
            message: 'No connection',
            remedy: 'Your message is kept.',
          }}
          onModel={noop}
          onAgain={noop}
        />
        <ErrorNote
          failure={{
            code: 'cut_off',
            message: 'The reply stopped after 12 tokens',
            remedy: 'Anthropic closed the connection. The text above is kept, nothing was run.',
          }}
          onModel={noop}
          onAgain={noop}
          goesOn
        />
      </div>
    </Board>
  );
}

function Window() {
  const scene = query.get('scene') ?? 'approve';
  const staged = stage(scene);
  if (scene === 'consent') show({ consent: true });
  if (scene === 'drawer') show({ drawer: true });
  if (scene === 'models') show({ models: true });
  return (
    <SessionProvider session={staged}>
      <App />
    </SessionProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    page === 'window' ? (
      <Window />
    ) : (
      <SessionProvider session={session}>
        {page === 'cards' && <Cards />}
        {page === 'pills' && <Pills />}
        {page === 'errors' && <Errors />}
      </SessionProvider>
    ),
  );
}
