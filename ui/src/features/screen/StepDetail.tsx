import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { timeToSecond } from '@/components/format';
import { useActions } from '@/session/context';
import { Compare } from './Compare';
import type { Step } from './steps';
import type { StepActions } from './useStepActions';
import { WrongClick } from './WrongClick';

type Props = { step: Step; sentence: string; responding: boolean; actions: StepActions };

/** An open step: its pictures, what is known of it, and what can be done about it. */
export function StepDetail({ step, sentence, responding, actions }: Props) {
  const { t } = useTranslation();
  const { branch, goOn } = useActions();
  const { item, recorded, mark } = step;
  /** Asks the model again where this step was asked for; the conversation itself stays. */
  const retry = async () => {
    if (await branch(item.id)) await goOn();
  };
  return (
    <div className="flex flex-col gap-2.5 bg-sunken py-2.5 pr-3 pl-10" data-compare>
      <Compare step={step} sentence={sentence} />
      <Facts step={step} />
      <div className="flex flex-wrap items-center gap-2">
        {/* No model asked for what was replayed. */}
        {item.role === 'assistant' && (
          <Button
            icon={RotateCcw}
            title={t('control.retryWhy')}
            off={responding ? t('control.retryBusy') : undefined}
            onClick={() => void retry()}
            data-action="retry-step"
          >
            {t('control.retry')}
          </Button>
        )}
        {recorded && <WrongClick number={recorded.number} mark={mark} actions={actions} />}
      </div>
    </div>
  );
}

/** What is known of a step besides its row. */
function Facts({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { item, recorded, before } = step;
  const { coordinate } = (item.content ?? {}) as { coordinate?: unknown };
  const at = recorded ? recorded.points.at(-1) : Array.isArray(coordinate) ? coordinate : undefined;
  const { app, window: title, element } = recorded ?? {};
  const place = [app, title].filter(Boolean).join(': ');
  const what = [element?.role, element?.name && `“${element.name}”`].filter(Boolean).join(' ');
  const masked = recorded ? recorded.masked : before !== undefined;
  const facts: [string, ReactNode][] = [
    [t('steps.where'), place],
    [t('steps.what'), what],
    [
      t('steps.point'),
      at && <span className="num">{at.map((one) => Math.round(Number(one))).join(', ')}</span>,
    ],
    [
      t('steps.when'),
      recorded && recorded.at > 0 && <span className="num">{timeToSecond(recorded.at)}</span>,
    ],
    [t('steps.rule'), item.run?.rule],
    [t('steps.maskedTitle'), masked && t('control.masked')],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-12">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="[overflow-wrap:anywhere]">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
