import { ListChecks, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { dollars } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Item } from '@/generated/Item';
import type { Outcome } from '@/generated/Outcome';
import { useActions, useBackend, useSession } from '@/session/context';
import { shown } from '@/session/store';
import { show, useView } from '@/session/view';
import { ReplayDialog } from './ReplayDialog';
import { SaveSteps } from './SaveSteps';
import { StepRow } from './StepRow';
import { outcomes, reuse, type Step, stepsOf } from './steps';
import { useStepActions } from './useStepActions';

/** Below this width the panel lies over the conversation. */
const BESIDE = '(min-width: 1100px)';

/** All that was done on the screen in this conversation; beside it, or over it. */
export function StepsPanel({ away = false }: { away?: boolean }) {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const open = useView((view) => view.steps);
  const current = useSession((state) => state.current);
  const beside = useMedia(BESIDE);
  const origin = useRef<Element | null>(null);

  // The pill asks for it from its own window.
  useEffect(
    () =>
      shell?.onEvent((event) => {
        if (event.event === 'go' && event.to === 'steps') show({ steps: true });
      }),
    [shell],
  );
  useEffect(() => {
    if (open) origin.current = document.activeElement;
  }, [open]);
  const close = () => {
    show({ steps: false });
    const back = origin.current;
    if (back instanceof HTMLElement && back.isConnected) back.focus();
  };
  if (!open || current === null || away) return null;
  if (beside) {
    return (
      <aside
        data-region="steps"
        aria-label={t('control.steps')}
        className="flex w-110 flex-none flex-col border-border border-s bg-surface"
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          event.preventDefault();
          close();
        }}
      >
        <Steps key={current} conversation={current} onClose={close} />
      </aside>
    );
  }
  return (
    <Dialog.Root open onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 end-0 z-50 flex w-full max-w-140 flex-col border-border border-s bg-surface outline-none"
        >
          <Dialog.Title className="sr-only">{t('control.steps')}</Dialog.Title>
          <Steps key={current} conversation={current} onClose={close} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Steps({ conversation, onClose }: { conversation: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { showEarlier } = useActions();
  const items = useSession((state) => shown(state).items);
  const responding = useSession((state) => shown(state).responding);
  const cost = useSession((state) => shown(state).meta.cost);
  const more = useSession((state) => state.loaded[conversation]?.more === true);
  const steps = useSteps(items);
  const { actions, failed } = useStepActions(conversation);
  /** The row the keys are on, and those that are open. */
  const [at, setAt] = useState<string>();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const row = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const last = steps.at(-1)?.key;
  const here = at !== undefined && steps.some(({ key }) => key === at) ? at : last;

  // The newest is seen, as long as nobody looks at another one.
  useEffect(() => {
    const box = list.current;
    if (box && last !== undefined && at === undefined) box.scrollTop = box.scrollHeight;
  }, [last, at]);
  useEffect(() => {
    row.current?.focus();
  }, []);

  const toggle = useCallback((id: string) => {
    setAt(id);
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const keys = (event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target?.matches('[data-step]')) return;
    const index = steps.findIndex(({ key }) => key === here);
    const to = {
      ArrowDown: Math.min(index + 1, steps.length - 1),
      ArrowUp: Math.max(index - 1, 0),
      Home: 0,
      End: steps.length - 1,
    }[event.key];
    const step = to === undefined ? undefined : steps[to];
    if (!step) return;
    event.preventDefault();
    setAt(step.key);
    list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(step.key)}"]`)?.focus();
  };
  const counts = outcomes(steps);
  const words = (Object.keys(counts) as Outcome[])
    .map((outcome) => t(`control.count_${outcome}`, { count: counts[outcome] ?? 0 }))
    .join(', ');
  return (
    <>
      <div className="flex min-h-12 flex-none items-center gap-2 border-border border-b py-1 pr-2 pl-3">
        <Icon of={ListChecks} className="text-muted" />
        <h2 className="min-w-0 flex-1 font-strong">{t('control.steps')}</h2>
        {steps.length > 0 && (
          <>
            <ReplayDialog steps={steps} responding={responding} actions={actions} />
            <SaveSteps actions={actions} />
          </>
        )}
        <IconButton
          icon={X}
          name={t('control.close')}
          onClick={onClose}
          data-action="close-steps"
        />
      </div>
      {failed && (
        <p role="alert" className="border-border border-b px-3 py-2 text-12 text-danger">
          {failed}
        </p>
      )}
      {steps.length === 0 ? (
        <div className="flex-1 px-6 py-8 text-center" data-said="none">
          <Icon of={ListChecks} size={20} className="mx-auto text-muted" />
          <p className="mt-2 font-strong">{t('control.none')}</p>
          <p className="mt-1 text-12 text-muted">{t('steps.noneWhy')}</p>
        </div>
      ) : (
        <ol
          ref={list}
          aria-label={t('control.steps')}
          onKeyDown={keys}
          className="min-h-0 flex-1 overflow-y-auto"
        >
          {more && (
            <li className="border-border border-b p-2 text-center">
              <Button look="quiet" onClick={() => void showEarlier()}>
                {t('control.earlier')}
              </Button>
            </li>
          )}
          {steps.map((step) => (
            <StepRow
              key={step.key}
              ref={step.key === here ? row : undefined}
              step={step}
              responding={responding}
              current={step.key === here}
              open={opened.has(step.key)}
              actions={actions}
              onToggle={toggle}
            />
          ))}
        </ol>
      )}
      <div className="flex flex-none items-center gap-2 border-border border-t bg-sunken px-3 py-2 text-12 text-muted">
        <span className="min-w-0 flex-1" data-said="steps">
          {t('pill.steps', { count: steps.filter(({ number }) => number !== undefined).length })}
          {words && ` · ${words}`}
        </span>
        {cost > 0 && <span className="num">{dollars(cost)}</span>}
      </div>
    </>
  );
}

/** The steps, each the same object as long as nothing of it changed. */
function useSteps(items: readonly Item[]): readonly Step[] {
  const before = useRef<readonly Step[]>([]);
  return useMemo(() => {
    before.current = reuse(before.current, stepsOf(items));
    return before.current;
  }, [items]);
}

function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
