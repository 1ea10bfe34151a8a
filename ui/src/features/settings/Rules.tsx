import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Mode } from '@/generated/Mode';
import { AskNow } from './Ask';
import { Grants } from './Grants';
import { ListField, textsOf } from './ListField';
import { Group, LIST, Page, Row } from './parts';
import { useSetting } from './useSetting';

const MODES: readonly Mode[] = [
  'ask_every_time',
  'ask_before_changes',
  'ask_when_blocked',
  'full_access',
  'chat_only',
];

/** How much is asked, what was permitted, what never runs. */
export function Rules() {
  const { t } = useTranslation();
  const forbidden = useSetting('forbidden_commands');
  return (
    <Page name="rules" lead={t('settings.rules.lead')}>
      <Modes />
      <Grants />
      <Group>
        <Row
          of="forbidden_commands"
          setting={forbidden}
          below={
            <ListField
              mono
              label={t('settings.rules.addCommand')}
              off={forbidden.off}
              values={textsOf(forbidden.value)}
              onChange={(values) => void forbidden.set(values)}
            />
          }
        />
      </Group>
    </Page>
  );
}

/** The mode of new conversations. Full access is typed, not merely clicked. */
function Modes() {
  const { t } = useTranslation();
  const id = useId();
  const setting = useSetting('mode');
  const [asking, setAsking] = useState(false);
  const choose = (mode: Mode) => {
    if (setting.off || mode === setting.value) return;
    if (mode === 'full_access') setAsking(true);
    else void setting.set(mode);
  };
  return (
    <Group bare>
      <div className={LIST}>
        <Row of="mode" setting={setting} />
        <fieldset aria-label={t('settings.row.mode.name')} className="flex flex-col p-1">
          {MODES.map((mode) => (
            <label
              key={mode}
              data-mode={mode}
              className="flex items-start gap-2.5 rounded-2 px-2 py-1.5 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:-outline-offset-2"
            >
              <input
                type="radio"
                name={id}
                className="radio mt-0.5"
                checked={setting.value === mode}
                aria-disabled={setting.off ? true : undefined}
                aria-describedby={`${id}${mode}`}
                onChange={() => choose(mode)}
              />
              <span>
                <span className={setting.value === mode ? 'font-strong' : ''}>
                  {t(`mode.${mode}`)}
                </span>
                <span id={`${id}${mode}`} className="block text-12 text-muted">
                  {t(`mode.${mode}Why`)}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
      <AskNow
        open={asking}
        onClose={() => setAsking(false)}
        onDo={() => void setting.set('full_access')}
        title={t('settings.rules.fullTitle')}
        why={t('settings.rules.fullWhy')}
        action={t('settings.rules.fullDo')}
        keep={t('settings.cancel')}
        word={{
          word: t('settings.rules.fullWord'),
          label: t('settings.rules.fullType', { word: t('settings.rules.fullWord') }),
        }}
      />
    </Group>
  );
}
