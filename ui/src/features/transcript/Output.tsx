import {
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  ChevronsLeft,
  ChevronsRight,
  Save,
} from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { bytes, whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Lines, MANY, shortLine, widestOf } from '@/components/Lines';
import { Pre } from '@/components/Pre';
import { saveText } from '@/components/save';
import type { Item } from '@/generated/Item';
import type { RunState } from '@/generated/RunState';
import { useActions, useBackend } from '@/session/context';
import { textOf } from '@/session/turns';
import { stripEscapes } from './terminal';

/** Output longer than this folds once the run is over; its end stays. */
const FOLD_OVER = 20;
const END_LINES = 3;
/** While a run goes on, this much of its end is shown. */
const LIVE_LINES = 200;
const LIVE_TEXT = 20_000;
/** Bytes of one part of an output on the disk. */
const PART = 256 * 1024;
/** An output up to this many bytes is saved in one piece. */
const SAVED = 64 * 1024 * 1024;

const BOX =
  'max-h-100 overflow-auto border-border border-t px-3 py-2 font-mono text-code -outline-offset-2';
export const BAR =
  'flex h-8 w-full items-center gap-1.5 border-border border-t pr-2 pl-3 text-left text-12 text-muted hover:bg-hover -outline-offset-2';

/** What a run printed: its end while it goes on, folded when it is long, whole on demand. */
export function Output({ result, state }: { result: Item; state: RunState }) {
  const live = (state === 'running' || state === 'needs_input') && !result.complete;
  return live ? <Live text={textOf(result)} /> : <Over result={result} />;
}

/** The end of what is printed, in view while the person does not scroll up. */
function Live({ text }: { text: string }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const held = useRef(true);
  const lines = stripEscapes(text.slice(-LIVE_TEXT)).split('\n').slice(-LIVE_LINES);
  const left = text.length > LIVE_TEXT || lines.length === LIVE_LINES;
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is added
  useLayoutEffect(() => {
    const area = box.current?.firstElementChild;
    if (area && held.current) area.scrollTop = area.scrollHeight;
  }, [text]);
  return (
    <div
      ref={box}
      onScrollCapture={({ currentTarget: { firstElementChild: area } }) => {
        if (area) held.current = area.scrollHeight - area.scrollTop - area.clientHeight < 24;
      }}
    >
      <Pre className={BOX} log label={t('card.outputLabel')}>
        {left && '…\n'}
        {lines.map((line) => shortLine(line, (count) => t('card.lineLeft', { count }))).join('\n')}
        <span className="pen" aria-hidden />
      </Pre>
    </div>
  );
}

function Over({ result }: { result: Item }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const given = textOf(result);
  const lines = useLines(given);
  const cut = isCut(result);
  if (given === '') return null;
  const long = lines.length > FOLD_OVER;
  const short = (line: string) => shortLine(line, (count) => t('card.lineLeft', { count }));
  return (
    <>
      {open && cut ? (
        <Parts item={result.parent ?? result.id} total={result.total ?? textOf(result).length} />
      ) : (long || cut) && !open ? (
        <Pre className={BOX} log label={t('card.outputLabel')}>
          {['…', ...lines.slice(-END_LINES).map(short)].join('\n')}
        </Pre>
      ) : (
        <AllLines lines={lines} className={BOX} log />
      )}
      {(long || cut) && (
        <button
          type="button"
          className={BAR}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-action="show-all"
        >
          <Icon of={open ? ChevronDown : ChevronRight} size={14} />
          <span className="flex-1 underline underline-offset-2">
            {open
              ? t('card.showLess')
              : cut
                ? result.total === undefined
                  ? t('card.showWhole')
                  : t('card.showAllBytes', { size: bytes(result.total) })
                : t('card.showAll', { lines: whole(lines.length) })}
          </span>
          {cut && <span>{t('card.kept')}</span>}
        </button>
      )}
    </>
  );
}

/** What is told of an output ends about here; the disk holds the rest. */
const TOLD = 1_000_000;

/** Whether the disk may hold more than was told. */
export const isCut = (result: Item): boolean => {
  const { length } = textOf(result);
  return result.total === undefined ? length >= TOLD : result.total > length;
};

function useLines(text: string): string[] {
  return useMemo(() => stripEscapes(text).replace(/\n$/, '').split('\n'), [text]);
}

/** Lines as they are, drawn in part where they are many. */
export function AllLines({
  lines,
  className,
  log = false,
}: {
  lines: readonly string[];
  className: string;
  log?: boolean;
}) {
  const { t } = useTranslation();
  const widest = useMemo(() => widestOf(lines), [lines]);
  const short = (line: string) => shortLine(line, (count) => t('card.lineLeft', { count }));
  if (lines.length <= MANY) {
    return (
      <Pre className={className} log={log} label={t('card.outputLabel')}>
        {widest > 2000 ? lines.map(short).join('\n') : lines.join('\n')}
      </Pre>
    );
  }
  return (
    <Lines
      count={lines.length}
      line={(at) => (
        <span key={at} className="block min-h-5">
          {short(lines[at] ?? '')}
        </span>
      )}
      label={t('card.outputLabel')}
      className={className}
      widest={widest}
      log={log}
    />
  );
}

/** The whole output as it lies on the disk, under the code it came from; one part at a time. */
function Parts({ item, total }: { item: string; total: number }) {
  const { t } = useTranslation();
  const { outputPart } = useActions();
  const { shell } = useBackend();
  const [starts, setStarts] = useState<readonly number[]>([0]);
  const [part, setPart] = useState<{ from: number; text: string; next: number; total: number }>();
  const [failed, setFailed] = useState(false);
  const from = starts.at(-1) ?? 0;
  useEffect(() => {
    let seen = true;
    outputPart(item, from, PART).then(
      (answer) => seen && setPart({ from, ...answer }),
      () => seen && setFailed(true),
    );
    return () => {
      seen = false;
    };
  }, [outputPart, item, from]);
  const lines = useLines(part?.text ?? '');
  const all = part?.total ?? total;
  const end = part === undefined || part.next >= all || part.next <= part.from;
  const save = async () => {
    let text = '';
    for (let at = 0; at < Math.min(all, SAVED); ) {
      const answer = await outputPart(item, at, 4 * PART);
      text += answer.text;
      if (answer.next <= at) break;
      at = answer.next;
    }
    await saveText(shell, 'output.txt', text);
  };
  if (failed) {
    return (
      <p className="border-border border-t px-3 py-2 text-12 text-muted">{t('card.outputLost')}</p>
    );
  }
  return (
    <>
      <AllLines lines={lines} className={BOX} log />
      <div className="flex h-9 items-center gap-1 border-border border-t px-2 text-12 text-muted">
        <IconButton
          small
          icon={ChevronsLeft}
          name={t('card.partFirst')}
          aria-disabled={from === 0 || undefined}
          onClick={() => setStarts([0])}
        />
        <IconButton
          small
          icon={ChevronLeft}
          name={t('card.partBefore')}
          aria-disabled={from === 0 || undefined}
          onClick={() =>
            setStarts(starts.length > 1 ? starts.slice(0, -1) : [Math.max(0, from - PART)])
          }
        />
        <span className="num px-1" data-part={from}>
          {t('card.part', { from: bytes(from), to: bytes(part?.next ?? from), total: bytes(all) })}
        </span>
        <IconButton
          small
          icon={ChevronRight}
          name={t('card.partNext')}
          aria-disabled={end || undefined}
          onClick={() => !end && part && setStarts([...starts, part.next])}
          data-action="next-part"
        />
        <IconButton
          small
          icon={ChevronsRight}
          name={t('card.partLast')}
          aria-disabled={end || undefined}
          onClick={() => !end && setStarts([...starts, Math.max(0, all - PART)])}
        />
        <span className="flex-1" />
        <IconButton small icon={Save} name={t('card.saveOutput')} onClick={() => void save()} />
      </div>
    </>
  );
}
