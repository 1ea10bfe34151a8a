/*
 * Colours code by class, so that the theme stays in the tokens. Code is drawn plain
 * at first, the same letters in the same places; its colours come when the page has
 * nothing better to do, because a grammar that is first used is compiled first.
 */

import { useEffect, useMemo, useRef, useState } from 'react';
import type { GrammarState, HighlighterCore, LanguageRegistration } from 'shiki/core';
import { whenIdle } from './idle';

export type Token = { text: string; kind?: string; changed?: boolean };

type Grammar = () => Promise<{ default: LanguageRegistration[] }>;

const GRAMMARS: Record<string, Grammar> = {
  python: () => import('shiki/langs/python.mjs'),
  bash: () => import('shiki/langs/bash.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
};
const ALIASES: Record<string, string> = {
  py: 'python',
  python3: 'python',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  js: 'javascript',
  jsx: 'javascript',
  node: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  rs: 'rust',
  yml: 'yaml',
  patch: 'diff',
};

// A theme must name colours; these stand for classes and are never drawn.
const KINDS: Record<string, string> = {
  '#000001': 'keyword',
  '#000002': 'string',
  '#000003': 'number',
  '#000004': 'comment',
  '#000005': 'name',
};
const THEME = {
  name: 'tokens',
  type: 'light' as const,
  fg: '#000000',
  bg: '#ffffff',
  settings: [
    { settings: { foreground: '#000000', background: '#ffffff' } },
    {
      scope: [
        'keyword',
        'storage',
        'constant.language',
        'variable.language',
        'support.type.property-name.css',
        'entity.name.tag',
        'markup.deleted',
      ],
      settings: { foreground: '#000001' },
    },
    { scope: ['keyword.operator', 'punctuation'], settings: { foreground: '#000000' } },
    {
      scope: ['keyword.operator.logical.python', 'keyword.operator.new', 'keyword.operator.word'],
      settings: { foreground: '#000001' },
    },
    {
      scope: ['string', 'punctuation.definition.string', 'storage.type.string', 'markup.inserted'],
      settings: { foreground: '#000002' },
    },
    { scope: ['constant.numeric', 'keyword.other.unit'], settings: { foreground: '#000003' } },
    { scope: ['comment', 'punctuation.definition.comment'], settings: { foreground: '#000004' } },
    {
      scope: [
        'entity.name.function',
        'support.function',
        'meta.function-call.generic',
        'entity.name.type',
        'entity.name.class',
        'support.class',
        'support.type.property-name.json',
        'entity.other.attribute-name',
        'entity.name.command',
      ],
      settings: { foreground: '#000005' },
    },
  ],
};

/** Longer code is shown plain: colouring it would hold up the page. */
const LONGEST = 60_000;
const MOST_LINES = 3000;

let core: Promise<HighlighterCore> | undefined;
let ready: HighlighterCore | undefined;
const loaded = new Set<string>();

async function load(language: string): Promise<void> {
  core ??= (async () => {
    const [{ createHighlighterCore }, { createJavaScriptRegexEngine }] = await Promise.all([
      import('shiki/core'),
      import('shiki/engine/javascript'),
    ]);
    const engine = createJavaScriptRegexEngine({ forgiving: true });
    return createHighlighterCore({ themes: [THEME], langs: [], engine });
  })();
  const highlighter = await core;
  const grammar = GRAMMARS[language];
  if (grammar) await highlighter.loadLanguage(...(await grammar()).default);
  ready = highlighter;
  loaded.add(language);
}

/** The language a grammar is known by, if there is one. */
export function grammarOf(language: string): string | undefined {
  const name = language.toLowerCase();
  const grammar = ALIASES[name] ?? name;
  return grammar in GRAMMARS ? grammar : undefined;
}

/** What was coloured of a text that grows: its whole lines, and where the grammar stands. */
type Grown = { grammar: string; code: string; lines: Token[][]; state: GrammarState | undefined };

/**
 * Lines of coloured pieces; plain ones until there was time to colour them. What was
 * coloured in this place once stays so while it changes: under the hands of a person,
 * or while it is written, when each line is coloured once, as soon as it is whole.
 */
export function useTokens(code: string, language: string, writing = false): Token[][] {
  const grown = useRef<Grown | null>(null);
  const own = useRef<{ grammar: string; whole: string | undefined; lines: Token[][] } | null>(null);
  const [, redraw] = useState(0);
  const named = grammarOf(language);
  const grammar = code.length <= LONGEST ? named : undefined;
  const latest = useRef({ code, writing });
  latest.current = { code, writing };

  const begun = grammar !== undefined && own.current?.grammar === grammar;
  let lines: Token[][] | undefined;
  if (grammar !== undefined) {
    if (begun && !writing && own.current?.whole === code) lines = own.current.lines;
    else if (!writing) lines = cache.get(keyOf(grammar, code));
    if (!lines && begun && ready) lines = colour(ready, grammar, code, writing, grown);
    if (lines) own.current = { grammar, whole: writing ? undefined : code, lines };
  }

  const plain = lines === undefined;
  useEffect(() => {
    if (!plain || grammar === undefined) return;
    let leave: (() => void) | undefined;
    let left = false;
    const work = () => {
      const { code: text, writing: more } = latest.current;
      if (!ready || text.length > LONGEST) return;
      const made = colour(ready, grammar, text, more, grown);
      own.current = { grammar, whole: more ? undefined : text, lines: made };
      redraw((count) => count + 1);
    };
    const soon = () => {
      if (!left) leave = whenIdle(work);
    };
    if (loaded.has(grammar)) soon();
    else load(grammar).then(soon, () => {});
    return () => {
      left = true;
      leave?.();
    };
  }, [plain, grammar]);
  return useMemo(() => lines ?? plainLines(code), [lines, code]);
}

function colour(
  core: HighlighterCore,
  grammar: string,
  code: string,
  writing: boolean,
  grown: { current: Grown | null },
): Token[][] {
  const before = grown.current;
  if (writing) {
    const now = grow(core, before, grammar, code);
    grown.current = now;
    return [...now.lines, plainLine(code.slice(now.code.length))];
  }
  grown.current = null;
  // Of what was just written only the last line is still plain.
  const goesOn = before?.grammar === grammar && before.code !== '' && code.startsWith(before.code);
  return goesOn
    ? kept(keyOf(grammar, code), grow(core, before, grammar, `${code}\n`).lines)
    : tokens(core, code, grammar);
}

function grow(core: HighlighterCore, before: Grown | null, grammar: string, code: string): Grown {
  const going = before?.grammar === grammar && code.startsWith(before.code) ? before : null;
  const from = going?.code.length ?? 0;
  const to = code.lastIndexOf('\n') + 1;
  if (going && to <= from) return going;
  const part = code.slice(from, Math.max(from, to - 1));
  const lines = going ? [...going.lines] : [];
  let state = going?.state;
  if (to > from) {
    try {
      const result = core.codeToTokens(part, {
        lang: grammar,
        theme: 'tokens',
        ...(state && { grammarState: state }),
      });
      lines.push(...result.tokens.map((line) => line.map((one) => token(one.content, one.color))));
      state = result.grammarState;
    } catch {
      lines.push(...part.split('\n').map(plainLine));
    }
  }
  return { grammar, code: code.slice(0, to), lines, state };
}

const plainLine = (text: string): Token[] => (text ? [{ text }] : []);
const plainLines = (code: string): Token[][] => code.split('\n').map(plainLine);

const cache = new Map<string, Token[][]>();
const CACHED = 200;
const keyOf = (grammar: string, code: string): string => `${grammar}\n${code}`;

function tokens(core: HighlighterCore, code: string, grammar: string): Token[][] {
  const key = keyOf(grammar, code);
  const known = cache.get(key);
  if (known) return known;
  let lines = plainLines(code);
  if (lines.length <= MOST_LINES) {
    try {
      lines = core
        .codeToTokensBase(code, { lang: grammar, theme: 'tokens' })
        .map((line) => line.map(({ content, color }) => token(content, color)));
    } catch {
      // It stays plain.
    }
  }
  return kept(key, lines);
}

function kept(key: string, lines: Token[][]): Token[][] {
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value ?? '');
  cache.set(key, lines);
  return lines;
}

function token(text: string, colour: string | undefined): Token {
  const kind = colour && KINDS[colour.toLowerCase()];
  return kind ? { text, kind } : { text };
}
