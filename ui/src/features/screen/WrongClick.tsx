import { Flag, Undo2 } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { FIELD } from '@/components/Field';
import { Icon } from '@/components/Icon';
import type { StepMark } from '@/generated/StepMark';
import type { StepActions } from './useStepActions';

/** Longest sentence that is kept with a step, in characters. */
const LONGEST = 500;

type Props = { number: number; mark: StepMark | undefined; actions: StepActions };

/** Says that a step was a wrong click, and perhaps why. It is stored at once, and can be taken back. */
export function WrongClick({ number, mark, actions }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState(mark?.note ?? '');
  const field = useId();
  const wrong = mark?.wrong === true;
  /** Where the focus goes once it is said: what was pressed is gone then. */
  const follow = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    (wrong ? input : button).current?.focus();
  }, [wrong]);
  const say = (now: boolean) => {
    follow.current = true;
    setNote('');
    void actions.mark(number, now);
  };
  if (!mark?.wrong) {
    return (
      <Button
        ref={button}
        look="quiet"
        icon={Flag}
        title={t('steps.wrongWhy')}
        onClick={() => say(true)}
        data-action="wrong-click"
      >
        {t('steps.wrong')}
      </Button>
    );
  }
  const kept = mark.note ?? '';
  const save = () => void actions.mark(number, true, note.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      data-said="wrong"
      className="flex w-full flex-col gap-1.5 rounded-2 border border-border bg-surface p-2"
    >
      <span className="flex flex-wrap items-center gap-2 text-12">
        <span className="flex min-w-0 flex-1 items-center gap-1.5 text-warning">
          <Icon of={Flag} size={14} />
          <span className="font-strong">{t('steps.saidWrong')}</span>
        </span>
        <Button look="quiet" icon={Undo2} onClick={() => say(false)} data-action="take-back">
          {t('steps.takeBack')}
        </Button>
      </span>
      <label htmlFor={field} className="text-12 text-muted">
        {t('steps.note')}
      </label>
      <span className="flex gap-2">
        <input
          ref={input}
          id={field}
          value={note}
          maxLength={LONGEST}
          dir="auto"
          placeholder={t('steps.notePlaceholder')}
          onChange={(event) => setNote(event.target.value)}
          data-field="wrong-note"
          className={`${FIELD} flex-1 border-border-strong`}
        />
        <Button
          onClick={save}
          off={note.trim() === kept ? t('steps.noteSame') : undefined}
          data-action="keep-note"
        >
          {t('steps.keepNote')}
        </Button>
      </span>
    </form>
  );
}
