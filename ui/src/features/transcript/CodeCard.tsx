import type { TFunction } from 'i18next';
import {
  Check,
  CircleX,
  Code,
  Copy,
  OctagonX,
  Pencil,
  Play,
  ShieldCheck,
  SkipForward,
  Square,
  Terminal,
  TriangleAlert,
  X,
} from 'lucide-react';
import { type KeyboardEvent, memo, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Tag } from '@/components/Chip';
import { duration, lineCount, modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Changes, changedLines, Source } from '@/components/Source';
import { Status, useElapsed, useTick } from '@/components/Status';
import type { InputRequest } from '@/generated/InputRequest';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import type { RuleMatch } from '@/generated/RuleMatch';
import type { RunState } from '@/generated/RunState';
import { useActions, useSession } from '@/session/context';
import { codeOf } from '@/session/turns';
import { CardEditor } from './CardEditor';
import { CardInput } from './CardInput';
import { CardResults } from './CardResults';
import { STATES, stateOf } from './cardState';
import { RuleMenu } from './RuleMenu';
import { SkipReason } from './SkipReason';
import { useArmed } from './useArmed';
import { useLanguageName } from './useLanguageName';

type Props = {
  item: Item;
  results: readonly Item[];
  pending: Pending | undefined;
  input: InputRequest | undefined;
  responding: boolean;
  model: string;
};

/** Kill is offered this long after Interrupt did not help, in milliseconds. */
const KILL_AFTER = 2000;

/** Code the model wants to run: what, where, risk, code, output, actions, who decided. */
export const CodeCard = memo(function CodeCard(props: Props) {
  const { item, results, pending, input, responding, model } = props;
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const actions = useActions();
  const edit = useSession((session) => session.edits[item.id]);
  const [editing, setEditing] = useState(false);
  const [folded, setFolded] = useState<boolean>();
  const card = useRef<HTMLElement>(null);
  const heading = useId();

  const language = languageName(item.format);
  const engineState = stateOf(item, responding, pending !== undefined);
  const awaits = engineState === 'awaiting' || engineState === 'editing';
  const state: RunState = awaits ? (editing ? 'editing' : 'awaiting') : engineState;
  const armed = useArmed(awaits ? pending?.confirmation : undefined);
  const written = codeOf(item);
  const code = edit ?? written;
  const live = state === 'running' || state === 'needs_input';
  const elapsed = useElapsed(live || state === 'scanning', item.run?.ms);
  const stuck = useStuck(item.id, live);

  // The engine names the language too; it stands there already.
  const place = item.run?.place?.replace(`${language} `, '');

  const hasPicture = results.some((result) => result.type === 'image');
  const hidden = folded ?? (state === 'done' && hasPicture);
  const look = STATES[state];
  const word =
    state === 'no_kernel' ? t('card.no_kernelLanguage', { language }) : t(`card.${state}`);

  const run = () => {
    if (!pending || !armed) return;
    const changed = edit !== undefined && edit !== written;
    setEditing(false);
    void actions.answer(pending, changed ? { decision: 'edit', code: edit } : { decision: 'run' });
  };
  const skip = (reason?: string) => {
    if (!pending || !armed) return;
    void actions.answer(pending, { decision: 'skip', ...(reason !== undefined && { reason }) });
  };
  const runWithRule = (matches: RuleMatch) => {
    if (!pending || !armed) return;
    void actions.answer(pending, { decision: 'always', rule: { verdict: 'allow', matches } });
  };
  const startEdit = () => {
    if (pending && armed) setEditing(true);
  };
  const leaveEditor = () => {
    setEditing(false);
    card.current?.focus();
  };
  const discard = () => {
    actions.setEdit(item.id, null);
    leaveEditor();
  };

  // Single keys work only on the card itself or its buttons, never in a field.
  const keys = (event: KeyboardEvent) => {
    const { key, target } = event;
    const typing = target instanceof HTMLElement && /^(TEXTAREA|INPUT)$/.test(target.tagName);
    const chord = event.ctrlKey || event.metaKey;
    if (chord && key === 'Enter' && awaits) {
      event.preventDefault();
      run();
      return;
    }
    if (chord && key === '.' && live) {
      event.preventDefault();
      event.stopPropagation();
      void actions.interrupt(item.id);
      return;
    }
    if (typing || chord || event.altKey || event.repeat) return;
    if (key === 'Escape' && state === 'writing') void actions.stop();
    else if (awaits && !editing && key.toLowerCase() === 'r') run();
    else if (awaits && !editing && key.toLowerCase() === 'e') startEdit();
    else if (awaits && !editing && key.toLowerCase() === 's') skip();
    else return;
    event.preventDefault();
  };

  const wait = armed ? undefined : t('card.notYet');
  const changed = edit === undefined ? 0 : changedLines(written, edit);
  const provenance = useProvenance(item, state, model);

  return (
    <section
      ref={card}
      data-card
      data-state={state}
      aria-labelledby={heading}
      tabIndex={-1}
      onKeyDown={keys}
      className={`overflow-hidden rounded-3 border bg-surface ${look.edge}`}
    >
      <div className="flex h-9 items-center gap-2 border-border border-b pr-2 pl-3">
        <Icon
          of={item.format === 'shell' || item.format === 'bash' ? Terminal : Code}
          size={14}
          className="text-muted"
        />
        <h3 id={heading} className="flex min-w-0 flex-1 items-center gap-2">
          <span className="font-strong">{language}</span>
          {place && <span className="truncate text-12 text-muted">{place}</span>}
          <span className="sr-only">, {word}</span>
        </h3>
        {changed > 0 && <Tag icon={Pencil}>{t('card.changed', { count: changed })}</Tag>}
        {item.edited !== undefined && <Tag icon={Pencil}>{t('card.editedApproved')}</Tag>}
        {live && isRule(item.run?.rule) && (
          <Tag icon={ShieldCheck}>{t('card.rule', { rule: item.run?.rule })}</Tag>
        )}
        <Status
          tone={look.tone}
          icon={look.icon}
          word={word}
          extra={figures(t, item, state, code, elapsed)}
        />
        {isOver(state) && <CopyButton text={code} name={t('card.copy')} />}
      </div>

      <RiskNote item={item} state={state} />

      {editing ? (
        <CardEditor
          code={code}
          label={t('card.editor')}
          onChange={(text) => actions.setEdit(item.id, text)}
          onRun={run}
          onLeave={leaveEditor}
        />
      ) : hidden ? null : edit !== undefined && edit !== written ? (
        <Changes
          before={written}
          after={edit}
          language={item.format ?? ''}
          label={t('card.labelShort', { language })}
        />
      ) : (
        <Source
          code={code}
          language={item.format ?? ''}
          active={item.active_line}
          dim={['skipped', 'blocked', 'no_kernel'].includes(state)}
          writing={state === 'writing'}
          label={t('card.labelShort', { language })}
        />
      )}

      <CardResults
        item={item}
        results={results}
        state={state}
        folded={hidden}
        onFold={hasPicture ? setFolded : undefined}
        language={language}
        lines={lineCount(code)}
      />

      {input && live && (
        <CardInput key={input.request} input={input} item={item.id} note={provenance} />
      )}

      {!(input && live) && (actionsShown(state) || provenance) && (
        <div
          className={`flex flex-wrap items-center gap-x-2 gap-y-1 border-border border-t pr-3 pl-2 ${actionsShown(state) ? 'min-h-11 py-1.5' : 'min-h-8'}`}
        >
          {state === 'writing' && (
            <>
              <Button big icon={Play} off={t('card.notComplete')}>
                {t('card.run')}
              </Button>
              <Button big icon={Square} hint="Esc" onClick={() => actions.stop()}>
                {t('card.stop')}
              </Button>
            </>
          )}
          {state === 'awaiting' && (
            <>
              <Button
                big
                look="primary"
                icon={Play}
                hint="R"
                off={wait}
                onClick={run}
                data-action="run"
              >
                {t('card.run')}
              </Button>
              <Button big icon={Pencil} hint="E" off={wait} onClick={startEdit} data-action="edit">
                {t('card.edit')}
              </Button>
              <Button
                big
                icon={SkipForward}
                hint="S"
                off={wait}
                onClick={() => skip()}
                data-action="skip"
              >
                {t('card.skip')}
              </Button>
              <SkipReason off={wait} onSkip={skip} />
              {changed === 0 && pending && (
                <RuleMenu
                  pending={pending}
                  language={item.format ?? ''}
                  languageName={language}
                  code={written}
                  off={wait}
                  onPick={runWithRule}
                />
              )}
              {changed > 0 && (
                <Button big look="quiet" onClick={discard}>
                  {t('card.discard')}
                </Button>
              )}
            </>
          )}
          {state === 'editing' && (
            <>
              <Button
                big
                look="primary"
                icon={Play}
                off={wait}
                onClick={run}
                data-action="save-run"
              >
                {t('card.saveRun')}
              </Button>
              <Button big onClick={leaveEditor}>
                {t('card.save')}
              </Button>
              <Button big look="quiet" onClick={discard}>
                {t('card.discard')}
              </Button>
            </>
          )}
          {live && (
            <>
              <Button
                big
                icon={Square}
                hint="Ctrl ."
                aria-keyshortcuts="Control+."
                onClick={() => actions.interrupt(item.id)}
                data-action="interrupt"
              >
                {t('card.interrupt')}
              </Button>
              {stuck && (
                <Button
                  big
                  look="danger"
                  icon={OctagonX}
                  title={t('card.killWhy')}
                  onClick={() => actions.stop()}
                  data-action="kill"
                >
                  {t('card.kill')}
                </Button>
              )}
            </>
          )}
          {state === 'queued' && responding && (
            <Button big icon={X} onClick={() => actions.stop()}>
              {t('card.stop')}
            </Button>
          )}
          {provenance && (
            <span className="ml-auto min-w-0 py-1 pl-1 text-right text-12 text-muted">
              {provenance}
            </span>
          )}
        </div>
      )}
    </section>
  );
});

/** The number beside the state: lines so far, time, exit status. */
function figures(
  t: TFunction,
  item: Item,
  state: RunState,
  code: string,
  elapsed: number | undefined,
): string | null {
  const time = elapsed === undefined ? '' : duration(elapsed);
  switch (state) {
    case 'writing':
      return t('card.lines', { count: lineCount(code) });
    case 'running':
    case 'needs_input':
    case 'scanning':
      return time;
    case 'stopped':
      return time && t('card.at', { time });
    case 'done':
    case 'failed':
      return [time, item.run?.exit !== undefined && t('card.exit', { code: item.run.exit })]
        .filter(Boolean)
        .join(' · ');
    default:
      return null;
  }
}

/** Why it is blocked, stale or cannot start; a rule that made it a question. */
function RiskNote({ item, state }: { item: Item; state: RunState }) {
  const note = item.run?.note;
  if (!note || !['awaiting', 'editing', 'no_kernel', 'stale', 'blocked'].includes(state))
    return null;
  const bad = state === 'no_kernel';
  // The first sentence says what; the rest says how much.
  const [, first, rest] = /^([^.]+\.)\s+(.+)$/s.exec(note) ?? [];
  return (
    <div
      className={`flex items-start gap-2 border-border border-b px-3 py-2 text-12 ${bad ? 'bg-danger-soft' : 'bg-warning-soft'}`}
    >
      <Icon
        of={bad ? CircleX : TriangleAlert}
        size={14}
        className={`mt-px ${bad ? 'text-danger' : 'text-warning'}`}
      />
      <span>
        {rest && <strong className="font-strong">{first}</strong>}
        {rest ? ` ${rest}` : note}
      </span>
    </div>
  );
}

/** Whether a rule decided, and not the person. */
const isRule = (rule: string | undefined) => rule !== undefined && !/approved by you/i.test(rule);
const isOver = (state: RunState) =>
  ['done', 'failed', 'stopped', 'skipped', 'blocked', 'stale', 'no_kernel'].includes(state);
const actionsShown = (state: RunState) =>
  ['writing', 'awaiting', 'editing', 'running', 'needs_input', 'queued'].includes(state);

/** Who asked and which rule decided: the last line of every card. */
function useProvenance(item: Item, state: RunState, model: string): string {
  const { t } = useTranslation();
  const rule = item.run?.rule;
  const name = model ? modelName(model) : '';
  switch (state) {
    case 'writing':
      return name;
    case 'awaiting':
    case 'editing':
      if (!name) return rule ?? '';
      return rule
        ? t('card.askedBy', { model: name, rule })
        : t('card.askedByOnly', { model: name });
    case 'blocked':
      return rule ? t('card.deniedBy', { rule }) : '';
    case 'skipped':
      return item.run?.note ?? '';
    case 'stopped':
      return item.run?.note ?? t('card.keptOutput');
    case 'running':
    case 'needs_input':
    case 'queued':
      if (!rule) return '';
      if (!isRule(rule))
        return rule.startsWith('edited') ? t('card.editedApproved') : t('card.approved');
      return t('card.allowedBy', { rule });
    default:
      return '';
  }
}

/** Interrupt was asked for and the run goes on. */
function useStuck(item: string, live: boolean): boolean {
  const at = useSession((session) => session.interrupted[item]);
  const waits = live && at !== undefined;
  useTick(waits);
  return waits && Date.now() - at >= KILL_AFTER;
}

function CopyButton({ text, name }: { text: string; name: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <IconButton
      icon={copied ? Check : Copy}
      name={copied ? t('card.copied') : name}
      onClick={copy}
      onBlur={() => setCopied(false)}
    />
  );
}
