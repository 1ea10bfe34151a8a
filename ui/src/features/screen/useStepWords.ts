/* What a step did, in words: verb and target. */
import { useTranslation } from 'react-i18next';
import { useCallSentence, useSentence } from '@/components/actionWords';
import type { Item } from '@/generated/Item';
import type { Step as Recorded } from '@/generated/Step';
import type { Step } from './steps';

/** A step that is not recorded, by what was asked for. */
export function useItemSentence(item: Item): string {
  const { name, arguments: given } = (item.content ?? {}) as {
    name?: string;
    arguments?: unknown;
  };
  const called = useCallSentence(name ?? '', given);
  const acted = useSentence(item);
  return item.type === 'call' ? (called ?? name ?? item.type) : acted;
}

/** A step, by what it really went to where that is known. */
export function useStepSentence(step: Step): string {
  const asked = useItemSentence(step.item);
  const done = useRecordedSentence(step.recorded);
  return done ?? asked;
}

const NOTHING: Item = { id: '', role: 'assistant', type: 'action', content: null, complete: true };
/** Longest name that is shown of an element; its words come from outside. */
const LONGEST = 60;

function useRecordedSentence(recorded: Recorded | undefined): string | undefined {
  const { t } = useTranslation();
  const { action = {}, element, points = [] } = recorded ?? {};
  const { coordinate, ...rest } = action;
  // Where the element has a name, its place says nothing more.
  const named = shorten(element?.name ?? '');
  const role = shorten(element?.role ?? '');
  const what = useSentence({
    ...NOTHING,
    content: { ...rest, ...(!named && !role && { coordinate: points.at(-1) ?? coordinate }) },
  });
  if (!recorded) return undefined;
  const verb = String(action.action ?? '');
  if (verb === 'type') {
    return named ? t('steps.into', { what, name: named }) : what;
  }
  if (points.length === 0) return what;
  if (verb === 'left_click_drag' || verb === 'drag') {
    const [x, y] = points.at(-1) ?? [0, 0];
    return named ? t('steps.dragTo', { name: named }) : t('steps.dragToPoint', { x, y });
  }
  if (verb === 'scroll') return named ? t('steps.inside', { what, name: named }) : what;
  if (named) return t('action.on', { what, text: named });
  return role ? t('steps.onRole', { what, role }) : what;
}

const shorten = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
