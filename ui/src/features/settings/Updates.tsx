import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';
import { ChoiceRow, Group, Nothing, Page, Row } from './parts';
import { useQuery } from './useQuery';

type Shell = NonNullable<ReturnType<typeof useBackend>['shell']>;
type Update = Awaited<ReturnType<Shell['update']>>;

/** Updates are looked for only where the person wants it; a browser cannot. */
export function Updates() {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const about = useQuery({ query: 'about' });
  const [update, setUpdate] = useState<Update | null>(null);
  useEffect(() => {
    if (!shell) return;
    shell.update().then(setUpdate, () => {});
    return shell.onEvent((event) => {
      if (event.event === 'update') setUpdate(event.update);
    });
  }, [shell]);
  const check = () => {
    setUpdate({ state: 'checking' });
    shell?.checkForUpdate().then(setUpdate, (thrown) => {
      setUpdate({ state: 'failed', detail: failureOf(thrown).message });
    });
  };
  const version = about.answer?.version ?? '';
  return (
    <Page name="updates" lead={t('settings.updates.lead')}>
      <Group>
        <ChoiceRow
          of="updates"
          options={(['off', 'ask'] as const).map((value) => ({
            value,
            label: t(`settings.choice.updates.${value}`),
          }))}
        />
        <Row
          of="update_now"
          below={
            <div role="status">
              {!shell && <p className="text-12 text-muted">{t('settings.updates.browser')}</p>}
              {update && (update.state !== 'none' || version) && (
                <p>
                  {t(`settings.updates.${update.state}`, { version: update.version ?? version })}
                  {update.detail && (
                    <span className="block text-12 text-muted">{update.detail}</span>
                  )}
                </p>
              )}
              {update?.notes && (
                <p className="mt-1 whitespace-pre-wrap text-12 text-muted">{update.notes}</p>
              )}
            </div>
          }
        >
          <span className="num text-muted">{version}</span>
          {shell && update?.state !== 'unavailable' && (
            <>
              {(update?.state === 'available' || update?.state === 'ready') && (
                <Button look="primary" onClick={() => void shell.installUpdate()}>
                  {t('settings.updates.install', { version: update.version ?? '' })}
                </Button>
              )}
              <Button icon={RefreshCw} onClick={check}>
                {t('settings.updates.check')}
              </Button>
            </>
          )}
        </Row>
        <Nothing title={t('settings.updates.packages')} why={t('settings.updates.packagesWhy')} />
      </Group>
    </Page>
  );
}
