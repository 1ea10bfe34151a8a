import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Token, useTokens } from './highlight';
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
  const lines = useTokens(code, language);
  const { t } = useTranslation();
  return (
    <Pre className="src" dim={dim} label={label}>
      <code className="src-body block">
        {lines.map((line, at) => (
          <Line
            key={at}
            number={at + 1}
            tokens={line}
            mark={active === at + 1 ? 'active' : undefined}
            markWord={active === at + 1 ? t('card.activeLine') : undefined}
            pen={writing === true && at === lines.length - 1}
          />
        ))}
      </code>
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
        {tokens.map(({ text, kind }, at) => (
          <span key={at} className={kind && `tok-${kind}`}>
            {text}
          </span>
        ))}
        {pen && <span className="pen" aria-hidden />}
        {'\n'}
      </span>
    </span>
  );
});

type DiffProps = { before: string; after: string; language: string; label: string };

/** What the person changed: removed and added lines with their signs. */
export function Changes({ before, after, language, label }: DiffProps) {
  const { t } = useTranslation();
  const old = useTokens(before, language);
  const fresh = useTokens(after, language);
  return (
    <Pre className="src" label={label}>
      <code className="src-body block">
        {diff(before.split('\n'), after.split('\n')).map(({ sign, at }) => {
          const mark = sign === '+' ? 'added' : sign === '-' ? 'removed' : undefined;
          return (
            <Line
              key={`${sign}${at}`}
              number={sign === '-' ? null : at + 1}
              tokens={(sign === '-' ? old[at] : fresh[at]) ?? []}
              mark={mark}
              markWord={mark && t(mark === 'added' ? 'card.diffAdded' : 'card.diffRemoved')}
            />
          );
        })}
      </code>
    </Pre>
  );
}

/** One row of a comparison: of the old text (`-`) or the new one, by index. */
export type Row = { sign: ' ' | '+' | '-'; at: number };

/** Longest common subsequence by lines; a long text is compared at its ends only. */
export function diff(before: readonly string[], after: readonly string[]): Row[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const rows: Row[] = Array.from({ length: head }, (_, at) => ({ sign: ' ', at }));
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  for (const row of middle(a, b)) rows.push({ sign: row.sign, at: row.at + head });
  for (let left = tail; left > 0; left--) rows.push({ sign: ' ', at: after.length - left });
  return rows;
}

function middle(a: readonly string[], b: readonly string[]): Row[] {
  const rows: Row[] = [];
  if (a.length * b.length > 250_000) {
    for (let at = 0; at < a.length; at++) rows.push({ sign: '-', at });
    for (let at = 0; at < b.length; at++) rows.push({ sign: '+', at });
    return rows;
  }
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const length = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ sign: ' ', at: j });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || length(i + 1, j) >= length(i, j + 1))) {
      rows.push({ sign: '-', at: i++ });
    } else rows.push({ sign: '+', at: j++ });
  }
  return rows;
}

/** How many lines differ; a replaced line counts once. */
export function changedLines(before: string, after: string): number {
  const rows = diff(before.split('\n'), after.split('\n'));
  const count = (sign: Row['sign']) => rows.filter((row) => row.sign === sign).length;
  return Math.max(count('+'), count('-'));
}
