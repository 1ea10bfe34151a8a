import { diffArrays, diffWordsWithSpace } from 'diff';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Token, useTokens } from './highlight';
import { Lines, LONGEST_LINE, MANY, widestOf } from './Lines';
import { Pre } from './Pre';

/** A line to draw: its number, or none for a removed one. */
export type Mark = 'active' | 'added' | 'removed';

type Props = {
  code: string;
  language: string;
  /** The line that runs, from 1. */
  active?: number | undefined;
  dim?: boolean;
  /** More is being written at its end. */
  writing?: boolean;
  label: string;
};

/** Code with line numbers, as on a card. Scrolls in its own box. */
export const Source = memo(function Source(props: Props) {
  const { code, language, active, dim, writing, label } = props;
  const lines = useTokens(code, language, writing);
  const { t } = useTranslation();
  const many = lines.length > MANY;
  const widest = useMemo(() => (many ? widestOf(code.split('\n')) : 0), [many, code]);
  const line = (at: number) => (
    <Line
      key={at}
      number={at + 1}
      tokens={lines[at] ?? []}
      mark={active === at + 1 ? 'active' : undefined}
      markWord={active === at + 1 ? t('card.activeLine') : undefined}
      pen={writing === true && at === lines.length - 1}
    />
  );
  if (many) {
    return (
      <Lines
        className="src max-h-[70vh] overflow-y-auto"
        dim={dim}
        label={label}
        count={lines.length}
        line={line}
        widest={widest}
        show={writing ? lines.length - 1 : active === undefined ? undefined : active - 1}
      />
    );
  }
  return (
    <Pre className="src" dim={dim} label={label}>
      <code className="src-body block">{lines.map((_, at) => line(at))}</code>
    </Pre>
  );
});

type LineProps = {
  number: number | null;
  tokens: readonly Token[];
  mark?: Mark | undefined;
  markWord?: string | undefined;
  pen?: boolean;
};

const SIGNS: Record<Mark, string> = { active: '▶', added: '+', removed: '−' };

const Line = memo(function Line({ number, tokens, mark, markWord, pen }: LineProps) {
  return (
    <span className="src-line" data-mark={mark}>
      <span className="gutter" aria-hidden>
        {mark && SIGNS[mark]}
      </span>
      <span className="number" aria-hidden>
        {number}
      </span>
      <span className="text">
        {markWord && <span className="sr-only">{markWord}: </span>}
        {tokens.map(({ text, kind, changed }, at) => {
          // One very long line would hold up the page; all of it runs and is copied.
          const shown =
            text.length > LONGEST_LINE
              ? `${text.slice(0, LONGEST_LINE)}… +${text.length - LONGEST_LINE}`
              : text;
          return kind || changed ? (
            <span key={at} className={kind && `tok-${kind}`} data-changed={changed || undefined}>
              {shown}
            </span>
          ) : (
            shown
          );
        })}
        {pen && <span className="pen" aria-hidden />}
        {'\n'}
      </span>
    </span>
  );
});

type DiffProps = { before: string; after: string; language: string; label: string };

/** What the person changed: removed and added lines with their signs, changed words marked. */
export function Changes({ before, after, language, label }: DiffProps) {
  const { t } = useTranslation();
  const old = useTokens(before, language);
  const fresh = useTokens(after, language);
  const rows = useMemo(() => paired(before.split('\n'), after.split('\n')), [before, after]);
  return (
    <Pre className="src max-h-[70vh] overflow-y-auto" label={label}>
      <code className="src-body block">
        {rows.map(({ sign, at, spans }) => {
          const mark = sign === '+' ? 'added' : sign === '-' ? 'removed' : undefined;
          const tokens = (sign === '-' ? old[at] : fresh[at]) ?? [];
          return (
            <Line
              key={`${sign}${at}`}
              number={sign === '-' ? null : at + 1}
              tokens={spans ? withSpans(tokens, spans) : tokens}
              mark={mark}
              markWord={mark && t(mark === 'added' ? 'card.diffAdded' : 'card.diffRemoved')}
            />
          );
        })}
      </code>
    </Pre>
  );
}

type Span = readonly [from: number, to: number];
type Paired = Row & { spans?: readonly Span[] };

/** Rows of a comparison; a changed line knows which of its characters changed. */
function paired(before: readonly string[], after: readonly string[]): Paired[] {
  const rows: Paired[] = diff(before, after);
  for (let at = 0; at < rows.length; at++) {
    if (rows[at]?.sign !== '-' || rows[at - 1]?.sign === '-') continue;
    let gone = at;
    while (rows[gone]?.sign === '-') gone++;
    let come = gone;
    while (rows[come]?.sign === '+') come++;
    // Line for line, where as many came as went.
    if (come - gone !== gone - at) continue;
    for (let index = at; index < gone; index++) {
      const minus = rows[index];
      const plus = rows[index + gone - at];
      if (!minus || !plus) continue;
      const words = changedSpans(before[minus.at] ?? '', after[plus.at] ?? '');
      if (!words) continue;
      minus.spans = words.removed;
      plus.spans = words.added;
    }
  }
  return rows;
}

/** Which characters of two lines differ; nothing where little is the same. */
export function changedSpans(
  before: string,
  after: string,
): { removed: Span[]; added: Span[] } | null {
  if (before.length + after.length > 1000) return null;
  const removed: Span[] = [];
  const added: Span[] = [];
  let same = 0;
  let a = 0;
  let b = 0;
  for (const part of diffWordsWithSpace(before, after)) {
    const { length } = part.value;
    if (part.removed) {
      removed.push([a, a + length]);
      a += length;
    } else if (part.added) {
      added.push([b, b + length]);
      b += length;
    } else {
      same += length;
      a += length;
      b += length;
    }
  }
  return same * 3 >= Math.max(before.length, after.length) ? { removed, added } : null;
}

/** Cuts coloured pieces at the ends of spans, and marks what lies in them. */
function withSpans(tokens: readonly Token[], spans: readonly Span[]): Token[] {
  const edges = spans.flat();
  const inside = (at: number) => spans.some(([from, to]) => at >= from && at < to);
  const cut: Token[] = [];
  let start = 0;
  for (const { text, kind } of tokens) {
    const end = start + text.length;
    const points = [start, ...edges.filter((edge) => edge > start && edge < end), end];
    points.sort((a, b) => a - b);
    for (let at = 0; at + 1 < points.length; at++) {
      const [from = 0, to = 0] = [points[at], points[at + 1]];
      if (to > from) {
        cut.push({
          text: text.slice(from - start, to - start),
          ...(kind && { kind }),
          ...(inside(from) && { changed: true }),
        });
      }
    }
    start = end;
  }
  return cut;
}

/** One row of a comparison: of the old text (`-`) or the new one, by index. */
export type Row = { sign: ' ' | '+' | '-'; at: number };

/** More edits than this are not looked for: all of the one text goes, all of the other comes. */
const MOST_EDITS = 2000;

/** Two texts line by line. */
export function diff(before: readonly string[], after: readonly string[]): Row[] {
  const all = (sign: Row['sign'], count: number, from = 0): Row[] =>
    Array.from({ length: count }, (_, at) => ({ sign, at: from + at }));
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS });
  if (!parts) return [...all('-', before.length), ...all('+', after.length)];
  let old = 0;
  let fresh = 0;
  return parts.flatMap(({ added, removed, value }) => {
    const count = value.length;
    if (removed) {
      old += count;
      return all('-', count, old - count);
    }
    fresh += count;
    if (!added) old += count;
    return all(added ? '+' : ' ', count, fresh - count);
  });
}

/** How many lines differ; a replaced line counts once. */
export function changedLines(before: string, after: string): number {
  const rows = diff(before.split('\n'), after.split('\n'));
  const count = (sign: Row['sign']) => rows.filter((row) => row.sign === sign).length;
  return Math.max(count('+'), count('-'));
}
