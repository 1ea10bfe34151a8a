/*
 * Colours code by class, so that the theme stays in the tokens. The grammars are
 * loaded when a language is first seen; until then code is plain.
 */

import { useEffect, useRef, useState } from 'react';
import type { GrammarState, HighlighterCore, LanguageRegistration } from 'shiki/core';

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
 * Lines of coloured pieces; plain ones until the grammar is here. Of a text that is
 * still written, each line is coloured once, when it is whole.
 */
export function useTokens(code: string, language: string, writing = false): Token[][] {
  const grown = useRef<Grown | null>(null);
  const grammar = grammarOf(language);
  const [, redraw] = useState(0);
  const here = grammar !== undefined && loaded.has(grammar);
  useEffect(() => {
    if (grammar === undefined || loaded.has(grammar)) return;
    let seen = true;
    load(grammar).then(
      () => seen && redraw((count) => count + 1),
      () => {},
    );
    return () => {
      seen = false;
    };
  }, [grammar]);
  if (writing && here && ready && code.length <= LONGEST) {
    grown.current = grow(ready, grown.current, grammar, code);
    return [...grown.current.lines, plainLine(code.slice(grown.current.code.length))];
  }
  return tokens(code, here ? grammar : undefined);
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

const cache = new Map<string, Token[][]>();
const CACHED = 200;

function tokens(code: string, grammar: string | undefined): Token[][] {
  const plain = () => code.split('\n').map(plainLine);
  if (!grammar || !ready || code.length > LONGEST || code.split('\n').length > MOST_LINES) {
    return plain();
  }
  const key = `${grammar}\n${code}`;
  const known = cache.get(key);
  if (known) return known;
  let lines: Token[][];
  try {
    lines = ready
      .codeToTokensBase(code, { lang: grammar, theme: 'tokens' })
      .map((line) => line.map(({ content, color }) => token(content, color)));
  } catch {
    lines = plain();
  }
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value ?? '');
  cache.set(key, lines);
  return lines;
}

function token(text: string, colour: string | undefined): Token {
  const kind = colour && KINDS[colour.toLowerCase()];
  return kind ? { text, kind } : { text };
}
