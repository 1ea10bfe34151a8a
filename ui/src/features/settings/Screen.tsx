import {
  CircleCheck,
  Clipboard,
  Eye,
  Keyboard,
  type LucideIcon,
  MousePointerClick,
  RefreshCw,
  ScanText,
  TextCursorInput,
  TriangleAlert,
  Wrench,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { timeToSecond } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Ring, Status } from '@/components/Status';
import type { Ability } from '@/generated/Ability';
import { Group, NumberRow, Page, SwitchRow, Unread } from './parts';
import { useQuery } from './useQuery';

const DRAWINGS: readonly [RegExp, LucideIcon][] = [
  [/see|screen|capture|display/i, Eye],
  [/mouse|click|pointer|type|input/i, MousePointerClick],
  [/select/i, TextCursorInput],
  [/key|shortcut|stop/i, Keyboard],
  [/text|ocr|read/i, ScanText],
  [/clipboard/i, Clipboard],
];

/** What works on this computer, by trying it; and what screen control leaves behind. */
export function Screen() {
  const { t } = useTranslation();
  const doctor = useQuery({ query: 'doctor' });
  const [copied, setCopied] = useState(false);
  const { again } = doctor;
  const broken = doctor.answer?.abilities.some(({ works }) => !works) === true;
  useEffect(() => {
    // A person comes back from the system's settings: has it helped? Where everything
    // works nothing is tried again, since trying moves the mouse.
    if (!broken) return;
    window.addEventListener('focus', again);
    return () => window.removeEventListener('focus', again);
  }, [again, broken]);
  const copy = () => {
    const lines = doctor.answer?.abilities.map(
      ({ name, works, detail, fix }) =>
        `${works ? 'works' : 'does not work'}: ${name}. ${detail}${fix ? ` (${fix})` : ''}`,
    );
    void navigator.clipboard.writeText((lines ?? []).join('\n')).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <Page
      name="screen"
      lead={
        doctor.at === 0
          ? t('settings.screen.trying')
          : t('settings.screen.lead', { time: timeToSecond(doctor.at) })
      }
      action={
        <Button icon={RefreshCw} data-action="check" onClick={again}>
          {t('settings.screen.again')}
        </Button>
      }
    >
      <div id="row-doctor" data-row="doctor" aria-busy={doctor.loading}>
        <Group>
          {doctor.failure && <Unread failure={doctor.failure} again={again} />}
          {!doctor.answer && doctor.loading && (
            <p className="flex items-center gap-2 px-3 py-2.5 text-muted">
              <Ring /> {t('settings.screen.trying')}
            </p>
          )}
          {doctor.answer?.abilities.map((ability) => (
            <AbilityRow key={ability.name} ability={ability} />
          ))}
        </Group>
        <div className="mt-3 flex flex-wrap items-center gap-2 text-12 text-muted">
          <Button icon={Clipboard} onClick={copy}>
            {t('settings.screen.copy')}
          </Button>
          <span role="status">{copied ? t('settings.copied') : t('settings.screen.copyWhy')}</span>
        </div>
      </div>
      <Group name={t('settings.screen.limits')} why={t('settings.screen.limitsWhy')}>
        <NumberRow of="os_steps" unit={t('settings.unit.steps')} least={0} />
        <NumberRow of="os_minutes" unit={t('settings.unit.minutes')} least={0} />
        <SwitchRow of="os_active_window" />
        <SwitchRow of="glide" />
      </Group>
      <Group name={t('settings.screen.keep')} why={t('settings.screen.keepWhy')}>
        <SwitchRow of="keep_screenshots" />
        <NumberRow of="screenshot_days" unit={t('settings.unit.days')} least={0} />
        <NumberRow of="screenshot_megabytes" unit={t('settings.unit.megabytes')} least={0} />
      </Group>
    </Page>
  );
}

function AbilityRow({ ability: { name, works, detail, fix } }: { ability: Ability }) {
  const { t } = useTranslation();
  const drawing = DRAWINGS.find(([pattern]) => pattern.test(name))?.[1] ?? Wrench;
  return (
    <div data-ability={name} data-works={works} className="px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex size-8 flex-none items-center justify-center rounded-2 border border-border bg-sunken text-muted">
          <Icon of={drawing} />
        </span>
        <div className="min-w-50 flex-1">
          <p className="font-strong">{name.charAt(0).toUpperCase() + name.slice(1)}</p>
          <p className="text-12 text-muted [overflow-wrap:anywhere]">{detail}</p>
        </div>
        <span className="w-36 flex-none">
          {works ? (
            <Status tone="ok" icon={CircleCheck} word={t('settings.screen.works')} />
          ) : (
            <Status tone="warn" icon={TriangleAlert} word={t('settings.screen.broken')} />
          )}
        </span>
      </div>
      {!works && fix && (
        <div className="ms-11 mt-2 flex flex-wrap items-start gap-x-3 gap-y-1 rounded-2 bg-warning-soft px-3 py-2 text-12">
          <Icon of={TriangleAlert} size={14} className="mt-px text-warning" />
          <p className="min-w-50 flex-1 [overflow-wrap:anywhere]">
            <span className="font-strong">{t('settings.screen.fix')}.</span> {fix}
          </p>
          <span>{t('settings.screen.itself')}</span>
        </div>
      )}
    </div>
  );
}
