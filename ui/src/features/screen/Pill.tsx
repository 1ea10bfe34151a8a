import {
  Brain,
  Check,
  CircleHelp,
  Eye,
  GripVertical,
  Hand,
  List,
  type LucideIcon,
  MousePointerClick,
  Pause,
  Play,
  Square,
} from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
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

/** What is asked, in the place of what goes on. */
export type Asking = {
  title: string;
  why: string;
  /** The answers, as `PillButton`s. */
  answers: ReactNode;
};

type Props = {
  os: Os;
  steps: number;
  /** The most steps of this turn. */
  most?: number | undefined;
  cost: number;
  /** What it can do once it is over. */
  onward?: ReactNode;
  asking?: Asking | undefined;
  /** It fills a window of its own, which can be moved by it. */
  alone?: boolean;
  onStop: () => void;
  onPause: () => void;
  onResume: () => void;
  /** Shows the steps; absent: they cannot be shown from here. */
  onDetails?: (() => void) | undefined;
};

/** Who has control, in words. The one thing besides the frame of the screen that has this colour. */
export function Pill(props: Props) {
  const { os, steps, most, cost, asking, onward, alone = false } = props;
  const { onStop, onPause, onResume, onDetails } = props;
  const { t } = useTranslation();
  // The person has control as long as something is asked.
  const state = asking ? 'waiting' : os.state;
  const { look } = LOOKS[state];
  const icon = asking ? CircleHelp : LOOKS[state].icon;
  const elapsed = useElapsed(look !== 'over', undefined) ?? 0;
  const words =
    asking?.title ??
    (os.state === 'acting' && os.text
      ? t('pill.actingWhat', { what: os.text })
      : onward
        ? t('control.limitReached')
        : t(`pill.${os.state}`));
  const why =
    asking?.why ??
    {
      looking: t('pill.using'),
      thinking: t('pill.using'),
      acting: t('pill.using'),
      paused: os.text || t('pill.pausedWhy'),
      waiting: t('pill.waitingWhy'),
      finished: os.text || t('pill.finishedWhy'),
      stopped: os.text || t('pill.stoppedWhy'),
    }[os.state];
  const text = (
    <>
      <span className="block truncate font-strong">{words}</span>
      <span className="block truncate text-11 text-agent-dim">{why}</span>
    </>
  );
  const place = `min-w-0 flex-1 leading-4 ${alone ? '' : 'wide:min-w-67'}`;
  return (
    <section
      aria-label={t('pill.label')}
      data-pill={state}
      className={`inline-flex h-12 max-w-full items-center gap-3 whitespace-nowrap rounded-full border-2 bg-agent-deep pr-2 pl-3 text-13 text-on-agent-deep outline-1 outline-agent-deep ${alone ? 'w-full' : ''} ${EDGE[look]}`}
    >
      {alone && (
        <span
          data-tauri-drag-region
          title={t('pill.move')}
          className="-mx-1.5 grid h-8 w-4 flex-none cursor-move place-items-center text-agent-dim"
        >
          <Icon of={GripVertical} size={16} className="pointer-events-none" />
        </span>
      )}
      <span className={`grid size-7 flex-none place-items-center rounded-full ${MARK[look]}`}>
        <Icon of={icon} size={16} />
      </span>
      {onDetails ? (
        <button
          type="button"
          onClick={onDetails}
          title={`${words}\n${why}`}
          data-action="details"
          className={`${place} rounded-2 text-left focus-visible:outline-agent`}
        >
          {text}
        </button>
      ) : (
        <span title={`${words}\n${why}`} className={place}>
          {text}
        </span>
      )}
      {!asking && (
        <span
          className={`num flex-col text-right text-12 leading-4 ${alone ? 'flex' : 'hidden wide:flex'}`}
        >
          <span>
            {look === 'over'
              ? t('pill.steps', { count: steps })
              : steps > 0 &&
                (most
                  ? t('control.stepOf', { step: steps, count: most })
                  : t('pill.step', { count: steps }))}
          </span>
          <span className="text-11 text-agent-dim">
            {clock(elapsed)}
            {cost > 0 && ` · ${dollars(cost)}`}
          </span>
        </span>
      )}
      <span className="flex flex-none gap-1">
        {look === 'over' ? (
          <>
            {onward}
            {onDetails && (
              <PillButton icon={List} onClick={onDetails}>
                {t('pill.details')}
              </PillButton>
            )}
          </>
        ) : (
          <>
            {asking ? (
              asking.answers
            ) : os.state === 'paused' ? (
              <PillButton tone="go" icon={Play} onClick={onResume} data-action="resume">
                {t('pill.resume')}
              </PillButton>
            ) : (
              <PillButton icon={Pause} onClick={onPause} data-action="pause">
                {t('pill.pause')}
              </PillButton>
            )}
            <PillButton
              tone="stop"
              {...(!asking && { icon: Square })}
              fill
              onClick={onStop}
              data-action="panic"
            >
              {t('pill.stop')}
            </PillButton>
          </>
        )}
      </span>
    </section>
  );
}

type PillButtonProps = ComponentProps<'button'> & {
  tone?: 'plain' | 'go' | 'stop';
  icon?: LucideIcon;
  fill?: boolean;
  /** Why it does nothing yet. */
  off?: string | undefined;
};

const TONES = {
  plain: 'border-agent-dim text-on-agent-deep',
  go: 'border-agent bg-agent font-strong text-agent-deep',
  stop: 'border-on-agent-deep bg-on-agent-deep font-strong text-agent-deep',
};

export function PillButton(props: PillButtonProps) {
  const { tone = 'plain', icon, fill = false, off, children, onClick, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      title={off ?? rest.title}
      aria-disabled={off ? true : undefined}
      onClick={off ? undefined : onClick}
      className={`inline-flex h-8 min-w-8 items-center gap-1.5 rounded-full border px-2.5 focus-visible:outline-agent ${off ? 'border-agent-dim border-dashed text-agent-dim' : TONES[tone]}`}
    >
      {icon && <Icon of={icon} size={14} fill={fill} />}
      {children}
    </button>
  );
}
