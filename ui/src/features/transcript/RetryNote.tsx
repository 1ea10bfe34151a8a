import { Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { timeToSecond } from '@/components/format';
import { useTick } from '@/components/Status';
import { useActions } from '@/session/context';
import type { Retry } from '@/session/store';
import { show } from '@/session/view';
import { Note } from './ErrorNote';

/** The provider asked for a pause; it counts down by itself. */
export function RetryNote({ retry }: { retry: Retry }) {
  const { t } = useTranslation();
  const { stop } = useActions();
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
        <Button onClick={() => show({ models: true })}>{t('error.way.model')}</Button>
        <Button look="quiet" onClick={() => stop()} data-action="cancel-retry">
          {t('error.cancel')}
        </Button>
      </div>
    </Note>
  );
}
