import {
  ChevronDown,
  ChevronUp,
  Clock,
  Coins,
  HardDrive,
  KeyRound,
  Layers,
  type LucideIcon,
  TriangleAlert,
  Unplug,
  WifiOff,
} from 'lucide-react';
import { memo, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { timeToSecond } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useTick } from '@/components/Status';
import type { Error as Failure } from '@/generated/Error';
import type { ErrorCode } from '@/generated/ErrorCode';
import type { Retry } from '@/session/store';

type Kind = { icon: LucideIcon; warns: boolean; way: 'model' | 'again' | 'none' };

const bad = (icon: LucideIcon, way: Kind['way']): Kind => ({ icon, warns: false, way });
const warns = (icon: LucideIcon, way: Kind['way']): Kind => ({ icon, warns: true, way });

/** Drawing, weight and the one way on; everything else is a red note without one. */
const KINDS: Partial<Record<ErrorCode, Kind>> = {
  no_key: bad(KeyRound, 'model'),
  bad_key: bad(KeyRound, 'model'),
  forbidden: bad(KeyRound, 'model'),
  billing: bad(Coins, 'model'),
  unknown_model: bad(Unplug, 'model'),
  no_network: warns(WifiOff, 'again'),
  rate_limited: warns(Clock, 'again'),
  unavailable: warns(Unplug, 'again'),
  cut_off: warns(Unplug, 'again'),
  empty_reply: warns(Unplug, 'again'),
  context_overflow: warns(Layers, 'model'),
  budget_reached: warns(Coins, 'none'),
  cannot_save: bad(HardDrive, 'none'),
  internal: bad(TriangleAlert, 'again'),
};

type Props = {
  failure: Failure;
  onModel?: (() => void) | undefined;
  /** Tries what failed again; absent where later things have happened. */
  onAgain?: (() => void) | undefined;
  /** What that does: send the message again, or go on. */
  goesOn?: boolean;
  onDismiss?: (() => void) | undefined;
};

/** What happened, why and what was kept, one way on, then the quieter ones. */
export const ErrorNote = memo(function ErrorNote(props: Props) {
  const { failure, onModel, onAgain, goesOn, onDismiss } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const kind = KINDS[failure.code] ?? bad(TriangleAlert, 'none');
  const params = Object.entries(failure.params ?? {});
  const ways: ReactNode[] = [];
  if (kind.way === 'again' && onAgain) {
    ways.push(
      <Button key="again" onClick={onAgain}>
        {t(goesOn ? 'error.continue' : 'error.again')}
      </Button>,
    );
  }
  if (kind.way !== 'none' && onModel) {
    ways.push(
      <Button key="model" look={ways.length > 0 ? 'quiet' : 'plain'} onClick={onModel}>
        {t('error.model')}
      </Button>,
    );
  }
  if (onDismiss) {
    ways.push(
      <Button key="dismiss" look={ways.length > 0 ? 'quiet' : 'plain'} onClick={onDismiss}>
        {t('error.dismiss')}
      </Button>,
    );
  }
  return (
    <Note
      icon={kind.icon}
      warns={kind.warns}
      title={failure.message}
      label={t('error.label')}
      // Settled or without a way on: one line, with the details at its end.
      aside={
        ways.length === 0 && (
          <IconButton
            icon={open ? ChevronUp : ChevronDown}
            name={t(open ? 'error.hide' : 'error.details')}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
        )
      }
    >
      {failure.remedy && <p className="text-12 text-muted">{failure.remedy}</p>}
      {open && (
        <dl className="num mt-2 grid grid-cols-[auto_1fr] gap-x-3 font-mono text-12 text-muted">
          <dt>code</dt>
          <dd>{failure.code}</dd>
          {params.map(([key, value]) => (
            <div key={key} className="contents">
              <dt>{key}</dt>
              <dd className="[overflow-wrap:anywhere]">{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {ways.length > 0 && (
        <div className="mt-2 flex flex-wrap items-center gap-2">
          {ways}
          <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'error.hide' : 'error.details')}
          </Button>
        </div>
      )}
    </Note>
  );
});

/** The provider asked for a pause; it counts down by itself. */
export function RetryNote({
  retry,
  onModel,
  onCancel,
}: {
  retry: Retry;
  onModel: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  useTick(true);
  const left = Math.ceil((retry.at - Date.now()) / 1000);
  const reason = retry.reason && /[.!?]$/.test(retry.reason) ? retry.reason : `${retry.reason}.`;
  return (
    <Note
      icon={Clock}
      warns
      label={t('error.label')}
      title={
        left > 0 ? t('error.retryTitle', { time: timeToSecond(retry.at) }) : t('error.retryNow')
      }
    >
      <p className="num text-12 text-muted">
        {t('error.retryWhy', { reason, attempt: retry.attempt, count: Math.max(0, left) })}
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button onClick={onModel}>{t('error.model')}</Button>
        <Button look="quiet" onClick={onCancel}>
          {t('error.cancel')}
        </Button>
      </div>
    </Note>
  );
}

type NoteProps = {
  icon: LucideIcon;
  warns: boolean;
  title: string;
  label: string;
  aside?: ReactNode;
  children: ReactNode;
};

function Note({ icon, warns, title, label, aside, children }: NoteProps) {
  return (
    <section
      aria-label={label}
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
