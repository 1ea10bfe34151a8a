import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { ShortcutList } from '@/components/ShortcutList';
import { openPage } from '@/session/pages';
import { Page } from './parts';

/** The keys of the window: found, changed, and what clashes. */
export function Shortcuts() {
  const { t } = useTranslation();
  return (
    <Page
      name="shortcuts"
      lead={t('settings.shortcuts.lead')}
      action={
        <Button onClick={() => openPage('settings/selection', 'summon_hotkey')}>
          {t('settings.selection.hotkeys')}
        </Button>
      }
    >
      <div id="row-shortcuts" data-row="shortcuts">
        <ShortcutList rebind />
      </div>
    </Page>
  );
}
