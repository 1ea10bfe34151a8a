import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBackend } from '@/session/context';
import {
  type Action,
  actionsFor,
  type BuiltIn,
  LANGUAGES,
  LISTED,
  PROMPTS,
  STYLES,
  type Style,
  type Task,
} from './actions';
import type { Surroundings } from './useSummons';
import type { Work } from './useTask';

/** A line of the list. */
export type Row = {
  id: string;
  name: string;
  icon?: BuiltIn | 'own' | 'others';
  letter?: string;
  aside?: string;
  /** Why it cannot be chosen now. */
  off?: string | undefined;
  /** Opens its other choices. */
  more?: () => void;
  pick: () => 'type first' | undefined;
};

/** The way of rewriting that was taken last, for the next time. */
const STYLE = 'interpreter.popup.style';

type Given = {
  text: string;
  language: string | undefined;
  editable: boolean;
  around: Surroundings | null;
  work: Work;
};

/** The list as it is now, and what each line of it does. */
export function useChoices({ text, language, editable, around, work }: Given) {
  const { t } = useTranslation();
  const backend = useBackend();
  const [view, setView] = useState<'actions' | 'rewrite' | 'translate'>('actions');
  const [typed, setTyped] = useState('');
  const [all, setAll] = useState(false);
  const [style] = useState(lastStyle);
  const { model, settings } = around ?? {};
  const problem = model && model.state !== 'ready' ? model : undefined;
  const off =
    problem?.state === 'none'
      ? t('popup.noModel')
      : problem && t('popup.needsKey', { model: problem.name });
  const remembered = settings?.selection_language;
  const target =
    typeof remembered === 'string' && remembered.trim() ? remembered.trim() : undefined;
  /** What cannot be put back is shown. */
  const output = editable ? 'replace' : 'show';

  const show = (next: typeof view) => {
    setTyped('');
    setView(next);
  };
  const start = (task: Omit<Task, 'output'> & { output?: Task['output'] }): undefined => {
    if (!around || problem) return;
    work.start({ output: 'show', ...task });
  };
  const rewrite = (how: Style | { own: string }): undefined => {
    if (typeof how === 'string') keepStyle(how);
    start({
      id: 'rewrite',
      name: t('popup.rewrite'),
      prompt: PROMPTS.rewrite(how),
      output,
      differs: true,
    });
  };
  const translate = (to: string): undefined => {
    if (to !== target) {
      const values = { selection_language: to };
      // Not to be remembered is no reason not to translate.
      backend.submit({ op: 'configure', scope: { scope: 'global' }, values }).catch(() => {});
    }
    start({ id: 'translate', name: t('popup.translate'), prompt: PROMPTS.translate(to), output });
  };
  const send = (said: string) => {
    if (view === 'rewrite') rewrite({ own: said });
    else start({ id: 'ask', name: said, prompt: said });
  };

  const rowOf = (action: Action): Row => {
    if (action.kind === 'own') {
      const { id, name, prompt } = action;
      const result = action.output === 'replace' ? output : action.output;
      return {
        id,
        name,
        icon: 'own',
        off,
        ...(action.output === 'chat' && { aside: t('popup.newChat') }),
        pick: () =>
          start({
            id,
            name,
            prompt: PROMPTS.own(prompt, action.output),
            output: result,
            differs: true,
          }),
      };
    }
    const { kind, letter } = action;
    const row = { id: kind, icon: kind, letter, off, name: t(`popup.${kind}`) };
    switch (kind) {
      case 'ask':
        return { ...row, pick: () => 'type first' };
      case 'fix':
        return {
          ...row,
          name: t(editable ? 'popup.fix' : 'popup.fixShow'),
          pick: () =>
            start({
              id: kind,
              name: t('popup.fixShow'),
              prompt: PROMPTS.fix,
              output,
              differs: true,
            }),
        };
      case 'rewrite':
        return {
          ...row,
          ...(style && { aside: t(`popup.style_${style}`) }),
          more: () => show('rewrite'),
          pick: () => (style ? rewrite(style) : void show('rewrite')),
        };
      case 'translate':
        return {
          ...row,
          ...(target && { aside: t('popup.toLanguage', { language: target }) }),
          more: () => show('translate'),
          pick: () => (target ? translate(target) : void show('translate')),
        };
      case 'run':
        return {
          ...row,
          off: undefined,
          aside: t('popup.runAside', { language: language ?? '' }),
          pick: () => void work.run(language ?? 'shell'),
        };
      default:
        return { ...row, pick: () => start({ id: kind, name: row.name, prompt: PROMPTS[kind] }) };
    }
  };

  const actions = (): Row[] => {
    if (text === '') return [];
    const rows = actionsFor(language, settings?.selection_actions).map(rowOf);
    // One more row costs as much room as the one it would hide.
    if (all || rows.length <= LISTED + 1) return rows;
    const rest = rows.length - LISTED;
    const others: Row = {
      id: 'others',
      name: t('popup.others', { count: rest }),
      icon: 'others',
      pick: () => void setAll(true),
    };
    return [...rows.slice(0, LISTED), others];
  };
  const styles = (): Row[] => {
    const ordered = [...STYLES].sort((a, b) => Number(b === style) - Number(a === style));
    return [
      ...ordered.map(
        (one): Row => ({ id: one, name: t(`popup.style_${one}`), pick: () => rewrite(one) }),
      ),
      { id: 'own', name: t('popup.style_own'), pick: () => 'type first' },
    ];
  };
  const languages = (): Row[] => {
    const wanted = typed.trim().toLowerCase();
    const known = [...new Set([...(target ? [target] : []), ...LANGUAGES])];
    const rows = known
      .filter((one) => one.toLowerCase().includes(wanted))
      .map((one): Row => ({ id: one, name: one, pick: () => translate(one) }));
    const own = typed.trim();
    if (!own || known.some((one) => one.toLowerCase() === wanted)) return rows;
    const other: Row = {
      id: 'other',
      name: t('popup.otherLanguage', { language: own }),
      pick: () => translate(own),
    };
    return [...rows, other];
  };

  const rows = view === 'actions' ? actions() : view === 'rewrite' ? styles() : languages();
  return { view, typed, rows, problem, send, type: setTyped, back: () => show('actions') };
}

function lastStyle(): Style | undefined {
  const kept = localStorage.getItem(STYLE);
  return STYLES.find((style) => style === kept);
}

function keepStyle(style: Style): void {
  try {
    localStorage.setItem(STYLE, style);
  } catch {
    // It is asked for again the next time.
  }
}
