import { useTranslation } from 'react-i18next';
import { ActionsEditor } from './ActionsEditor';
import { HotkeyRow, useHotkeys } from './HotkeyRow';
import { ListField, textsOf } from './ListField';
import { Group, NeedsApp, Page, Row, TextRow } from './parts';
import { useSetting } from './useSetting';

/** The hotkey over selected text, what it offers, and where it never reads. */
export function SelectionPage() {
  const { t } = useTranslation();
  const hotkeys = useHotkeys();
  const blocked = useSetting('selection_blocked_apps');
  return (
    <Page name="selection" lead={t('settings.selection.lead')}>
      <Group name={t('settings.selection.hotkeys')} why={t('settings.selection.hotkeysWhy')}>
        <HotkeyRow of="summon_hotkey" action="summon" hotkeys={hotkeys} />
        <HotkeyRow of="toggle_hotkey" action="toggle_window" hotkeys={hotkeys} />
        <HotkeyRow of="panic_hotkey" action="panic" hotkeys={hotkeys} />
        {!hotkeys.shell && <NeedsApp />}
      </Group>
      <Group name={t('settings.selection.actions')}>
        <ActionsEditor />
        <TextRow of="selection_language" placeholder="English" />
        <Row
          of="selection_blocked_apps"
          setting={blocked}
          below={
            <ListField
              label={t('settings.selection.app')}
              off={blocked.off}
              values={textsOf(blocked.value)}
              onChange={(values) => void blocked.set(values)}
            />
          }
        />
      </Group>
    </Page>
  );
}
