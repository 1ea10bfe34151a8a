/*
 * Cuts a reply into parts that are parsed and drawn on their own, so that of a
 * reply that is being written only the last part is worked on. The cuts depend
 * only on what stands before them: a part that is closed stays as it is.
 */

export type Part =
  | { kind: 'text'; text: string }
  /** A fenced block; `closed`: its end was written. */
  | { kind: 'code'; language: string; code: string; closed: boolean };

/** A text is cut only where it got this long. */
const LEAST = 1200;

type Fence = { marker: string; indent: number; language: string; from: number };

/** How far a text was cut. */
export type Cut = {
  text: string;
  parts: readonly Part[];
  /** Everything before was looked at, line by line. */
  at: number;
  /** The open part begins here. */
  from: number;
  fence: Fence | null;
  math: boolean;
  blank: boolean;
};

const START: Cut = {
  text: '',
  parts: [],
  at: 0,
  from: 0,
  fence: null,
  math: false,
  blank: false,
};

const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;
const MATH = /^ {0,3}(\$\$|\\\[|\\\])\s*$/;
/** What may still belong to the block before an empty line. */
const GOES_ON = /^(?:\s|[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|>|\[\^)/;

/** Cuts a text, with the work of the last time where it only grew. */
export function cut(text: string, before: Cut = START): Cut {
  const last = text.startsWith(before.text.slice(0, before.at)) ? before : START;
  const parts = [...last.parts];
  let { at, from, fence, math, blank } = last;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end === -1) break;
    const line = text.slice(at, end);
    if (fence) {
      const { marker, indent, language } = fence;
      if (closes(line, marker)) {
        parts.push({
          kind: 'code',
          language,
          code: unindent(text.slice(fence.from, Math.max(fence.from, at - 1)), indent),
          closed: true,
        });
        fence = null;
        from = end + 1;
        blank = false;
      }
    } else if (MATH.test(line)) {
      math = !math;
      blank = false;
    } else if (!math) {
      const opens = FENCE.exec(line);
      if (opens) {
        if (text.slice(from, at).trim() !== '') {
          parts.push({ kind: 'text', text: text.slice(from, at) });
        }
        const [, indent = '', marker = '', language = ''] = opens;
        fence = { marker, indent: indent.length, language, from: end + 1 };
      } else if (line.trim() === '') blank = true;
      else {
        if (blank && at - from >= LEAST && !GOES_ON.test(line)) {
          parts.push({ kind: 'text', text: text.slice(from, at) });
          from = at;
        }
        blank = false;
      }
    }
    at = end + 1;
  }
  return { text, parts, at, from, fence, math, blank };
}

/** All parts, the open one last. */
export function partsOf({ text, parts, at, from, fence }: Cut): readonly Part[] {
  if (fence) {
    const rest = text.slice(at);
    const ends = closes(rest, fence.marker);
    const code = text.slice(fence.from, ends ? Math.max(fence.from, at - 1) : undefined);
    return [
      ...parts,
      {
        kind: 'code',
        language: fence.language,
        code: unindent(code.replace(/\n$/, ''), fence.indent),
        closed: ends,
      },
    ];
  }
  const rest = text.slice(from);
  return rest.trim() === '' ? parts : [...parts, { kind: 'text', text: rest }];
}

const closes = (line: string, marker: string): boolean => {
  const trimmed = line.trim();
  return (
    trimmed.length >= marker.length &&
    /^ {0,3}\S/.test(line) &&
    trimmed === (marker[0] ?? '`').repeat(trimmed.length)
  );
};

const unindent = (code: string, by: number): string =>
  by === 0 ? code : code.replace(new RegExp(`^ {1,${by}}`, 'gm'), '');

const DEFINITION = /^ {0,3}\[[^\]^][^\]]*\]:[ \t]+\S.*$/gm;

/** What links of other parts refer to, to be read with each part that refers. */
export function definitions(text: string): string {
  return text.includes(']:') ? (text.match(DEFINITION) ?? []).join('\n') : '';
}

/** Deeper than this nothing is laid out any more: it is shown as it is written. */
const DEEP = /^(?: {100,}|\t{25,}|(?:[ \t]*>){30,})/m;
/** Nor is a text part longer than this. */
const LONG = 60_000;

/** Whether a part is shown as it is written. */
export const isPlain = (text: string): boolean => text.length > LONG || DEEP.test(text);

const HAS_MATH = /\$\$|\\\(|\\\[|\$[^\s$]/;
/** A dollar sign is one of money where nothing in between looks like a formula. */
const INLINE = /(?<![\w$\\])\$(?=\S)([^$\n]{1,300}?)(?<=\S)\$(?![\w$])/g;
const FORMULA = /[\\^_={}]|^[A-Za-z]$|^[A-Za-z]['′]$/;

/** Whether a text may hold formulas. */
export const hasMath = (text: string): boolean => HAS_MATH.test(text);

/** Writes formulas in the one form that is read: between two dollar signs. */
export function withMath(text: string): string {
  return text
    .split(/(`+[^`]*`+)/)
    .map((piece, at) =>
      at % 2 === 1
        ? piece
        : piece
            .replace(/\\\[([\s\S]{1,5000}?)\\\]/g, (_, inner: string) =>
              inner.includes('\n') ? `\n$$\n${inner.trim()}\n$$\n` : `$$${inner}$$`,
            )
            .replace(/\\\(([^\n]{1,500}?)\\\)/g, (_, inner: string) => `$$${inner}$$`)
            .replace(INLINE, (whole, inner: string) =>
              FORMULA.test(inner) ? `$$${inner}$$` : whole,
            ),
    )
    .join('');
}
