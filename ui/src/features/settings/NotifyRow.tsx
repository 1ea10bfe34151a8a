import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Switch } from '@/components/Field';
import { useBackend } from '@/session/context';
import { Row } from './parts';
import { useSetting } from './useSetting';

/** Notifications, and whether the system lets them through. */
export function NotifyRow() {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const setting = useSetting('notifications');
  const [permission, setPermission] = useState(() =>
    typeof Notification === 'undefined' ? 'denied' : Notification.permission,
  );
  const ask = () => void Notification.requestPermission().then(setPermission);
  return (
    <Row
      of="notifications"
      setting={setting}
      below={
        shell || setting.value !== true ? undefined : permission === 'default' ? (
          <Button onClick={ask}>{t('settings.notify.ask')}</Button>
        ) : (
          <p className="text-12 text-muted">
            {t(permission === 'granted' ? 'settings.notify.granted' : 'settings.notify.denied')}
          </p>
        )
      }
    >
      <Switch
        name={t('settings.row.notifications.name')}
        describedBy="why-notifications"
        off={setting.off}
        on={setting.value === true}
        onChange={(on) => void setting.set(on)}
      />
    </Row>
  );
}
