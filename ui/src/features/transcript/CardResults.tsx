import { ChevronDown, ChevronRight, CircleX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes, lineCount, whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Picture } from '@/components/Picture';
import { Pre } from '@/components/Pre';
import type { Item } from '@/generated/Item';
import type { RunState } from '@/generated/RunState';
import { useActions } from '@/session/context';
import { textOf } from '@/session/turns';
import { HtmlResult } from './HtmlResult';
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

/** Output longer than this folds once the run is over; its end stays. */
const FOLD_OVER = 20;
const END_LINES = 3;

const BAR =
  'flex h-8 w-full items-center gap-1.5 border-border border-t pr-2 pl-3 text-left text-12 text-muted hover:bg-hover -outline-offset-2';

/** What the run printed and showed. */
export function CardResults({ item, results, state, folded, onFold, language, lines }: Props) {
  const { t } = useTranslation();
  const consoles = results.filter(({ type }) => type === 'console');
  const printed = consoles.reduce((sum, result) => sum + lineCount(textOf(result)), 0);
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
              <Picture item={result} name={t('card.plot', { language })} />
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

function Output({ result, state }: { result: Item; state: RunState }) {
  const { t } = useTranslation();
  const { output } = useActions();
  const [open, setOpen] = useState(false);
  const [whole_, setWhole] = useState<string>();
  const text = stripEscapes(whole_ ?? textOf(result)).replace(/\n$/, '');
  if (text === '' && (result.complete || state !== 'running')) return null;
  const all = text.split('\n');
  const long = state !== 'running' && state !== 'needs_input' && all.length > FOLD_OVER;
  const cut = result.total !== undefined && result.total > textOf(result).length && !whole_;
  const visible = long && !open ? ['…', ...all.slice(-END_LINES)] : all;
  const showAll = () => {
    if (cut) output(result.id).then(setWhole, () => {});
    setOpen(true);
  };
  return (
    <>
      <Pre
        className="max-h-100 overflow-auto border-border border-t px-3 py-2 font-mono text-code -outline-offset-2"
        log
        label={t('card.outputLabel')}
      >
        {visible.join('\n')}
        {state === 'running' && !result.complete && <span className="pen" aria-hidden />}
      </Pre>
      {(long || cut) && (
        <button
          type="button"
          className={BAR}
          aria-expanded={open}
          onClick={() => (open && !cut ? setOpen(false) : showAll())}
        >
          <Icon of={open && !cut ? ChevronDown : ChevronRight} size={14} />
          <span className="flex-1 underline underline-offset-2">
            {open && !cut
              ? t('card.showLess')
              : cut
                ? t('card.showAllBytes', { size: bytes(result.total ?? 0) })
                : t('card.showAll', { lines: whole(all.length) })}
          </span>
          {cut && <span>{t('card.kept')}</span>}
        </button>
      )}
    </>
  );
}

/** The last line says what went wrong; the way there folds. */
function Failure({ result }: { result: Item }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const text = stripEscapes(textOf(result)).replace(/\n+$/, '');
  const lines = text.split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  return (
    <>
      <Failed text={last} />
      {lines.length > 1 && (
        <>
          <button type="button" className={BAR} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon of={open ? ChevronDown : ChevronRight} size={14} />
            {/^Traceback/m.test(text)
              ? t('card.traceback', { count: lines.length })
              : t('card.output', { count: lines.length })}
          </button>
          {open && (
            <Pre
              className="max-h-100 overflow-auto border-border border-t px-3 py-2 font-mono text-code -outline-offset-2"
              label={t('card.outputLabel')}
            >
              {text}
            </Pre>
          )}
        </>
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
