import { Check, Play, SkipForward } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import type { Decision } from '@/generated/Decision';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { useActions } from '@/session/context';
import { useArmed } from './useArmed';

/** What can be answered to a step or a tool that waits, and the keys that do it. */
export function useStepQuestion(pending: Pending | undefined) {
  const actions = useActions();
  const armed = useArmed(pending?.confirmation);
  const { app } = (pending?.content ?? {}) as { app?: unknown };
  const named = typeof app === 'string' && app !== '' ? app : undefined;
  const answer = (decision: Decision) => {
    if (pending && armed) void actions.answer(pending, decision);
  };
  const once = () => answer({ decision: 'run' });
  const skip = () => answer({ decision: 'skip' });
  /** Each app asks once: this step, and what follows in the same app. */
  const inApp = () => {
    if (named === undefined) return;
    const matches = { what: 'app', app: named, tier: 'full' } as const;
    answer({ decision: 'always', rule: { verdict: 'allow', matches } });
  };
  const keys = (event: KeyboardEvent) => {
    if (!pending || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === 'r') once();
    else if (key === 's') skip();
    else return;
    event.preventDefault();
  };
  return { armed, app: named, once, skip, inApp, keys };
}

type Props = { item: Item; question: ReturnType<typeof useStepQuestion>; allow: boolean };

/** The buttons of a step or a tool that waits, and why it asks. */
export function StepQuestion({ item, question, allow }: Props) {
  const { t } = useTranslation();
  const { armed, app, once, skip, inApp } = question;
  const wait = armed ? undefined : t('card.notYet');
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-border border-t py-1.5 pr-3 pl-2">
      <Button big look="primary" icon={Play} hint="R" off={wait} onClick={once} data-action="run">
        {t(app ? 'action.allowOnce' : allow ? 'action.allow' : 'card.run')}
      </Button>
      {app && (
        <Button
          big
          icon={Check}
          off={wait}
          onClick={inApp}
          title={t('action.allowAppWhy', { app })}
          data-action="run-app"
        >
          {t('action.allowApp', { app })}
        </Button>
      )}
      <Button big icon={SkipForward} hint="S" off={wait} onClick={skip} data-action="skip">
        {t('action.skip')}
      </Button>
      <span className="ml-auto min-w-0 text-right text-12 text-muted">{item.run?.rule}</span>
    </div>
  );
}
