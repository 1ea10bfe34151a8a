import { Hand, Monitor } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentence } from '@/components/actionWords';
import { OUTCOMES, STATES, stateOf } from '@/components/cardState';
import { duration } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Picture } from '@/components/Picture';
import { Status } from '@/components/Status';
import { useStepQuestion } from '@/components/useStepQuestion';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { StepQuestion } from './StepQuestion';

type Props = {
  item: Item;
  results: readonly Item[];
  /** The last picture before the action. */
  before: Item | undefined;
  pending: Pending | undefined;
  responding: boolean;
};

/** One thing done to the screen: the words, the effect, the picture with the place marked. */
export const ActionStep = memo(function ActionStep(props: Props) {
  const { item, results, before, pending, responding } = props;
  const { t } = useTranslation();
  const state = stateOf(item, responding, pending !== undefined);
  const awaits = state === 'awaiting' && pending !== undefined;
  const question = useStepQuestion(awaits ? pending : undefined);
  const words = (pending?.content as { words?: unknown } | null)?.words;
  const sentence = useSentence(item, typeof words === 'string' ? words : undefined);
  const look = STATES[state];
  const effect = item.effect;
  const shown =
    effect && state !== 'awaiting'
      ? { ...OUTCOMES[effect.outcome], word: t(`action.${effect.outcome}`) }
      : { ...look, word: t(`card.${state}`) };

  const point = pointOf(item);
  const after = results.find(({ type }) => type === 'image');
  const picture = point && before ? before : (after ?? before);
  const detail = effect?.detail || item.run?.note;

  return (
    <section
      data-card
      data-state={state}
      tabIndex={-1}
      onKeyDown={question.keys}
      aria-label={t('action.label', { sentence, state: shown.word })}
      className={`overflow-hidden rounded-3 border bg-surface ${awaits ? 'border-border-strong' : 'border-border'}`}
    >
      <div className="flex items-start gap-3 px-3 py-2">
        {picture ? (
          <Picture item={picture} name={sentence} width={88}>
            {point && picture === before && <Target {...point} frame={frameOf(item, before)} />}
          </Picture>
        ) : (
          <Icon of={awaits ? Hand : Monitor} size={14} className="mt-[3px] text-muted" />
        )}
        <div className="min-w-0 flex-1">
          <div className="flex items-center gap-2">
            <h3
              className={`min-w-0 flex-1 font-strong ${awaits ? '[overflow-wrap:anywhere]' : 'truncate'}`}
            >
              {sentence}
            </h3>
            <Status
              tone={shown.tone}
              icon={shown.icon}
              word={shown.word}
              extra={
                item.run?.ms !== undefined && state !== 'awaiting' ? duration(item.run.ms) : null
              }
            />
          </div>
          {detail && <p className="text-12 text-muted [overflow-wrap:anywhere]">{detail}</p>}
        </div>
      </div>
      {awaits && <StepQuestion item={item} question={question} allow />}
    </section>
  );
});

type Point = { x: number; y: number };

function pointOf({ content }: Item): Point | undefined {
  const { coordinate } = (content ?? {}) as { coordinate?: unknown };
  if (!Array.isArray(coordinate)) return undefined;
  const [x, y] = coordinate;
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : undefined;
}

function frameOf(item: Item, before: Item | undefined): [number, number] {
  const sent = item.frame?.sent ?? before?.frame?.sent;
  return sent ?? [before?.width ?? 1, before?.height ?? 1];
}

/** The double ring around where it acts: both colours, so it shows on any picture. */
function Target({ x, y, frame }: Point & { frame: [number, number] }) {
  const place = { left: `${(x / frame[0]) * 100}%`, top: `${(y / frame[1]) * 100}%` };
  return (
    <span
      aria-hidden
      className="absolute -mt-[6px] -ml-[6px] size-3 rounded-full border-2 border-agent outline-1 outline-agent-deep"
      style={place}
    />
  );
}
