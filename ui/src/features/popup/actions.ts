/*
 * What can be done with selected text: the list, and what a model is told. The text
 * itself always stands between marker lines that nobody can guess, as data.
 */
import type { UserPart } from '@/generated/UserPart';

/** What becomes of the answer. */
export type Output = 'show' | 'replace' | 'chat';

export type BuiltIn = 'ask' | 'explain' | 'fix' | 'rewrite' | 'translate' | 'summarise' | 'run';

/** A row of the list. */
export type Action =
  | { kind: BuiltIn; id: BuiltIn; letter: string }
  | { kind: 'own'; id: string; name: string; prompt: string; output: Output };

/** Something that is asked of a model. */
export type Task = {
  id: string;
  /** Its name for people. */
  name: string;
  prompt: string;
  output: Output;
  /** The difference to the text says more than the new text alone. */
  differs?: boolean;
};

const BUILT_IN: readonly [BuiltIn, string][] = [
  ['ask', 'A'],
  ['explain', 'E'],
  ['fix', 'F'],
  ['rewrite', 'W'],
  ['translate', 'T'],
  ['summarise', 'S'],
  ['run', 'R'],
];

/** So many are listed; the rest is behind one more row. */
export const LISTED = 7;

/** The built-in actions, then those of the person. */
export function actionsFor(language: string | undefined, own: unknown): Action[] {
  const builtIn = BUILT_IN.filter(([kind]) => kind !== 'run' || language !== undefined).map(
    ([kind, letter]): Action => ({ kind, id: kind, letter }),
  );
  return [...builtIn, ...ownActions(own)];
}

const OUTPUTS: readonly Output[] = ['show', 'replace', 'chat'];

function ownActions(value: unknown): Action[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): Action[] => {
    const { id, name, prompt, output } = (one ?? {}) as Record<string, unknown>;
    if (typeof id !== 'string' || typeof name !== 'string' || typeof prompt !== 'string') return [];
    if (!prompt.trim()) return [];
    const known = OUTPUTS.find((other) => other === output) ?? 'show';
    return [{ kind: 'own', id: `own:${id}`, name, prompt, output: known }];
  });
}

export const STYLES = ['shorter', 'formal', 'friendly', 'clearer'] as const;
export type Style = (typeof STYLES)[number];

/** Languages that are offered first; any other can be typed. */
export const LANGUAGES = [
  'English',
  'Arabic',
  'Chinese',
  'French',
  'German',
  'Hindi',
  'Italian',
  'Japanese',
  'Korean',
  'Polish',
  'Portuguese',
  'Russian',
  'Spanish',
  'Swedish',
  'Turkish',
  'Ukrainian',
] as const;

const KEEP = 'Keep the language, the line breaks and the markup as they are.';
const ALONE =
  'Answer with the new text alone: no introduction, no remark, no quotation marks or code fence around it.';

const HOW: Record<Style, string> = {
  shorter: 'Rewrite the text so that it is clearly shorter and loses nothing that matters.',
  formal: 'Rewrite the text in a formal tone.',
  friendly: 'Rewrite the text in a friendly tone.',
  clearer: 'Rewrite the text so that it is easier to understand.',
};

export const PROMPTS = {
  explain: 'Explain the text in a few plain sentences, in its language.',
  summarise: 'Summarise the text in a few sentences or points, in its language.',
  fix: `Correct spelling, grammar and punctuation of the text, and change nothing else. ${KEEP} ${ALONE}`,
  rewrite: (how: Style | { own: string }) =>
    `${typeof how === 'string' ? HOW[how] : `Rewrite the text like this: ${how.own}`} ${KEEP} ${ALONE}`,
  translate: (language: string) =>
    `Translate the text to ${language}. Keep the tone, the line breaks and the markup. ${ALONE}`,
  own: (prompt: string, output: Output) =>
    output === 'replace' ? `${prompt}\n\n${ALONE}` : prompt,
};

/** What is sent: the instruction, and the text as a quote, which a model is told as data. */
export function message(prompt: string, text: string): UserPart[] {
  const said: UserPart = { type: 'message', content: prompt };
  return text === '' ? [said] : [said, { type: 'message', format: 'quote', content: text }];
}

/** Code as a command for the embedded model; all that follows the colon is code. */
export const runCommand = (language: string, code: string): UserPart => ({
  type: 'message',
  content: `run ${language}:\n${code}`,
});

/**
 * The new text out of a reply: without the one code fence some models put around it,
 * and with the blank space at both ends that the old text had.
 */
export function newText(reply: string, old: string): string {
  const inner = /^\s*(`{3,}|~{3,})/.test(old) ? reply : (unfenced(reply) ?? reply);
  if (inner.trim() === '') return inner;
  const before = /^\s*/.exec(old)?.[0] ?? '';
  const after = /\s*$/.exec(old)?.[0] ?? '';
  return before + inner.trim() + after;
}

/** What one fence holds that goes around everything. */
function unfenced(reply: string): string | undefined {
  const [, marker = '', inner] = /^\s*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?\1\s*$/.exec(reply) ?? [];
  // A bare marker within ends the first of several blocks; one with a name begins another.
  const within = inner?.split('\n').find((line) => line.trimStart().startsWith(marker));
  return within?.trim() === marker ? undefined : inner;
}
