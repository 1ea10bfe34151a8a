import {
  Brain,
  Check,
  ChevronDown,
  Eye,
  Hand,
  type LucideIcon,
  MousePointerClick,
  Pause,
  Play,
  Square,
} from 'lucide-react';
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, dollars } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useElapsed } from '@/components/Status';
import type { Os } from '@/generated/Os';
import type { OsState } from '@/generated/OsState';

type Look = 'acts' | 'held' | 'over';

const LOOKS: Record<OsState, { icon: LucideIcon; look: Look }> = {
  looking: { icon: Eye, look: 'acts' },
  thinking: { icon: Brain, look: 'acts' },
  acting: { icon: MousePointerClick, look: 'acts' },
  paused: { icon: Pause, look: 'held' },
  waiting: { icon: Hand, look: 'held' },
  finished: { icon: Check, look: 'over' },
  stopped: { icon: Square, look: 'over' },
};

const EDGE: Record<Look, string> = {
  acts: 'border-agent',
  held: 'border-agent border-dashed',
  over: 'border-agent-dim',
};
const MARK: Record<Look, string> = {
  acts: 'bg-agent text-agent-deep',
  held: 'text-agent inset-ring-2 inset-ring-agent',
  over: 'text-on-agent-deep inset-ring-2 inset-ring-agent-dim',
};

type Props = {
  os: Os;
  steps: number;
  cost: number;
  onStop: () => void;
  onPause: () => void;
  onResume: () => void;
  /** Goes to the question that waits. */
  onAnswer?: () => void;
};

/** Who has control, in words. The one thing besides the frame of the screen that has this colour. */
export function Pill({ os, steps, cost, onStop, onPause, onResume, onAnswer }: Props) {
  const { t } = useTranslation();
  const { icon, look } = LOOKS[os.state];
  const elapsed = useElapsed(look !== 'over', undefined) ?? 0;
  const words =
    os.state === 'acting' && os.text
      ? t('pill.actingWhat', { what: os.text })
      : t(`pill.${os.state}`);
  const why = {
    looking: t('pill.using'),
    thinking: t('pill.using'),
    acting: t('pill.using'),
    paused: os.text || t('pill.pausedWhy'),
    waiting: t('pill.waitingWhy'),
    finished: os.text || t('pill.finishedWhy'),
    stopped: os.text || t('pill.stoppedWhy'),
  }[os.state];
  return (
    <section
      aria-label={t('pill.label')}
      data-pill={os.state}
      className={`inline-flex h-12 max-w-full items-center gap-3 whitespace-nowrap rounded-full border-2 bg-agent-deep pr-2 pl-3 text-13 text-on-agent-deep outline-1 outline-agent-deep ${EDGE[look]}`}
    >
      <span className={`grid size-7 flex-none place-items-center rounded-full ${MARK[look]}`}>
        <Icon of={icon} size={16} />
      </span>
      <span className="flex min-w-0 flex-1 flex-col leading-4 wide:min-w-67">
        <span className="truncate font-strong">{words}</span>
        <span className="truncate text-11 text-agent-dim">{why}</span>
      </span>
      <span className="num hidden flex-col text-right text-12 leading-4 wide:flex">
        <span>
          {look === 'over' ? t('pill.steps', { count: steps }) : t('pill.step', { count: steps })}
        </span>
        <span className="text-11 text-agent-dim">
          {clock(elapsed)}
          {cost > 0 && ` · ${dollars(cost)}`}
        </span>
      </span>
      {look !== 'over' && (
        <span className="flex flex-none gap-1">
          {os.state === 'waiting' && onAnswer ? (
            <PillButton tone="go" icon={ChevronDown} onClick={onAnswer}>
              {t('pill.answer')}
            </PillButton>
          ) : os.state === 'paused' ? (
            <PillButton tone="go" icon={Play} onClick={onResume} data-action="resume">
              {t('pill.resume')}
            </PillButton>
          ) : (
            <PillButton tone="plain" icon={Pause} onClick={onPause} data-action="pause">
              {t('pill.pause')}
            </PillButton>
          )}
          <PillButton tone="stop" icon={Square} fill onClick={onStop} data-action="panic">
            {t('pill.stop')}
          </PillButton>
        </span>
      )}
    </section>
  );
}

type PillButtonProps = ComponentProps<'button'> & {
  tone: 'plain' | 'go' | 'stop';
  icon: LucideIcon;
  fill?: boolean;
};

const TONES = {
  plain: 'border-agent-dim text-on-agent-deep',
  go: 'border-agent bg-agent font-strong text-agent-deep',
  stop: 'border-on-agent-deep bg-on-agent-deep font-strong text-agent-deep',
};

function PillButton({ tone, icon, fill = false, children, ...rest }: PillButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex h-8 min-w-8 items-center gap-1.5 rounded-full border px-3 ${TONES[tone]}`}
    >
      <Icon of={icon} size={14} fill={fill} />
      {children}
    </button>
  );
}
