import type { ConversationSummary } from '@/generated/ConversationSummary';

export type GroupName = 'today' | 'yesterday' | 'week' | 'month' | 'earlier';

const ORDER: GroupName[] = ['today', 'yesterday', 'week', 'month', 'earlier'];
const DAY = 86_400_000;

/** Conversations by the day they were last used, newest first; empty groups are left out. */
export function groups(
  conversations: readonly ConversationSummary[],
  now: number,
): { name: GroupName; rows: ConversationSummary[] }[] {
  const rows = new Map<GroupName, ConversationSummary[]>();
  for (const row of [...conversations].sort((a, b) => b.updated - a.updated)) {
    const name = groupOf(row.updated, now);
    rows.set(name, [...(rows.get(name) ?? []), row]);
  }
  return ORDER.filter((name) => rows.has(name)).map((name) => ({
    name,
    rows: rows.get(name) ?? [],
  }));
}

function groupOf(at: number, now: number): GroupName {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight) return 'today';
  // Summer time makes some days longer: go back by calendar days, not by hours.
  const back = (days: number) => new Date(midnight - days * DAY + DAY / 2).setHours(0, 0, 0, 0);
  if (at >= back(1)) return 'yesterday';
  if (at >= back(7)) return 'week';
  return at >= back(30) ? 'month' : 'earlier';
}

/** The time, the weekday or the date, whichever says enough in its group. */
export function when(at: number, group: GroupName): string {
  const date = new Date(at);
  if (group === 'today' || group === 'yesterday') {
    return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  }
  if (group === 'week') return date.toLocaleDateString('en-GB', { weekday: 'short' });
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
