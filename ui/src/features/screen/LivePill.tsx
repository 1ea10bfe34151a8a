import { ChevronDown, ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStepQuestion } from '@/components/useStepQuestion';
import type { Item } from '@/generated/Item';
import type { Os } from '@/generated/Os';
import type { Pending } from '@/generated/Pending';
import { useActions, useBackend, useSession } from '@/session/context';
import { shown } from '@/session/store';
import { isStep } from '@/session/turns';
import { show } from '@/session/view';
import { type Asking, Pill, PillButton } from './Pill';
import { useStepSentence } from './StepRow';

/** The pill over the conversation that is shown, while it controls the computer. */
export function LivePill() {
  const { t } = useTranslation();
  const actions = useActions();
  const os = useSession((state) => shown(state).os);
  const pending = useSession((state) => shown(state).pending[0]);
  const words = useAsked(pending);
  const { steps, cost } = useProgress();
  if (!os) return null;
  const answer = () => {
    const card = document.querySelector<HTMLElement>('[data-card][data-state="awaiting"]');
    card?.scrollIntoView({ block: 'nearest' });
    card?.focus({ preventScroll: true });
  };
  const asking: Asking | undefined = pending && {
    ...words,
    answers: (
      <PillButton tone="go" icon={ChevronDown} onClick={answer}>
        {t('pill.answer')}
      </PillButton>
    ),
  };
  return (
    <div className="flex flex-none justify-center px-4 pt-2 pb-1">
      <Pill
        os={os}
        steps={steps}
        cost={cost}
        asking={asking}
        onStop={() => actions.panic()}
        onPause={() => actions.pause()}
        onResume={() => actions.resume()}
        onDetails={() => show({ steps: true })}
      />
    </div>
  );
}

/**
 * The same in a window of its own, where the main window is out of the way. What it
 * asks about the screen is answered here; code is read in the main window first.
 */
export function PillWindow() {
  const { t } = useTranslation();
  const actions = useActions();
  const { shell } = useBackend();
  const current = useSession((state) => state.current);
  const live = useSession((state) => shown(state).os);
  const pending = useSession((state) => shown(state).pending[0]);
  const over = useOver();
  const { steps, cost } = useProgress();
  const onScreen = pending?.format === 'action' ? pending : undefined;
  const question = useStepQuestion(onScreen);
  const words = useAsked(pending);
  const os = live ?? over;
  const open = shell && (() => void shell.showMain(`conversation/${current}`));
  const details =
    shell &&
    (async () => {
      await shell.showMain(`conversation/${current}`);
      await shell.showMain('steps');
    });
  const wait = question.armed ? undefined : t('card.notYet');
  const asking: Asking | undefined = pending && {
    ...words,
    answers: onScreen ? (
      <>
        <PillButton tone="go" off={wait} onClick={question.once} data-action="run">
          {t(question.app ? 'action.allowOnce' : 'action.allow')}
        </PillButton>
        {question.app && (
          <PillButton
            off={wait}
            onClick={question.inApp}
            title={t('action.allowAppWhy', { app: question.app })}
            data-action="run-app"
          >
            {t('pill.allowApp')}
          </PillButton>
        )}
        <PillButton off={wait} onClick={question.skip} data-action="skip">
          {t('pill.notNow')}
        </PillButton>
      </>
    ) : (
      open && (
        <PillButton tone="go" icon={ExternalLink} onClick={open} data-action="open">
          {t('pill.open')}
        </PillButton>
      )
    ),
  };
  return (
    <main className="flex h-full items-center bg-agent-deep px-2">
      {os && (
        <Pill
          alone
          os={os}
          steps={steps}
          cost={cost}
          asking={live ? asking : undefined}
          onStop={() => actions.panic()}
          onPause={() => actions.pause()}
          onResume={() => actions.resume()}
          onDetails={details && (() => void details())}
        />
      )}
      <p className="sr-only" role="alert">
        {live && asking ? `${asking.title} ${asking.why}` : ''}
      </p>
    </main>
  );
}

const NOTHING: Item = { id: '', role: 'assistant', type: '', content: null, complete: true };

/** What is asked, in a line and the line under it. */
function useAsked(pending: Pending | undefined): { title: string; why: string } {
  const { t } = useTranslation();
  const item = useSession((state) =>
    pending ? shown(state).items.findLast(({ id }) => id === pending.item) : undefined,
  );
  const sentence = useStepSentence(item ?? NOTHING);
  if (pending?.format !== 'action') {
    return { title: t('pill.askCode'), why: t('pill.askCodeWhy') };
  }
  const { app, words } = (pending.content ?? {}) as { app?: unknown; words?: unknown };
  // The engine names the target of an action; a command of the Computer API names it itself.
  const what = item?.type !== 'call' && typeof words === 'string' && words ? words : sentence;
  return {
    title: typeof app === 'string' && app !== '' ? t('pill.askApp', { app }) : t('pill.askAction'),
    why: what.charAt(0).toUpperCase() + what.slice(1),
  };
}

/** Steps of this turn, and what the conversation cost so far. */
function useProgress(): { steps: number; cost: number } {
  const items = useSession((state) => shown(state).items);
  const cost = useSession((state) => shown(state).meta.cost);
  const start = items.findLastIndex(({ role }) => role === 'user');
  return { steps: items.slice(start + 1).filter(isStep).length, cost };
}

/** How the turn ended, once it has. */
function useOver(): Os | undefined {
  const items = useSession((state) => shown(state).items);
  const responding = useSession((state) => shown(state).responding);
  if (responding || items.length === 0) return undefined;
  const last = items.findLast(({ run }) => run !== undefined)?.run?.state;
  return { state: last === 'stopped' || last === 'skipped' ? 'stopped' : 'finished', text: '' };
}
