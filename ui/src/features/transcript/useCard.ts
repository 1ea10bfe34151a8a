import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver, ruleOf, stateOf } from '@/components/cardState';
import { changedLines } from '@/components/Source';
import { useElapsed, useTick } from '@/components/Status';
import { useArmed } from '@/components/useArmed';
import { useLanguageName } from '@/components/useLanguageName';
import type { RuleMatch } from '@/generated/RuleMatch';
import type { RuleScope } from '@/generated/RuleScope';
import type { RunState } from '@/generated/RunState';
import { useActions, useSession } from '@/session/context';
import { usePreferences } from '@/session/preferences';
import { shown } from '@/session/store';
import { codeOf, textOf } from '@/session/turns';
import type { CardProps } from './CodeCard';

/** Kill is offered this long after Interrupt did not help, in milliseconds. */
const KILL_AFTER = 2000;

export type Card = ReturnType<typeof useCard>;

/** The state of a card as it is shown, and what can be done with it. */
export function useCard({ item, results, pending, responding }: CardProps) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const actions = useActions();
  const edit = useSession((session) => session.edits[item.id]);
  const going = useSession((session) => shown(session).responding);
  const singleKeys = usePreferences((chosen) => chosen.single_keys);
  const [editing, setEditing] = useState(false);
  const [folded, setFolded] = useState<boolean>();
  const [revoked, setRevoked] = useState(false);
  const ref = useRef<HTMLElement>(null);
  const heading = useId();

  const engineState = stateOf(item, responding, pending !== undefined);
  const awaits = engineState === 'awaiting' || engineState === 'editing';
  const over = isOver(engineState);
  const state: RunState =
    editing && (awaits || over) ? 'editing' : awaits ? 'awaiting' : engineState;
  const armed = useArmed(awaits ? pending?.confirmation : undefined);
  const written = codeOf(item);
  const code = edit ?? written;
  const changed = edit === undefined || edit === written ? 0 : changedLines(written, edit);
  const live = state === 'running' || state === 'needs_input';
  const elapsed = useElapsed(live || state === 'scanning', item.run?.ms);
  const stuck = useStuck(item.id, live);
  const hasPicture = results.some((result) => result.type === 'image');

  const leaveEditor = () => {
    setEditing(false);
    ref.current?.focus();
  };
  /** Why a run of one's own cannot begin now. */
  const busy = going ? t('card.notWhileBusy') : undefined;
  const run = () => {
    if (over) {
      if (busy) return;
      setEditing(false);
      void actions.runCode(item, code);
      return;
    }
    if (!pending || !armed) return;
    setEditing(false);
    void actions.answer(pending, changed > 0 ? { decision: 'edit', code } : { decision: 'run' });
  };
  const skip = (reason?: string) => {
    if (!pending || !armed) return;
    void actions.answer(pending, { decision: 'skip', ...(reason !== undefined && { reason }) });
  };
  const runWithRule = (matches: RuleMatch, scope: RuleScope) => {
    if (!pending || !armed) return;
    const rule = { verdict: 'allow', matches } as const;
    void actions.answer(pending, { decision: 'always', rule, scope });
  };
  const startEdit = () => {
    if (over || (pending && armed)) setEditing(true);
  };
  const discard = () => {
    actions.setEdit(item.id, null);
    leaveEditor();
  };
  const rerun = () => {
    if (!busy) void actions.runCode(item, code);
  };
  const askToFix = () => {
    if (busy) return;
    const last = results.findLast(({ type }) => type === 'console');
    const error = (last ? textOf(last) : item.run?.note) ?? '';
    const end = error.trimEnd().split('\n').slice(-20).join('\n').slice(-4000);
    void actions.send(end ? t('card.fixText', { error: end }) : t('card.fixTextShort'));
  };
  const revoke = async () => {
    const { grant } = item.run ?? {};
    if (grant !== undefined && (await actions.revoke(grant))) setRevoked(true);
  };

  // Single keys work only on the card itself or its buttons, never in a field.
  const keys = (event: KeyboardEvent) => {
    const { key, target } = event;
    const typing =
      target instanceof HTMLElement && /^(TEXTAREA|INPUT|SELECT)$/.test(target.tagName);
    const chord = event.ctrlKey || event.metaKey;
    if (chord && key === 'Enter' && (awaits || editing)) {
      event.preventDefault();
      if (event.shiftKey) openRules(ref.current);
      else run();
      return;
    }
    if (chord && key === '.' && live) {
      event.preventDefault();
      event.stopPropagation();
      void actions.interrupt(item.id);
      return;
    }
    if (typing || chord || event.altKey || event.repeat) return;
    const letter = singleKeys ? key.toLowerCase() : '';
    if (key === 'Escape' && state === 'writing') void actions.stop();
    else if (state === 'awaiting' && letter === 'r') run();
    else if (state === 'awaiting' && letter === 'e') startEdit();
    else if (state === 'awaiting' && letter === 's') skip();
    else if (state === 'failed' && letter === 'e') startEdit();
    else return;
    event.preventDefault();
  };

  return {
    ref,
    heading,
    language: languageName(item.format),
    state,
    /** What became of the code, whether it is being edited again or not. */
    result: awaits ? state : engineState,
    over,
    armed,
    wait: armed ? undefined : t('card.notYet'),
    busy,
    written,
    code,
    changed,
    live,
    elapsed,
    stuck,
    editing: state === 'editing',
    hasPicture,
    folded: state !== 'editing' && (folded ?? (state === 'done' && hasPicture)),
    fold: setFolded,
    rule: ruleOf(item.run?.rule),
    revoked,
    hints: singleKeys,
    run,
    skip,
    runWithRule,
    startEdit,
    leaveEditor,
    discard,
    rerun,
    askToFix,
    revoke,
    keys,
    change: (text: string) => actions.setEdit(item.id, text),
    interrupt: () => void actions.interrupt(item.id),
    kill: () => void actions.interrupt(item.id, true),
  };
}

/** Opens the menu of rules, as its button does. */
function openRules(card: HTMLElement | null): void {
  const button = card?.querySelector<HTMLElement>('[data-action="rule"]');
  button?.focus();
  button?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
}

/** Interrupt was asked for and the run goes on. */
function useStuck(item: string, live: boolean): boolean {
  const at = useSession((session) => session.interrupted[item]);
  const waits = live && at !== undefined;
  useTick(waits);
  return waits && Date.now() - at >= KILL_AFTER;
}
