import { ArrowRight, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { before, go, STEPS, type Step, type Where } from './progress';

type FrameProps = {
  step: Step;
  where: Where;
  children: ReactNode;
  /** Quieter ways on, and out. */
  other?: ReactNode;
  out?: ReactNode;
  primary: ReactNode;
};

/** A step: how far, what it asks, and the ways on. */
export function Frame({ step, where, children, other, out, primary }: FrameProps) {
  const { t } = useTranslation();
  const at = STEPS.indexOf(step);
  const back = before(step, where);
  return (
    <div
      data-start={step}
      className="m-auto flex min-h-120 w-full max-w-160 flex-col rounded-3 border border-border-strong bg-bg"
    >
      <div className="flex flex-1 flex-col px-6 pt-4 pb-5">
        <div className="mb-3 flex items-center justify-between">
          <p className="num text-12 text-muted">
            {t('start.step', { at: at + 1, all: STEPS.length })}
          </p>
          <span aria-hidden className="flex gap-1">
            {STEPS.map((one, index) => (
              <span
                key={one}
                className={`h-1 w-4 rounded-full ${index <= at ? 'bg-primary' : 'bg-pressed'}`}
              />
            ))}
          </span>
        </div>
        <h1 tabIndex={-1} className="font-strong text-20 outline-none" data-heading>
          {t(`start.${step}.title`)}
        </h1>
        <p className="mb-4 text-muted">{t(`start.${step}.lead`)}</p>
        {children}
      </div>
      <div className="flex flex-wrap items-center gap-2 border-border border-t px-6 py-4">
        {back && (
          <Button big onClick={() => go({ step: back })}>
            {t('start.back')}
          </Button>
        )}
        {out}
        <span className="flex-1" />
        {other}
        {primary}
      </div>
    </div>
  );
}

type CardProps = {
  group: string;
  value: string;
  chosen: boolean;
  title: string;
  why: string;
  aside?: ReactNode;
  goes?: { icon: LucideIcon; text: string };
  children?: ReactNode;
  onChoose: () => void;
};

/** One of the answers. */
export function Card({
  group,
  value,
  chosen,
  title,
  why,
  aside,
  goes,
  children,
  onChoose,
}: CardProps) {
  const id = `${group}-${value}`;
  return (
    <div
      data-choice={value}
      className={`rounded-3 bg-surface has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-2 ${chosen ? 'border-2 border-primary' : 'm-px border border-border hover:bg-hover'}`}
    >
      <label className="flex items-start gap-3 px-3 pt-2.5 pb-2">
        <input
          type="radio"
          name={group}
          className="radio mt-0.5"
          checked={chosen}
          aria-describedby={id}
          onChange={onChoose}
        />
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-center gap-x-2">
            <span className="flex-1 font-strong">{title}</span>
            {aside}
          </span>
          <span id={id} className="block text-muted">
            {why}
            {goes && (
              <span className="mt-0.5 flex items-center gap-1.5 text-12">
                <Icon of={goes.icon} size={14} />
                {goes.text}
              </span>
            )}
          </span>
        </span>
      </label>
      {children && <div className="ps-10 pe-3 pb-2.5">{children}</div>}
    </div>
  );
}

export function Onward({
  children,
  onClick,
  off,
}: {
  children: string;
  onClick: () => void;
  off?: string | undefined;
}) {
  return (
    <Button big look="primary" data-action="continue" off={off} onClick={onClick}>
      <span className="inline-flex items-center gap-1.5">
        {children}
        <Icon of={ArrowRight} size={14} className="rtl:-scale-x-100" />
      </span>
    </Button>
  );
}
