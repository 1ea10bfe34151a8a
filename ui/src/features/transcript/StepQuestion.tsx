import { Check, Play, SkipForward } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import type { useStepQuestion } from '@/components/useStepQuestion';
import type { Item } from '@/generated/Item';

type Props = { item: Item; question: ReturnType<typeof useStepQuestion>; allow: boolean };

/** The buttons of a step or a tool that waits, and why it asks. */
export function StepQuestion({ item, question, allow }: Props) {
  const { t } = useTranslation();
  const { armed, app, tier, secret, once, skip, inApp, withSecret } = question;
  const wait = armed ? undefined : t('card.notYet');
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-border border-t py-1.5 pr-3 pl-2">
      <Button big look="primary" icon={Play} hint="R" off={wait} onClick={once} data-action="run">
        {t(app || secret ? 'action.allowOnce' : allow ? 'action.allow' : 'card.run')}
      </Button>
      {app && (
        <Button
          big
          icon={Check}
          off={wait}
          onClick={inApp}
          title={t(tier === 'full' ? 'action.allowAppWhy' : 'action.allowClicksWhy', { app })}
          data-action="run-app"
        >
          {t(tier === 'full' ? 'action.allowApp' : 'action.allowClicks', { app })}
        </Button>
      )}
      {secret && (
        <Button big icon={Check} off={wait} onClick={withSecret} data-action="run-secret">
          {t('secrets.allow', secret)}
        </Button>
      )}
      <Button big icon={SkipForward} hint="S" off={wait} onClick={skip} data-action="skip">
        {t('action.skip')}
      </Button>
      <span className="ml-auto min-w-0 text-right text-12 text-muted">{item.run?.rule}</span>
    </div>
  );
}
