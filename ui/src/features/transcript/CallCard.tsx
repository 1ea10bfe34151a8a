import { ChevronDown, ChevronRight, Monitor, Wrench } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCallSentence } from '@/components/actionWords';
import { STATES, stateOf } from '@/components/cardState';
import { Icon } from '@/components/Icon';
import { Picture } from '@/components/Picture';
import { Pre } from '@/components/Pre';
import { Source } from '@/components/Source';
import { Status } from '@/components/Status';
import { useStepQuestion } from '@/components/useStepQuestion';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { textOf } from '@/session/turns';
import { StepQuestion } from './StepQuestion';

type Props = {
  item: Item;
  results: readonly Item[];
  pending: Pending | undefined;
  responding: boolean;
};

/** Any other tool: its name and arguments, folded once it is over. */
export const CallCard = memo(function CallCard({ item, results, pending, responding }: Props) {
  const { t } = useTranslation();
  const state = stateOf(item, responding, pending !== undefined);
  const awaits = state === 'awaiting' && pending !== undefined;
  const question = useStepQuestion(awaits ? pending : undefined);
  const [opened, setOpened] = useState<boolean>();
  const { name, values, given } = read(item);
  const sentence = useCallSentence(name, values);
  // The words may be shortened: all of it is seen before it is approved.
  const open = opened ?? awaits;
  const look = STATES[state];
  const word = t(`card.${state}`);
  return (
    <section
      data-card
      data-state={state}
      tabIndex={-1}
      onKeyDown={question.keys}
      aria-label={`${sentence ?? t('card.call', { name })}, ${word}`}
      className={`overflow-hidden rounded-3 border bg-surface ${look.edge}`}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpened(!open)}
        className="flex h-9 w-full items-center gap-2 pr-3 pl-3 text-left hover:bg-hover -outline-offset-2"
      >
        <Icon of={sentence ? Monitor : Wrench} size={14} className="text-muted" />
        {sentence ? (
          <span className="min-w-0 flex-1 truncate font-strong">{sentence}</span>
        ) : (
          <span className="min-w-0 flex-1 truncate font-mono font-strong text-12">{name}</span>
        )}
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
      {awaits && <StepQuestion item={item} question={question} allow={sentence !== undefined} />}
    </section>
  );
});

function read({ content }: Item): { name: string; values: unknown; given: string } {
  const call = (content ?? {}) as { name?: unknown; arguments?: unknown };
  const name = typeof call.name === 'string' ? call.name : 'tool';
  const given = call.arguments ?? content;
  const shown = typeof given === 'string' ? given : JSON.stringify(given, null, 2);
  return { name, values: given, given: shown };
}
