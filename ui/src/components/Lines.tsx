import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

/** More lines than this are drawn only where they are seen. */
export const MANY = 300;
/** Characters of one line that are drawn; the rest is counted. */
export const LONGEST_LINE = 2000;
const MORE = 20;

type Props = {
  count: number;
  /** One line; its height is the same as that of all others. */
  line: (at: number) => ReactNode;
  label: string;
  className: string;
  /** Characters of the longest line, for the width of the box. */
  widest: number;
  log?: boolean;
  dim?: boolean | undefined;
  /** A line that is to be in view. */
  show?: number | undefined;
};

/** Many lines in a box of their own that scrolls; only those in view are drawn. */
export function Lines({ count, line, label, className, widest, log, dim, show }: Props) {
  const box = useRef<HTMLPreElement>(null);
  const [view, setView] = useState({ first: 0, last: 60, height: 20 });
  const look = () => {
    const area = box.current;
    if (!area) return;
    const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 20;
    const seen = Math.ceil((area.clientHeight || 400) / height);
    const top = Math.floor(area.scrollTop / height);
    const first = Math.max(0, top - MORE);
    const last = Math.min(count, top + seen + MORE);
    if (first !== view.first || last !== view.last || height !== view.height) {
      setView({ first, last, height });
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when there are other lines
  useLayoutEffect(look, [count]);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area || show === undefined) return;
    const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 20;
    const top = show * height;
    if (top < area.scrollTop || top > area.scrollTop + area.clientHeight - height) {
      area.scrollTop = top - area.clientHeight / 2;
    }
  }, [show]);
  const drawn: ReactNode[] = [];
  for (let at = view.first; at < Math.min(view.last, count); at++) drawn.push(line(at));
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name
    <pre
      ref={box}
      role={log ? 'log' : 'group'}
      aria-live={log ? 'off' : undefined}
      aria-label={label}
      tabIndex={0}
      onScroll={look}
      data-dim={dim || undefined}
      data-lines={count}
      className={className}
    >
      <span
        className="block"
        style={{ height: count * view.height, minWidth: `${Math.min(widest, LONGEST_LINE) + 8}ch` }}
      >
        <span className="block" style={{ height: view.first * view.height }} />
        {drawn}
      </span>
    </pre>
  );
}

/** A line as it is drawn: the middle of a very long one is left out, and counted. */
export function shortLine(text: string, left: (count: string) => string): string {
  if (text.length <= LONGEST_LINE) return text;
  const cut = text.length - LONGEST_LINE;
  const half = LONGEST_LINE / 2;
  return `${text.slice(0, half)} ${left(cut.toLocaleString('en-GB'))} ${text.slice(-half)}`;
}

/** The length of the longest of many lines. */
export const widestOf = (lines: readonly string[]): number =>
  lines.reduce((most, line) => Math.max(most, line.length), 0);
