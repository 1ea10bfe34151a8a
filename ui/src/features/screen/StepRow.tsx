import {
  CodeXml,
  Crosshair,
  Flag,
  Keyboard,
  type LucideIcon,
  ScanText,
  Shapes,
  SquareMousePointer,
} from 'lucide-react';
import { memo, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { Tag } from '@/components/Chip';
import { OUTCOMES, STATES, stateOf } from '@/components/cardState';
import { dollars, duration } from '@/components/format';
import { Status } from '@/components/Status';
import { Marks, Thumbnail } from './Shot';
import { StepDetail } from './StepDetail';
import type { Route, Step } from './steps';
import type { StepActions } from './useStepActions';
import { useStepSentence } from './useStepWords';

const ROUTES: Record<Route, LucideIcon> = {
  pixels: Crosshair,
  text: ScanText,
  icon: Shapes,
  keyboard: Keyboard,
  code: CodeXml,
  again_element: SquareMousePointer,
  again_text: ScanText,
  again_point: Crosshair,
  again_window: Keyboard,
};

type Props = {
  step: Step;
  responding: boolean;
  /** The arrow keys stand here. */
  current: boolean;
  open: boolean;
  actions: StepActions;
  onToggle: (key: string) => void;
  ref: Ref<HTMLButtonElement> | undefined;
};

/** One step: its number, what was done where, the picture with the place, what came of it. */
export const StepRow = memo(function StepRow(props: Props) {
  const { step, responding, current, open, actions, onToggle, ref } = props;
  const { t } = useTranslation();
  const { item, key, number, before, after, points, effect, route, ms, cost, mark } = step;
  const sentence = useStepSentence(step);
  const state = stateOf(item, responding);
  const shown =
    effect && state !== 'awaiting'
      ? { ...OUTCOMES[effect.outcome], word: t(`action.${effect.outcome}`) }
      : { ...STATES[state], word: t(`card.${state}`) };
  const detail = effect?.detail || item.run?.note;
  const picture = before ?? after;
  const figures = [
    ms !== undefined && duration(ms),
    cost !== undefined && cost > 0 && dollars(cost),
  ].filter(Boolean);
  return (
    <li className="border-border border-b [content-visibility:auto] [contain-intrinsic-size:auto_77px]">
      <button
        ref={ref}
        type="button"
        tabIndex={current ? 0 : -1}
        aria-expanded={open}
        onClick={() => onToggle(key)}
        data-step={number ?? ''}
        data-row={key}
        data-outcome={effect?.outcome ?? state}
        className={`flex w-full items-start gap-2.5 py-2 pr-3 pl-2 text-left -outline-offset-2 ${open ? 'bg-selected' : 'hover:bg-hover'}`}
      >
        <span className="num w-6 flex-none text-right text-12 text-muted">{number ?? '–'}</span>
        <Thumbnail image={picture?.image}>
          {picture === before && <Marks points={points} />}
        </Thumbnail>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-strong" title={sentence}>
              {sentence}
            </span>
            <Status tone={shown.tone} icon={shown.icon} word={shown.word} />
          </span>
          {detail && <span className="line-clamp-2 text-12 text-muted">{detail}</span>}
          {mark?.wrong && (
            <span
              data-said="wrong"
              className="mt-0.5 flex items-start gap-1.5 text-12 text-warning [overflow-wrap:anywhere]"
            >
              <Flag aria-hidden size={14} strokeWidth={1.75} className="mt-px flex-none" />
              {mark.note ? t('steps.saidWrongNote', { note: mark.note }) : t('steps.saidWrong')}
            </span>
          )}
          <span className="mt-1 flex items-center gap-2">
            {route && <Tag icon={ROUTES[route]}>{t(`control.route_${route}`)}</Tag>}
            <span className="num ms-auto flex-none text-12 text-muted">{figures.join(' · ')}</span>
          </span>
        </span>
      </button>
      {open && (
        <StepDetail step={step} sentence={sentence} responding={responding} actions={actions} />
      )}
    </li>
  );
});
