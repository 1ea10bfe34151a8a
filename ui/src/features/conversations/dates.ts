import type { ConversationSummary } from '@/generated/ConversationSummary';

export type DateName = 'today' | 'yesterday' | 'week' | 'month' | 'earlier';
export type GroupName = 'pinned' | DateName | 'archive';

const ORDER: GroupName[] = ['pinned', 'today', 'yesterday', 'week', 'month', 'earlier', 'archive'];
const DAY = 86_400_000;

/**
 * Conversations by the day they were last used, newest first; pinned ones before all,
 * archived ones after. Empty groups are left out.
 */
export function groups(
  conversations: readonly ConversationSummary[],
  now: number,
): { name: GroupName; rows: ConversationSummary[] }[] {
  const rows = new Map<GroupName, ConversationSummary[]>();
  const date = dater(now);
  for (const row of [...conversations].sort((a, b) => b.updated - a.updated)) {
    const name = row.archived ? 'archive' : row.pinned ? 'pinned' : date(row.updated);
    const group = rows.get(name);
    if (group) group.push(row);
    else rows.set(name, [row]);
  }
  return ORDER.filter((name) => rows.has(name)).map((name) => ({
    name,
    rows: rows.get(name) ?? [],
  }));
}

/** Says in which group of days a moment is. */
export function dater(now: number): (at: number) => DateName {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  // Summer time makes some days longer: go back by calendar days, not by hours.
  const back = (days: number) => new Date(midnight - days * DAY + DAY / 2).setHours(0, 0, 0, 0);
  const [yesterday, week, month] = [back(1), back(7), back(30)];
  return (at) => {
    if (at >= midnight) return 'today';
    if (at >= yesterday) return 'yesterday';
    if (at >= week) return 'week';
    return at >= month ? 'month' : 'earlier';
  };
}

// Making one of these takes longer than all rows of a screen take to be written.
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const WHOLE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** The time, the weekday or the date, whichever says enough among rows of all days. */
export function when(at: number, now: number): string {
  const name = dater(now)(at);
  if (name === 'today' || name === 'yesterday') return TIME.format(at);
  if (name === 'week') return WEEKDAY.format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? DATE : WHOLE).format(at);
}

/** A line of the list as it is drawn. */
export type Entry =
  | { kind: 'head'; name: Exclude<GroupName, 'archive'> }
  | { kind: 'archive'; count: number }
  | { kind: 'row'; row: ConversationSummary };

/** The groups one under the other; the archive is folded unless it is open. */
export function entries(
  conversations: readonly ConversationSummary[],
  now: number,
  archive: boolean,
): Entry[] {
  return groups(conversations, now).flatMap(({ name, rows }): Entry[] => [
    name === 'archive' ? { kind: 'archive', count: rows.length } : { kind: 'head', name },
    ...(name !== 'archive' || archive ? rows.map((row): Entry => ({ kind: 'row', row })) : []),
  ]);
}

/** What was said first, where the title does not say it already. */
export function firstLine({ title, first }: Pick<ConversationSummary, 'title' | 'first'>): string {
  const plain = (text: string) => text.replace(/\s+/g, ' ').replace(/…$/, '').trim();
  const said = plain(first);
  return said.startsWith(plain(title)) ? '' : said;
}
