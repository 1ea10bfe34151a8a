import { ChevronDown, ChevronRight, Play, SkipForward, Wrench } from 'lucide-react';
import { type KeyboardEvent, memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { Picture } from '@/components/Picture';
import { Pre } from '@/components/Pre';
import { Source } from '@/components/Source';
import { Status } from '@/components/Status';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { useActions } from '@/session/context';
import { textOf } from '@/session/turns';
import { STATES, stateOf } from './cardState';
import { useArmed } from './useArmed';

type Props = {
  item: Item;
  results: readonly Item[];
  pending: Pending | undefined;
  responding: boolean;
};

/** Any other tool: its name and arguments, folded once it is over. */
export const CallCard = memo(function CallCard({ item, results, pending, responding }: Props) {
  const { t } = useTranslation();
  const actions = useActions();
  const state = stateOf(item, responding, pending !== undefined);
  const awaits = state === 'awaiting' && pending !== undefined;
  const armed = useArmed(awaits ? pending.confirmation : undefined);
  const [opened, setOpened] = useState<boolean>();
  const open = opened ?? awaits;
  const { name, given } = read(item);
  const look = STATES[state];
  const word = t(`card.${state}`);
  const answer = (decision: 'run' | 'skip') => {
    if (awaits && armed) void actions.answer(pending, { decision });
  };
  const keys = (event: KeyboardEvent) => {
    if (!awaits || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === 'r') answer('run');
    else if (key === 's') answer('skip');
    else return;
    event.preventDefault();
  };
  const wait = armed ? undefined : t('card.notYet');
  return (
    <section
      data-card
      data-state={state}
      tabIndex={-1}
      onKeyDown={keys}
      aria-label={`${t('card.call', { name })}, ${word}`}
      className={`overflow-hidden rounded-3 border bg-surface ${look.edge}`}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpened(!open)}
        className="flex h-9 w-full items-center gap-2 pr-3 pl-3 text-left hover:bg-hover -outline-offset-2"
      >
        <Icon of={Wrench} size={14} className="text-muted" />
        <span className="min-w-0 flex-1 truncate font-mono font-strong text-12">{name}</span>
        <Status tone={look.tone} icon={look.icon} word={word} />
        <Icon of={open ? ChevronDown : ChevronRight} size={14} className="text-muted" />
      </button>
      {open && (
        <div className="border-border border-t">
          <Source code={given} language="json" label={t('card.arguments')} />
          {results.map((result) =>
            result.type === 'image' ? (
              <div key={result.id} className="border-border border-t px-3 py-2">
                <Picture item={result} name={t('card.plot', { language: name })} />
              </div>
            ) : (
              <Pre
                key={result.id}
                label={t('card.result')}
                className="max-h-100 overflow-auto whitespace-pre-wrap border-border border-t px-3 py-2 font-mono text-code -outline-offset-2"
              >
                {textOf(result) || JSON.stringify(result.content, null, 2)}
              </Pre>
            ),
          )}
        </div>
      )}
      {item.run?.note && (
        <p className="border-border border-t px-3 py-2 text-12 text-muted">{item.run.note}</p>
      )}
      {awaits && (
        <div className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-border border-t py-1.5 pr-3 pl-2">
          <Button
            big
            look="primary"
            icon={Play}
            hint="R"
            off={wait}
            onClick={() => answer('run')}
            data-action="run"
          >
            {t('card.run')}
          </Button>
          <Button
            big
            icon={SkipForward}
            hint="S"
            off={wait}
            onClick={() => answer('skip')}
            data-action="skip"
          >
            {t('card.skip')}
          </Button>
          <span className="ml-auto min-w-0 text-right text-12 text-muted">{item.run?.rule}</span>
        </div>
      )}
    </section>
  );
});

function read({ content }: Item): { name: string; given: string } {
  const call = (content ?? {}) as { name?: unknown; arguments?: unknown };
  const name = typeof call.name === 'string' ? call.name : 'tool';
  const given = call.arguments ?? content;
  return { name, given: typeof given === 'string' ? given : JSON.stringify(given, null, 2) };
}
