import type { Costs } from '@/generated/Costs';

/** From this part of a limit on it is said. */
export const NEAR = 0.8;

export type Budget = {
  name: 'turn' | 'conversation' | 'day' | 'month';
  spent: number;
  limit: number;
  /** What is spent of it, 1 being all. */
  share: number;
};

/** The limits that were set, with what is spent of each. */
export function budgets(
  cost: number,
  limit: number | null,
  costs: Costs | null,
  turn?: { spent: number; limit: number },
): Budget[] {
  const all: [Budget['name'], number, number | null | undefined][] = [
    ['turn', turn?.spent ?? 0, turn?.limit],
    ['conversation', cost, limit],
    ['day', costs?.day ?? 0, costs?.day_limit],
    ['month', costs?.month ?? 0, costs?.month_limit],
  ];
  return all.flatMap(([name, spent, most]) =>
    most === null || most === undefined
      ? []
      : [{ name, spent, limit: most, share: most > 0 ? spent / most : 1 }],
  );
}

/** The limit that is closest, where one is close. */
export function worst(all: readonly Budget[]): Budget | null {
  const [first] = [...all].sort((a, b) => b.share - a.share);
  return first && first.share >= NEAR ? first : null;
}
