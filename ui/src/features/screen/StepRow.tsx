import { Crosshair, Keyboard, type LucideIcon, RotateCcw, ScanText, Shapes } from 'lucide-react';
import { memo, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useCallSentence, useSentence } from '@/components/actionWords';
import { Button } from '@/components/Button';
import { Tag } from '@/components/Chip';
import { OUTCOMES, STATES, stateOf } from '@/components/cardState';
import { duration } from '@/components/format';
import { Picture } from '@/components/Picture';
import { Status } from '@/components/Status';
import type { Item } from '@/generated/Item';
import { useActions } from '@/session/context';
import { Ring, Thumbnail } from './Shot';
import type { Route, Step } from './steps';

const ROUTES: Record<Route, LucideIcon> = {
  pixels: Crosshair,
  text: ScanText,
  icon: Shapes,
  keyboard: Keyboard,
};

type Props = {
  step: Step;
  responding: boolean;
  /** The arrow keys stand here. */
  current: boolean;
  open: boolean;
  onToggle: () => void;
  ref: Ref<HTMLButtonElement> | undefined;
};

/** One step: its number, what was done where, the picture with the place, what came of it. */
export const StepRow = memo(function StepRow(props: Props) {
  const { step, responding, current, open, onToggle, ref } = props;
  const { t } = useTranslation();
  const { item, number, before, after, point, effect, route } = step;
  const sentence = useStepSentence(item);
  const state = stateOf(item, responding);
  const shown =
    effect && state !== 'awaiting'
      ? { ...OUTCOMES[effect.outcome], word: t(`action.${effect.outcome}`) }
      : { ...STATES[state], word: t(`card.${state}`) };
  const detail = effect?.detail || item.run?.note;
  const picture = before ?? after;
  const { ms } = item.run ?? {};
  return (
    <li className="border-border border-b [content-visibility:auto] [contain-intrinsic-size:auto_77px]">
      <button
        ref={ref}
        type="button"
        tabIndex={current ? 0 : -1}
        aria-expanded={open}
        onClick={onToggle}
        data-step={number}
        data-outcome={effect?.outcome ?? state}
        className={`flex w-full items-start gap-2.5 py-2 pr-3 pl-2 text-left -outline-offset-2 ${open ? 'bg-selected' : 'hover:bg-hover'}`}
      >
        <span className="num w-6 flex-none text-right text-12 text-muted">{number}</span>
        <Thumbnail image={picture?.image}>
          {point && picture === before && <Ring at={point} />}
        </Thumbnail>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-strong" title={sentence}>
              {sentence}
            </span>
            <Status tone={shown.tone} icon={shown.icon} word={shown.word} />
          </span>
          {detail && <span className="line-clamp-2 text-12 text-muted">{detail}</span>}
          <span className="mt-1 flex items-center gap-2">
            {route && <Tag icon={ROUTES[route]}>{t(`control.route_${route}`)}</Tag>}
            <span className="num ms-auto text-12 text-muted">
              {ms !== undefined && duration(ms)}
            </span>
          </span>
        </span>
      </button>
      {open && <Compare step={step} sentence={sentence} responding={responding} />}
    </li>
  );
});

/** The pictures around a step, side by side where there is room. */
function Compare(props: { step: Step; sentence: string; responding: boolean }) {
  const { step, sentence, responding } = props;
  const { t } = useTranslation();
  const { branch, goOn } = useActions();
  /** Asks the model again where this step was asked for; the conversation itself stays. */
  const retry = async () => {
    if (await branch(step.item.id)) await goOn();
  };
  const { before, after, point, item } = step;
  const { coordinate } = (item.content ?? {}) as { coordinate?: unknown };
  return (
    <div className="flex flex-col gap-2 bg-sunken py-2.5 pr-3 pl-10" data-compare>
      {before || after ? (
        <div className="grid grid-cols-[repeat(auto-fit,minmax(160px,1fr))] gap-3">
          {before && (
            <figure className="min-w-0">
              <Picture item={before.image} name={t('control.beforeName', { sentence })}>
                {point && <Ring at={point} big />}
              </Picture>
              <figcaption className="mt-1 text-12 text-muted">
                {t(point ? 'control.beforePoint' : 'control.before')}
              </figcaption>
            </figure>
          )}
          {after && (
            <figure className="min-w-0">
              <Picture item={after.image} name={t('control.afterName', { sentence })} />
              <figcaption className="mt-1 text-12 text-muted">{t('control.after')}</figcaption>
            </figure>
          )}
        </div>
      ) : (
        <p className="text-12 text-muted">{t('control.noPictures')}</p>
      )}
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-muted">
        <Button
          icon={RotateCcw}
          title={t('control.retryWhy')}
          off={responding ? t('control.retryBusy') : undefined}
          onClick={() => void retry()}
          data-action="retry-step"
        >
          {t('control.retry')}
        </Button>
        {Array.isArray(coordinate) && (
          <span className="num">{coordinate.map((one) => Math.round(Number(one))).join(', ')}</span>
        )}
        {item.run?.rule && <span>{t('control.rule', { rule: item.run.rule })}</span>}
        <span>{t('control.masked')}</span>
      </p>
    </div>
  );
}

/** What a step did, in words: verb and target. */
export function useStepSentence(item: Item): string {
  const { name, arguments: given } = (item.content ?? {}) as {
    name?: string;
    arguments?: unknown;
  };
  const called = useCallSentence(name ?? '', given);
  const acted = useSentence(item);
  return item.type === 'call' ? (called ?? name ?? item.type) : acted;
}
