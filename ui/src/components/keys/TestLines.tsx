import { CircleCheck, CircleMinus, CircleX, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { TestResult } from '@/generated/TestResult';
import type { TestStep } from '@/generated/TestStep';
import { useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';
import { duration } from '../format';
import { Icon } from '../Icon';
import { Ring } from '../Status';

export const STEPS: readonly TestStep[] = ['reach', 'key', 'models', 'answer', 'tools', 'images'];
/** Without these the rest cannot work, and is not tried. */
const FIRST: readonly TestStep[] = ['reach', 'key', 'answer'];

export type Tested = Partial<Record<TestStep, TestResult>>;

type Props = {
  model: string;
  base?: string | undefined;
  /** A key that is not kept yet. */
  secret?: string | undefined;
  /** Told after each line, and at the end with `over`. */
  onResult?: (tested: Tested, over: boolean) => void;
};

/** Tries a model line by line: what works, how long it took, and what to do where it does not. */
export function TestLines({ model, base, secret, onResult }: Props) {
  const { t } = useTranslation();
  const backend = useBackend();
  const [tested, setTested] = useState<Tested>({});
  const [running, setRunning] = useState<TestStep | null>(null);
  const [over, setOver] = useState(false);
  const tell = useRef(onResult);
  tell.current = onResult;

  useEffect(() => {
    let wanted = true;
    const run = async () => {
      let results: Tested = {};
      setTested(results);
      setOver(false);
      for (const step of STEPS) {
        setRunning(step);
        const result = await backend
          .query({
            query: 'test',
            step,
            model,
            ...(base && { base }),
            ...(secret && { key: secret }),
          })
          .catch(
            (thrown): TestResult => ({
              step,
              works: false,
              ms: 0,
              detail: '',
              error: failureOf(thrown),
            }),
          );
        if (!wanted) return;
        results = { ...results, [step]: result };
        setTested(results);
        const ends = result.works === false && FIRST.includes(step);
        if (!ends) tell.current?.(results, false);
        else break;
      }
      setRunning(null);
      setOver(true);
      tell.current?.(results, true);
    };
    void run();
    return () => {
      wanted = false;
    };
  }, [backend, model, base, secret]);

  const bad = STEPS.filter((step) => tested[step]?.works === false).length;
  return (
    <div>
      <ul
        aria-label={t('settings.step.label', { model })}
        className="divide-y divide-border rounded-3 border border-border bg-surface"
      >
        {STEPS.map((step) => (
          <Line
            key={step}
            step={step}
            result={tested[step]}
            running={running === step}
            over={over}
          />
        ))}
      </ul>
      <p role="status" className="sr-only">
        {over &&
          (bad === 0
            ? t('settings.step.over')
            : t('settings.step.overBad', { count: bad, all: STEPS.length }))}
      </p>
    </div>
  );
}

type LineProps = {
  step: TestStep;
  result: TestResult | undefined;
  running: boolean;
  over: boolean;
};

function Line({ step, result, running, over }: LineProps) {
  const { t } = useTranslation();
  const state = running
    ? 'running'
    : !result
      ? 'waiting'
      : result.works === true
        ? 'works'
        : result.works === false
          ? 'fails'
          : 'none';
  // A model without tools or pictures is not broken.
  const mild = state === 'fails' && (step === 'tools' || step === 'images' || step === 'models');
  const known = state === 'works' || state === 'fails' || state === 'none';
  return (
    <li data-step={step} data-state={state} className="px-3 py-1.5">
      <div className="flex items-center gap-2">
        <span className="flex size-4 flex-none items-center justify-center">
          {state === 'running' && <Ring />}
          {state === 'works' && <Icon of={CircleCheck} size={14} className="text-success" />}
          {state === 'fails' && (
            <Icon
              of={mild ? TriangleAlert : CircleX}
              size={14}
              className={mild ? 'text-warning' : 'text-danger'}
            />
          )}
          {(state === 'none' || state === 'waiting') && (
            <Icon of={CircleMinus} size={14} className="text-faint" />
          )}
        </span>
        <span className={`min-w-0 flex-1 ${state === 'waiting' ? 'text-faint' : ''}`}>
          {t(`settings.step.${step}`)}
          {known && result?.detail && !result.error && (
            <span className="text-muted"> · {result.detail}</span>
          )}
        </span>
        <span className="num flex-none text-12 text-muted">
          {state === 'running' && t('settings.step.testing')}
          {state === 'waiting' && over && t('settings.step.notTried')}
          {state === 'fails' && <span className="sr-only">{t('settings.step.no')} </span>}
          {known && result && result.ms > 0 && duration(result.ms)}
        </span>
      </div>
      {result?.error && (
        <div className="ms-6 mt-1 mb-1 text-12 [overflow-wrap:anywhere]">
          <p className="font-strong">{result.error.message}</p>
          {result.error.remedy && <p className="text-muted">{result.error.remedy}</p>}
        </div>
      )}
    </li>
  );
}
