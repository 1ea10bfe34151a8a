import { ChevronDown, ChevronRight, CircleX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lineCount } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Picture } from '@/components/Picture';
import type { Item } from '@/generated/Item';
import type { RunState } from '@/generated/RunState';
import { textOf } from '@/session/turns';
import { HtmlResult } from './HtmlResult';
import { AllLines, BAR, isCut, Output } from './Output';
import { stripEscapes } from './terminal';

type Props = {
  item: Item;
  results: readonly Item[];
  state: RunState;
  /** Code and text are one row, because a picture says more. */
  folded: boolean;
  onFold: ((folded: boolean) => void) | undefined;
  language: string;
  lines: number;
};

/** What the run printed and showed. */
export function CardResults({ item, results, state, folded, onFold, language, lines }: Props) {
  const { t } = useTranslation();
  const consoles = results.filter(({ type }) => type === 'console');
  const printed = onFold ? consoles.reduce((sum, result) => sum + lineCount(textOf(result)), 0) : 0;
  return (
    <>
      {onFold && (
        <button
          type="button"
          className={`${BAR} ${folded ? 'border-t-0' : ''}`}
          aria-expanded={!folded}
          onClick={() => onFold(!folded)}
        >
          <Icon of={folded ? ChevronRight : ChevronDown} size={14} />
          {[t('card.code', { count: lines }), printed > 0 && t('card.output', { count: printed })]
            .filter(Boolean)
            .join(' · ')}
        </button>
      )}
      {results.map((result) => {
        if (result.type === 'console') {
          if (folded && onFold) return null;
          return state === 'failed' && result === consoles.at(-1) ? (
            <Failure key={result.id} result={result} />
          ) : (
            <Output key={result.id} result={result} state={state} />
          );
        }
        if (result.type === 'image') {
          return (
            <div key={result.id} className="border-border border-t px-3 py-2">
              <Picture
                item={result}
                name={t('card.plot', { language })}
                onSource={onFold && folded ? () => onFold(false) : undefined}
              />
            </div>
          );
        }
        if (result.type === 'code' && result.format === 'html') {
          return <HtmlResult key={result.id} html={textOf(result)} />;
        }
        return textOf(result) ? <Output key={result.id} result={result} state={state} /> : null;
      })}
      {state === 'failed' && consoles.length === 0 && item.run?.note && (
        <Failed text={item.run.note} />
      )}
    </>
  );
}

/** The last line says what went wrong; the way there folds. */
function Failure({ result }: { result: Item }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const given = textOf(result);
  const { lines, last, trace } = useMemo(() => {
    const text = stripEscapes(given).replace(/\n+$/, '');
    const all = text.split('\n');
    return {
      lines: all,
      last: (all.findLast((line) => line.trim() !== '') ?? '').slice(0, 1000),
      trace: /^Traceback/m.test(text),
    };
  }, [given]);
  return (
    <>
      {last && <Failed text={last} />}
      {isCut(result) ? (
        <Output result={result} state="failed" />
      ) : (
        lines.length > 1 && (
          <>
            <button
              type="button"
              className={BAR}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              <Icon of={open ? ChevronDown : ChevronRight} size={14} />
              {t(trace ? 'card.traceback' : 'card.output', { count: lines.length })}
            </button>
            {open && (
              <AllLines
                lines={lines}
                className="max-h-100 overflow-auto border-border border-t px-3 py-2 font-mono text-code -outline-offset-2"
              />
            )}
          </>
        )
      )}
    </>
  );
}

function Failed({ text }: { text: string }) {
  const [, kind, rest] =
    /^([\w.]*(?:Error|Exception|Interrupt|Warning|Exit):)(.*)$/.exec(text) ?? [];
  return (
    <div className="flex items-start gap-2 border-border border-t bg-danger-soft px-3 py-2 text-12">
      <Icon of={CircleX} size={14} className="mt-px text-danger" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {kind ? (
          <>
            <strong className="font-strong">{kind}</strong>
            {rest}
          </>
        ) : (
          text
        )}
      </span>
    </div>
  );
}
