import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Switch } from '@/components/Field';
import { useBackend } from '@/session/context';
import { openPage } from '@/session/pages';
import { isOwn, reset, useSettingsState } from '@/session/settings';
import { Ask } from './Ask';
import { Group, Page, Row, SwitchRow } from './parts';
import { useSetting } from './useSetting';

/** What is rarely needed. */
export function Advanced() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { shell } = backend;
  const values = useSettingsState((state) => state.values);
  const safe = useSetting('safe_graphics');
  // What the app remembers by itself is no setting of the person.
  const own = Object.values(values).filter(
    (setting) => isOwn(setting) && !['first_run', 'last_model'].includes(setting.key),
  );
  return (
    <Page name="advanced" lead={t('settings.advanced.lead')}>
      <Group name={t('settings.advanced.network')}>
        <SwitchRow of="offline" />
        <SwitchRow of="verbose" />
      </Group>
      <Group name={t('settings.advanced.window')}>
        <Autostart />
        <SwitchRow of="close_to_tray" />
        <SwitchRow
          of="safe_graphics"
          below={
            shell && (
              <Button onClick={() => void shell.restart(safe.value === true)}>
                {t('settings.advanced.restart')}
              </Button>
            )
          }
        />
      </Group>
      <Group name={t('settings.advanced.start')}>
        <Row of="first_run">
          <Button data-action="first-run" onClick={() => openPage('start')}>
            {t('settings.advanced.firstRun')}
          </Button>
        </Row>
        <Row of="reset_all">
          {own.length === 0 ? (
            <Button off={t('settings.advanced.resetNone')}>{t('settings.advanced.resetDo')}</Button>
          ) : (
            <Ask
              title={t('settings.advanced.resetTitle')}
              why={t('settings.advanced.resetWhy', { count: own.length })}
              action={t('settings.advanced.resetDo')}
              keep={t('settings.cancel')}
              onDo={() => void reset(backend, ...own.map(({ key }) => key))}
            >
              <Button look="danger" data-action="reset-all">
                {t('settings.advanced.resetDo')}
              </Button>
            </Ask>
          )}
        </Row>
      </Group>
    </Page>
  );
}

/** Held by the system, not by the settings. */
function Autostart() {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const [on, setOn] = useState(false);
  useEffect(() => {
    shell?.autostart().then(setOn, () => {});
  }, [shell]);
  return (
    <Row of="autostart">
      <Switch
        name={t('settings.row.autostart.name')}
        describedBy="why-autostart"
        off={shell ? undefined : t('settings.needsApp')}
        on={on}
        onChange={(next) => {
          void shell?.setAutostart(next).then(
            () => setOn(next),
            () => {},
          );
        }}
      />
    </Row>
  );
}
