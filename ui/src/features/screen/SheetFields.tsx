import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FIELD } from '@/components/Field';
import type { Display } from '@/generated/Display';
import { useBackend } from '@/session/context';
import { placesOf, type Written } from './limits';

/** A line of the sheet: what it is about, and what is said or asked. */
export function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-4 border-border border-t py-2.5">
      <dt className="w-22 flex-none text-muted">{name}</dt>
      <dd className="min-w-50 flex-1">{children}</dd>
    </div>
  );
}

const LIMITS = ['steps', 'minutes', 'cost'] as const;

type LimitsProps = {
  fields: Required<Written>;
  wrong: keyof Written | undefined;
  onChange: (written: Written) => void;
};

/** The most that one turn may do and take, and what the conversation may cost. */
export function Limits({ fields, wrong, onChange }: LimitsProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Line name={t('control.limit')}>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {LIMITS.map((name) => (
          <label key={name} className="me-2 flex items-center gap-2">
            <input
              aria-label={t(`control.limit_${name}`)}
              aria-invalid={wrong === name || undefined}
              aria-describedby={id}
              inputMode={name === 'cost' ? 'decimal' : 'numeric'}
              autoComplete="off"
              placeholder={t('control.limitNone')}
              value={fields[name]}
              onChange={(event) => onChange({ [name]: event.target.value })}
              data-field={name === 'cost' ? 'limit' : name}
              className={`${FIELD} h-8 w-16 ${wrong === name ? 'border-danger' : 'border-border-strong'}`}
            />
            <span>{t(`control.unit_${name}`)}</span>
          </label>
        ))}
      </span>
      <p id={id} className={`mt-1 text-12 ${wrong ? 'text-danger' : 'text-muted'}`}>
        {t(
          wrong === 'cost'
            ? 'control.limitWrong'
            : wrong
              ? 'control.countWrong'
              : 'control.limitWhy',
        )}
      </p>
    </Line>
  );
}

type DisplaysProps = {
  displays: readonly Display[];
  ticked: readonly string[];
  onChange: (names: readonly string[]) => void;
};

/** Which displays it may see and use. The last one cannot be taken away. */
export function Displays({ displays, ticked, onChange }: DisplaysProps) {
  const { t } = useTranslation();
  return (
    <Line name={t('control.displays')}>
      <fieldset aria-label={t('control.displays')} className="flex flex-wrap gap-3">
        {placesOf(displays).map(({ display, number, side }) => {
          const on = ticked.includes(display.name);
          const last = on && ticked.length === 1;
          const names = displays.map(({ name }) => name);
          return (
            <label
              key={display.name}
              title={last ? t('control.displaysLast') : display.name}
              className={`flex h-9 items-center gap-2 rounded-2 border px-3 has-focus-visible:outline-2 has-focus-visible:outline-focus ${on ? 'border-primary inset-ring-1 inset-ring-primary' : 'border-border-strong'}`}
            >
              <input
                type="checkbox"
                className="size-4 flex-none accent-primary"
                checked={on}
                aria-disabled={last || undefined}
                onChange={() => {
                  if (last) return;
                  const next = on
                    ? ticked.filter((name) => name !== display.name)
                    : names.filter((name) => name === display.name || ticked.includes(name));
                  onChange(next);
                }}
                data-display={display.name}
              />
              <span>
                {side
                  ? t('control.displaySide', { number, side: t(`control.side_${side}`) })
                  : t('control.displayNumber', { number })}
              </span>
              <span className="num text-12 text-muted">
                {t('control.display', { width: display.width, height: display.height })}
              </span>
            </label>
          );
        })}
      </fieldset>
      <p className="mt-1 text-12 text-muted">{t('control.displaysWhy')}</p>
    </Line>
  );
}

/** The displays of the computer the engine runs on; none until they are told. */
export function useDisplays(): readonly Display[] {
  const backend = useBackend();
  const [displays, setDisplays] = useState<readonly Display[]>([]);
  useEffect(() => {
    let current = true;
    backend.query({ query: 'displays' }).then(
      (answer) => current && setDisplays(answer.displays),
      () => {
        // Without a screen nothing will start, and it says so then.
      },
    );
    return () => {
      current = false;
    };
  }, [backend]);
  return displays;
}
