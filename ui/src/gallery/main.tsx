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
import { ErrorNote } from '@/features/transcript/ErrorNote';
import { RetryNote } from '@/features/transcript/RetryNote';
import type { Error as Failure } from '@/generated/Error';
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
          />
        ))}
      </div>
    </Board>
  );
}

const FAILURES: Failure[] = [
  {
    code: 'bad_key',
    message: 'Anthropic rejected the key ending A1B2',
    remedy: 'It was revoked or belongs to another account. Your message is kept.',
    params: { title: 'Anthropic', key_page: 'https://example.org' },
  },
  {
    code: 'budget_reached',
    message: 'Budget reached: $5.00 of $5.00',
    remedy: 'The last step finished. Nothing else was sent.',
  },
  { code: 'no_network', message: 'No connection', remedy: 'Your message is kept.' },
  {
    code: 'cut_off',
    message: 'The reply stopped after 12 tokens',
    remedy: 'Anthropic closed the connection. The text above is kept, nothing was run.',
  },
  {
    code: 'rate_limited',
    message: 'Too many requests to Anthropic',
    remedy: 'Wait 26 s and send the message again.',
    params: { retry_at: Date.now() + 26_000 },
  },
  {
    code: 'context_overflow',
    message: 'The conversation is full: 198k of 200k tokens',
    remedy: 'Older screenshots take 121k of them.',
  },
  {
    code: 'unavailable',
    message: 'llama 70B does not fit in memory',
    remedy: 'It needs 41 GB, 22 GB are free. Nothing was loaded.',
    params: { reason: 'memory' },
  },
  {
    code: 'no_network',
    message: 'Nothing answers at localhost:11434',
    remedy: 'Start it with `ollama serve`, or choose another model.',
    params: { command: 'ollama serve' },
  },
];

function Errors() {
  return (
    <Board title="Errors, where they happened">
      <div className="grid grid-cols-3 gap-4">
        {FAILURES.map((failure, at) => (
          <ErrorNote key={at} failure={failure} />
        ))}
        <RetryNote
          retry={{
            at: Date.now() + 26_000,
            attempt: 1,
            reason: 'Anthropic asked for a pause of 26 s.',
          }}
        />
        <ErrorNote
          open={false}
          settled={{
            id: 'x',
            role: 'assistant',
            type: 'message',
            content: '',
            complete: true,
            at: Date.UTC(2026, 5, 14, 13, 59),
          }}
          failure={{ code: 'cut_off', message: 'The reply stopped after 12 tokens' }}
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
  if (scene === 'steps') show({ steps: true });
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
