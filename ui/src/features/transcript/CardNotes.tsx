import type { TFunction } from 'i18next';
import { CircleX, History, Lock, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ruleOf } from '@/components/cardState';
import { duration, lineCount, modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Item } from '@/generated/Item';
import type { RunState } from '@/generated/RunState';
import { useSession } from '@/session/context';
import { choices } from '@/session/store';

/** The number beside the state: lines so far, place in the queue, time, exit status. */
export function figures(
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
    case 'queued':
      return item.run?.position === undefined
        ? null
        : t('card.position', { count: item.run.position, ordinal: true });
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

const NOTED: readonly RunState[] = ['awaiting', 'editing', 'no_kernel', 'stale', 'blocked'];

/** Why it is blocked, stale or cannot start; a rule that made it a question. */
export function RiskNote({ item, state }: { item: Item; state: RunState }) {
  const note = item.run?.note;
  if (!note || !NOTED.includes(state)) return null;
  const bad = state === 'no_kernel' || state === 'blocked';
  const icon =
    state === 'stale' ? History : state === 'blocked' ? Lock : bad ? CircleX : TriangleAlert;
  // The first sentence says what; the rest says how much.
  const [, first, rest] = /^([^.]+\.)\s+(.+)$/s.exec(note) ?? [];
  return (
    <div
      className={`flex items-start gap-2 border-border border-b px-3 py-2 text-12 ${bad ? 'bg-danger-soft' : 'bg-warning-soft'}`}
    >
      <Icon of={icon} size={14} className={`mt-px ${bad ? 'text-danger' : 'text-warning'}`} />
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {rest && <strong className="font-strong">{first}</strong>}
        {rest ? ` ${rest}` : note}
      </span>
    </div>
  );
}

/** Who asked and which rule decided: the last line of every card. */
export function Provenance({ item, state }: { item: Item; state: RunState }) {
  const { t } = useTranslation();
  const model = useSession((session) => choices(session).model ?? '');
  const rule = item.run?.rule;
  const name = model ? modelName(model) : '';
  const words = (): string => {
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
      case 'no_kernel':
        return t('card.codeKept');
      case 'running':
      case 'needs_input':
      case 'queued':
      case 'done':
        if (!rule) return '';
        if (ruleOf(rule) !== undefined) return t('card.allowedBy', { rule });
        if (state === 'done' || item.role === 'user') return '';
        return rule.startsWith('edited') ? t('card.editedApproved') : t('card.approved');
      default:
        return '';
    }
  };
  const said = words();
  return said ? (
    <span
      data-provenance
      className="ml-auto min-w-0 py-1 pl-1 text-right text-12 text-muted [overflow-wrap:anywhere]"
    >
      {said}
    </span>
  ) : null;
}
