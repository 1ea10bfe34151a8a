import { Minus, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { NotifyRow } from './NotifyRow';
import { ChoiceRow, Group, Page, Row, SwitchRow, TextRow } from './parts';
import { useSetting } from './useSetting';

/** Theme, size, density, motion; typing; what is said and announced. */
export function Appearance() {
  const { t } = useTranslation();
  return (
    <Page name="appearance" lead={t('settings.appearance.lead')}>
      <Group name={t('settings.appearance.looks')}>
        <ChoiceRow
          of="theme"
          options={(['system', 'light', 'dark', 'contrast'] as const).map((value) => ({
            value,
            label: t(`settings.choice.theme.${value}`),
          }))}
        />
        <TextSize />
        <ChoiceRow
          of="density"
          options={(['compact', 'standard', 'roomy'] as const).map((value) => ({
            value,
            label: t(`settings.choice.density.${value}`),
          }))}
        />
        <ChoiceRow
          of="motion"
          options={(['system', 'reduced', 'full'] as const).map((value) => ({
            value,
            label: t(`settings.choice.motion.${value}`),
          }))}
        />
        <TextRow of="code_font" placeholder="JetBrains Mono" />
      </Group>
      <Group name={t('settings.appearance.keys')}>
        <ChoiceRow
          of="send_with"
          options={(['enter', 'ctrl_enter'] as const).map((value) => ({
            value,
            label: t(`settings.choice.send_with.${value}`),
          }))}
        />
        <SwitchRow of="single_keys" />
      </Group>
      <Group name={t('settings.appearance.speech')}>
        <ChoiceRow
          of="announce"
          options={(['full', 'first', 'done'] as const).map((value) => ({
            value,
            label: t(`settings.choice.announce.${value}`),
          }))}
        />
        <NotifyRow />
      </Group>
    </Page>
  );
}

const STEP = 10;

function TextSize() {
  const { t } = useTranslation();
  const setting = useSetting('text_size');
  const size = typeof setting.value === 'number' ? setting.value : 100;
  const to = (next: number) => {
    const value = Math.min(200, Math.max(80, next));
    if (value !== size && !setting.off) void setting.set(value);
  };
  return (
    <Row of="text_size" setting={setting}>
      <IconButton
        icon={Minus}
        name={t('settings.appearance.smaller')}
        onClick={() => to(size - STEP)}
      />
      <input
        type="range"
        min={80}
        max={200}
        step={STEP}
        value={size}
        aria-label={t('settings.row.text_size.name')}
        aria-describedby="why-text_size"
        aria-valuetext={`${size} %`}
        aria-disabled={setting.off ? true : undefined}
        onChange={(event) => to(Number(event.target.value))}
        className="h-6 w-36 accent-primary"
      />
      <IconButton
        icon={Plus}
        name={t('settings.appearance.larger')}
        onClick={() => to(size + STEP)}
      />
      <span className="num min-w-12 whitespace-nowrap text-end">{size} %</span>
    </Row>
  );
}
