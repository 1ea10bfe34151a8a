import { ChevronDown, ChevronUp, type LucideIcon } from 'lucide-react';
import { memo, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { timeOfDay, timeToSecond } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useTick } from '@/components/Status';
import type { Error as Failure } from '@/generated/Error';
import type { Item } from '@/generated/Item';
import { useActions, useSession, useSessionStore } from '@/session/context';
import { openPage } from '@/session/pages';
import { shown } from '@/session/store';
import { type Turn, textOf } from '@/session/turns';
import { show } from '@/session/view';
import { kindOf, type Way } from './ways';

type Props = {
  failure: Failure;
  turn?: Turn;
  /** Nothing came after it: something can be done about it. */
  open?: boolean;
  /** What came after it. */
  settled?: Item | undefined;
  /** Tries what failed again, where that is not asking the model. */
  onAgain?: (() => void) | undefined;
};

/** What happened, why and what was kept, one way on, then the quieter ones. */
export const ErrorNote = memo(function ErrorNote(props: Props) {
  const { failure, turn, open = true, settled, onAgain } = props;
  const { t } = useTranslation();
  const [details, setDetails] = useState(false);
  const pictures = useSession((state) =>
    open ? shown(state).items.some(({ type }) => type === 'image') : false,
  );
  const { icon, warns, ways } = kindOf(failure, pictures);
  const act = useWays(failure, turn, onAgain);
  const params = Object.entries(failure.params ?? {});
  const at = settled?.at;
  return (
    <Note
      icon={icon}
      warns={warns}
      title={failure.message}
      label={t('error.label')}
      // Settled or without a way on: one line, with the details at its end.
      aside={
        !open && (
          <span className="flex flex-none items-center gap-2">
            {settled && (
              <span className="num text-12 text-muted">
                {at === undefined
                  ? t('error.settled')
                  : t('error.settledAt', { time: timeOfDay(at) })}
              </span>
            )}
            <IconButton
              small
              icon={details ? ChevronUp : ChevronDown}
              name={t(details ? 'error.hide' : 'error.details')}
              aria-expanded={details}
              onClick={() => setDetails(!details)}
            />
          </span>
        )
      }
    >
      {failure.remedy && <p className="text-12 text-muted">{failure.remedy}</p>}
      {open && <Limit failure={failure} />}
      {open && (
        <div className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1">
          {ways.map((way, index) => (
            <Button
              key={way}
              look={index === 0 ? 'plain' : 'quiet'}
              onClick={() => act(way)}
              data-way={way}
              title={way === 'command' ? String(failure.params?.command) : undefined}
            >
              {failure.code === 'limit_reached' && way === 'continue'
                ? t(
                    failure.params?.limit === 'steps'
                      ? 'control.goOn_steps'
                      : 'control.goOn_minutes',
                    {
                      count: Number(failure.params?.count),
                    },
                  )
                : t(`error.way.${way}`, {
                    command: String(failure.params?.command ?? ''),
                    title: String(failure.params?.title ?? ''),
                  })}
            </Button>
          ))}
          <Button look="quiet" aria-expanded={details} onClick={() => setDetails(!details)}>
            {t(details ? 'error.hide' : 'error.details')}
          </Button>
        </div>
      )}
      {details && (
        <div className="mt-2 flex items-start gap-2">
          <dl className="num grid min-w-0 flex-1 grid-cols-[auto_1fr] gap-x-3 font-mono text-12 text-muted">
            <dt>code</dt>
            <dd>{failure.code}</dd>
            {params.map(([key, value]) => (
              <div key={key} className="contents">
                <dt>{key}</dt>
                <dd className="[overflow-wrap:anywhere]">
                  {typeof value === 'object' ? JSON.stringify(value) : String(value)}
                </dd>
              </div>
            ))}
          </dl>
          <CopyButton small text={() => JSON.stringify(failure, null, 2)} name={t('error.copy')} />
        </div>
      )}
    </Note>
  );
});

/** When a limit that was reached is over, where the server told. */
function Limit({ failure }: { failure: Failure }) {
  const { t } = useTranslation();
  const at = failure.params?.retry_at;
  const until = typeof at === 'number' ? at : 0;
  useTick(until > Date.now());
  const left = Math.ceil((until - Date.now()) / 1000);
  return left > 0 ? (
    <p className="num text-12 text-muted">
      {t('error.limitOver', { time: timeToSecond(until), count: left })}
    </p>
  ) : null;
}

/** What each way does. */
function useWays(failure: Failure, turn: Turn | undefined, onAgain: (() => void) | undefined) {
  const actions = useActions();
  const store = useSessionStore();
  const { params = {} } = failure;
  const page = (key: string) => {
    if (typeof params[key] === 'string') window.open(params[key], '_blank', 'noopener,noreferrer');
  };
  return (way: Way) => {
    switch (way) {
      case 'connect':
      case 'key':
        openPage('settings/models');
        break;
      case 'keyPage':
        page('key_page');
        break;
      case 'billing':
        page('billing_page');
        break;
      case 'model':
        show({ models: true });
        break;
      case 'again':
      case 'continue':
        if (onAgain) onAgain();
        else void actions.goOn();
        break;
      case 'withoutPictures':
        void actions.branch().then((made) => {
          if (made) void actions.goOn({ supports_vision: false });
        });
        break;
      case 'fresh': {
        const words = turn?.said.filter(({ type }) => type === 'message').map(textOf) ?? [];
        void actions.open(null).then(() => {
          if (!store.getState().drafts['']) actions.setDraft(words.join('\n\n'));
          document.getElementById('composer')?.focus();
        });
        break;
      }
      case 'copy':
        void actions.branch();
        break;
      case 'budget':
        openPage('settings/budget');
        break;
      case 'language':
        openPage('settings/code');
        break;
      case 'screen':
        openPage('settings/screen');
        break;
      case 'settings':
        openPage('settings/advanced');
        break;
      case 'replayHere':
      case 'replayNext': {
        const numbers = Array.isArray(params.numbers) ? params.numbers.map(Number) : [];
        void actions.replay(String(params.replay), numbers.slice(way === 'replayNext' ? 1 : 0));
        break;
      }
      case 'command':
        void navigator.clipboard.writeText(String(params.command));
        break;
    }
  };
}

type NoteProps = {
  icon: LucideIcon;
  warns: boolean;
  title: string;
  label: string;
  aside?: ReactNode;
  children: ReactNode;
};

export function Note({ icon, warns, title, label, aside, children }: NoteProps) {
  return (
    <section
      aria-label={label}
      data-note
      className={`flex items-start gap-3 rounded-3 border bg-surface p-3 ${warns ? 'border-warning' : 'border-danger'}`}
    >
      <Icon of={icon} size={16} className={`mt-0.5 ${warns ? 'text-warning' : 'text-danger'}`} />
      <div className="min-w-0 flex-1">
        <h3 className="font-strong [overflow-wrap:anywhere]">{title}</h3>
        {children}
      </div>
      {aside}
    </section>
  );
}
