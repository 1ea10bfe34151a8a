import { ChevronDown, ExternalLink, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStepQuestion } from '@/components/useStepQuestion';
import type { Error as Failure } from '@/generated/Error';
import type { Item } from '@/generated/Item';
import type { Os } from '@/generated/Os';
import type { Pending } from '@/generated/Pending';
import type { RunState } from '@/generated/RunState';
import { useActions, useBackend, useSession } from '@/session/context';
import { shown } from '@/session/store';
import { isStep, speaks } from '@/session/turns';
import { show } from '@/session/view';
import { type Asking, Pill, PillButton } from './Pill';
import { useItemSentence } from './useStepWords';
import { useValues } from './useValues';

/** The pill over the conversation that is shown, while it controls the computer. */
export function LivePill() {
  const { t } = useTranslation();
  const actions = useActions();
  const os = useSession((state) => shown(state).os);
  const pending = useSession((state) => shown(state).pending[0]);
  const words = useAsked(pending);
  const progress = useProgress(os !== undefined);
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
        {...progress}
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
  const progress = useProgress(live !== undefined);
  const onScreen = pending?.format === 'action' ? pending : undefined;
  const question = useStepQuestion(onScreen);
  const words = useAsked(pending);
  const os = live ?? over?.os;
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
            title={t(question.tier === 'full' ? 'action.allowAppWhy' : 'action.allowClicksWhy', {
              app: question.app,
            })}
            data-action="run-app"
          >
            {t(question.tier === 'full' ? 'pill.allowApp' : 'pill.allowClicks')}
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
          {...progress}
          onward={
            !live &&
            over?.limit && (
              <PillButton
                tone="go"
                icon={Play}
                title={t(`control.goOn_${over.limit.name}`, { count: over.limit.count })}
                onClick={() => void actions.goOn()}
                data-action="go-on"
              >
                {t('control.goOn')}
              </PillButton>
            )
          }
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
  const sentence = useItemSentence(item ?? NOTHING);
  if (pending?.format !== 'action') {
    return { title: t('pill.askCode'), why: t('pill.askCodeWhy') };
  }
  const { app, words, why } = (pending.content ?? {}) as Record<'app' | 'words' | 'why', unknown>;
  // The engine names the target of an action; a command of the Computer API names it itself.
  const what = item?.type !== 'call' && typeof words === 'string' && words ? words : sentence;
  return {
    title: typeof app === 'string' && app !== '' ? t('pill.askApp', { app }) : t('pill.askAction'),
    why:
      what.charAt(0).toUpperCase() + what.slice(1) + (typeof why === 'string' ? ` (${why})` : ''),
  };
}

/** What waits for its turn or for an answer, and what was refused, is no step that was done. */
const NOT_BEGUN: readonly RunState[] = ['writing', 'awaiting', 'queued', 'skipped', 'blocked'];
const begun = ({ run }: Item) => !run || !NOT_BEGUN.includes(run.state);

/** Steps of this turn and the most there may be, and what the conversation cost so far. */
function useProgress(live: boolean): { steps: number; most: number | undefined; cost: number } {
  const items = useSession((state) => shown(state).items);
  const cost = useSession((state) => shown(state).meta.cost);
  const most = useValues(live)?.os_steps;
  // A turn begins with a message, or goes on after an error that something follows.
  const start = items.findLastIndex(
    (item, at) => speaks(item) || (item.type === 'error' && at < items.length - 1),
  );
  return {
    steps: items.slice(start + 1).filter((item) => isStep(item) && begun(item)).length,
    most: typeof most === 'number' && most > 0 ? most : undefined,
    cost,
  };
}

type Over = { os: Os; limit?: { name: 'steps' | 'minutes'; count: number } };

/** How the turn ended, once it has. */
function useOver(): Over | undefined {
  const { t } = useTranslation();
  const items = useSession((state) => shown(state).items);
  const responding = useSession((state) => shown(state).responding);
  if (responding || items.length === 0) return undefined;
  const limit = limitOf(items.at(-1));
  if (limit) {
    const text = t(`control.limitReached_${limit.name}`, { count: limit.count });
    return { os: { state: 'stopped', text }, limit };
  }
  const last = items.findLast(({ run }) => run !== undefined)?.run?.state;
  return {
    os: { state: last === 'stopped' || last === 'skipped' ? 'stopped' : 'finished', text: '' },
  };
}

/** The limit that ended the turn, where one did. */
export function limitOf(item: Item | undefined): Over['limit'] {
  if (item?.type !== 'error') return undefined;
  const { code, params } = (item.content ?? {}) as Partial<Failure>;
  const { limit, count } = params ?? {};
  if (code !== 'limit_reached' || typeof count !== 'number') return undefined;
  return limit === 'steps' || limit === 'minutes' ? { name: limit, count } : undefined;
}
