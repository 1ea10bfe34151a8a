import {
  History,
  ListFilter,
  OctagonX,
  Pencil,
  Play,
  Plug,
  RotateCw,
  SkipForward,
  Square,
  Wrench,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { useActions } from '@/session/context';
import { openPage } from '@/session/pages';
import { Provenance } from './CardNotes';
import type { CardProps } from './CodeCard';
import { RuleMenu } from './RuleMenu';
import { SkipReason } from './SkipReason';
import type { Card } from './useCard';

/** What can be done with a card in its state, and the line that says who decided. */
export function CardActions({ item, pending, card }: CardProps & { card: Card }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { state, wait, busy, changed, over } = card;
  const hint = (key: string) => (card.hints ? { hint: key } : {});
  const buttons: ReactNode[] = [];
  const add = (action: string, label: string, more: Partial<Parameters<typeof Button>[0]>) =>
    buttons.push(
      <Button key={action} big data-action={action} {...more}>
        {label}
      </Button>,
    );
  const again = (action: string, label: string, more: Partial<Parameters<typeof Button>[0]> = {}) =>
    add(action, label, { off: busy, onClick: card.rerun, ...more });

  if (state === 'editing') {
    add('save-run', t('card.saveRun'), {
      look: 'primary',
      icon: Play,
      off: over ? busy : wait,
      onClick: card.run,
    });
    add('save', t('card.save'), { onClick: card.leaveEditor });
    add('discard', t('card.discard'), { look: 'quiet', onClick: card.discard });
  } else if (over && changed > 0) {
    // Changed after it was over: the change is what would run.
    again('rerun', t('card.runChanged'), { look: 'primary', icon: Play });
    add('edit', t('card.edit'), { icon: Pencil, onClick: card.startEdit });
    add('discard', t('card.discard'), { look: 'quiet', onClick: card.discard });
  } else {
    switch (state) {
      case 'writing':
        add('run', t('card.run'), { icon: Play, off: t('card.notComplete') });
        add('stop-writing', t('card.stop'), {
          icon: Square,
          hint: 'Esc',
          onClick: () => actions.stop(),
        });
        break;
      case 'awaiting':
        add('run', t(changed > 0 ? 'card.runChanged' : 'card.run'), {
          look: 'primary',
          icon: Play,
          ...hint('R'),
          off: wait,
          onClick: card.run,
        });
        add('edit', t('card.edit'), {
          icon: Pencil,
          ...hint('E'),
          off: wait,
          onClick: card.startEdit,
        });
        add('skip', t('card.skip'), {
          icon: SkipForward,
          ...hint('S'),
          off: wait,
          onClick: () => card.skip(),
        });
        buttons.push(<SkipReason key="skip-why" off={wait} onSkip={card.skip} />);
        if (changed === 0 && pending) {
          buttons.push(
            <RuleMenu
              key="rule"
              pending={pending}
              language={item.format ?? ''}
              languageName={card.language}
              code={card.written}
              off={wait}
              onPick={card.runWithRule}
            />,
          );
        } else {
          add('discard', t('card.discard'), { look: 'quiet', onClick: card.discard });
        }
        break;
      case 'scanning':
        add('stop-writing', t('card.stop'), { icon: Square, onClick: () => actions.stop() });
        break;
      case 'queued':
        add('remove', t('card.remove'), { icon: X, onClick: card.interrupt });
        break;
      case 'running':
      case 'needs_input':
        add('interrupt', t('card.interrupt'), {
          icon: Square,
          hint: 'Ctrl .',
          'aria-keyshortcuts': 'Control+.',
          onClick: card.interrupt,
        });
        if (card.stuck) {
          add('kill', t('card.kill'), {
            look: 'danger',
            icon: OctagonX,
            title: t('card.killWhy'),
            onClick: card.kill,
          });
        }
        break;
      case 'failed':
        add('fix', t('card.fix'), {
          look: 'primary',
          icon: Wrench,
          off: busy,
          onClick: card.askToFix,
        });
        add('edit', t('card.edit'), { icon: Pencil, ...hint('E'), onClick: card.startEdit });
        again('rerun', t('card.rerun'), { icon: RotateCw });
        break;
      case 'stopped':
        again('rerun', t('card.rerun'), { icon: RotateCw });
        break;
      case 'skipped':
        again('rerun', t('card.runAnyway'), { icon: Play });
        break;
      case 'stale':
        add('ask-again', t('card.askAgain'), {
          look: 'primary',
          icon: History,
          off: busy,
          onClick: () => void actions.goOn(),
        });
        again('rerun', t('card.runAnyway'), { icon: Play });
        break;
      case 'blocked':
        add('edit-rule', t('card.editRule'), {
          icon: ListFilter,
          onClick: () => openPage('settings/rules'),
        });
        break;
      case 'no_kernel':
        add('choose', t('card.choose', { language: card.language }), {
          look: 'primary',
          icon: Plug,
          onClick: () => openPage('settings/code'),
        });
        again('rerun', t('card.lookAgain'), { icon: RotateCw });
        break;
      case 'done':
        break;
    }
  }
  if (item.run?.grant !== undefined && (card.live || state === 'done')) {
    add('revoke', t(card.revoked ? 'card.revoked' : 'card.revoke'), {
      look: 'quiet',
      off: card.revoked ? t('card.revokedWhy') : undefined,
      onClick: () => void card.revoke(),
    });
  }
  const provenance = <Provenance item={item} state={card.result} />;
  return <Bar buttons={buttons}>{provenance}</Bar>;
}

/** Empty where there is nothing to do and nothing to say. */
function Bar({ buttons, children }: { buttons: readonly ReactNode[]; children: ReactNode }) {
  return (
    <div
      className={`flex flex-wrap items-center gap-x-2 gap-y-1 border-border border-t pr-3 pl-2 ${buttons.length > 0 ? 'min-h-11 py-1.5' : 'min-h-8 not-has-[[data-provenance]]:hidden'}`}
    >
      {buttons}
      {children}
    </div>
  );
}
