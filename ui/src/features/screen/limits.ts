/* What the sheet reads of what a person writes, and what it changes by it. */
import type { Display } from '@/generated/Display';
import type { Values } from './useValues';

/** Fields of the sheet, as they were written; absent: untouched. */
export type Written = { steps?: string; minutes?: string; cost?: string };

/** Nothing, or 0, is no limit; what is no number is refused. */
function whole(text: string): number | undefined {
  const plain = text.trim();
  if (plain === '') return 0;
  return /^\d{1,6}$/.test(plain) ? Number(plain) : undefined;
}

/** Amounts a person may write: `0.50`, `2`, `,5`. */
export function amount(text: string): number | null | undefined {
  const plain = text.trim().replace(/^\$/, '').replace(',', '.');
  if (plain === '') return null;
  const value = Number(plain);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

const shownCount = (value: unknown) => (typeof value === 'number' && value > 0 ? `${value}` : '');

/** What stands in the fields. */
export function fieldsOf(written: Written, values: Values | undefined): Required<Written> {
  const { max_budget: budget } = values ?? {};
  return {
    steps: written.steps ?? shownCount(values?.os_steps),
    minutes: written.minutes ?? shownCount(values?.os_minutes),
    cost: written.cost ?? (typeof budget === 'number' ? `${budget}` : ''),
  };
}

/** The first field that cannot be read. */
export function wrongField(fields: Required<Written>): keyof Written | undefined {
  if (whole(fields.steps) === undefined) return 'steps';
  if (whole(fields.minutes) === undefined) return 'minutes';
  return amount(fields.cost) === undefined ? 'cost' : undefined;
}

/** What the conversation is told: only what differs from what holds. */
export function limitChanges(
  written: Written,
  values: Values | undefined,
): Record<string, number | null> {
  const changes: Record<string, number | null> = {};
  const take = (key: string, value: number | null | undefined) => {
    if (value !== undefined && value !== (values?.[key] ?? null)) changes[key] = value;
  };
  if (written.steps !== undefined) take('os_steps', whole(written.steps));
  if (written.minutes !== undefined) take('os_minutes', whole(written.minutes));
  if (written.cost !== undefined) take('max_budget', amount(written.cost));
  return changes;
}

/** The displays that are ticked: those chosen before, else the main one alone. */
export function tickedDisplays(
  displays: readonly Display[],
  values: Values | undefined,
): readonly string[] {
  const given = values?.os_displays;
  const names = displays.map(({ name }) => name);
  const before = Array.isArray(given) ? names.filter((name) => given.includes(name)) : [];
  return before.length > 0 ? before : names.slice(0, 1);
}

/** Where a display stands among the others, from left to right: its number, and its side where there are two. */
export function placesOf(
  displays: readonly Display[],
): { display: Display; number: number; side: 'left' | 'right' | 'upper' | 'lower' | undefined }[] {
  const across = new Set(displays.map(({ x }) => x)).size > 1;
  const sorted = displays.toSorted((a, b) => a.x - b.x || a.y - b.y);
  return sorted.map((display, at) => {
    const first = at === 0;
    const side = across ? (first ? 'left' : 'right') : first ? 'upper' : 'lower';
    return { display, number: at + 1, side: displays.length === 2 ? side : undefined };
  });
}
