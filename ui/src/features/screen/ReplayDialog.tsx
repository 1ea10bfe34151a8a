import { Play } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { recordedOf, type Step } from './steps';
import type { StepActions } from './useStepActions';

type Props = { steps: readonly Step[]; responding: boolean; actions: StepActions };

/** Does the recorded steps again, after it has said what that is. */
export function ReplayDialog({ steps, responding, actions }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [withWrong, setWithWrong] = useState(false);
  const all = recordedOf(steps, true);
  const right = recordedOf(steps, false);
  const wrong = all.length - right.length;
  const numbers = withWrong ? all : right;
  if (all.length === 0) return null;
  const start = () => {
    setOpen(false);
    void actions.replay(numbers);
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => setOpen(next && !responding)}>
      <Dialog.Trigger asChild>
        <IconButton
          icon={Play}
          name={t('steps.replay')}
          title={responding ? t('control.retryBusy') : t('steps.replay')}
          aria-disabled={responding ? true : undefined}
          className={responding ? 'opacity-50' : ''}
          data-action="replay"
        />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-scrim/46" />
        <Dialog.Content className="-translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-60 max-h-[calc(100vh-32px)] w-120 max-w-[calc(100vw-32px)] overflow-y-auto rounded-4 border border-border-strong bg-raised p-5 outline-none">
          <Dialog.Title className="font-strong text-16">
            {t('steps.replayTitle', { count: numbers.length })}
          </Dialog.Title>
          <Dialog.Description className="mt-2 text-muted">
            {t('steps.replayWhy')}
          </Dialog.Description>
          <ul className="mt-2 list-disc ps-5 text-13">
            <li>{t('steps.replayElement')}</li>
            <li>{t('steps.replayStops')}</li>
            <li>{t('steps.replayAsks')}</li>
            <li>{t('steps.replayStop')}</li>
          </ul>
          {wrong > 0 && (
            <label className="mt-3 flex items-center gap-2">
              <input
                type="checkbox"
                checked={!withWrong}
                onChange={(event) => setWithWrong(!event.target.checked)}
                data-field="leave-out"
                className="size-4 accent-(--primary)"
              />
              {t('steps.replayLeave', { count: wrong })}
            </label>
          )}
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Dialog.Close asChild>
              <Button big>{t('steps.notNow')}</Button>
            </Dialog.Close>
            <Button
              big
              look="primary"
              icon={Play}
              off={numbers.length === 0 ? t('steps.replayNone') : undefined}
              onClick={start}
              data-action="replay-start"
            >
              {t('steps.replayStart', { count: numbers.length })}
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
