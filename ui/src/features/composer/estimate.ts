/* What the next message will cost, as far as it can be told before it is sent. */
import type { Costs } from '@/generated/Costs';
import type { Item } from '@/generated/Item';
import type { Usage } from '@/generated/Usage';
import type { Attachment } from '@/session/store';

/** About how many characters make a token, and how many tokens a picture is. */
const CHARACTERS = 4;
const PICTURE = 1200;
/** From here on it is said before it is sent: tokens, or this part of what is left. */
const MANY = 50_000;
const PART = 0.05;

export type Estimate = {
  tokens: number;
  /** US dollars, from what this conversation cost so far; absent: unknown. */
  cost?: number;
  /** Which part of what is left of the tightest budget, from 0 to 1. */
  part?: number;
};

/** About how many tokens items take. */
export function tokensOf(items: readonly Item[]): number {
  let tokens = 0;
  for (const { type, content } of items) {
    if (type === 'image') tokens += PICTURE;
    else if (typeof content === 'string') tokens += content.length / CHARACTERS;
  }
  return tokens;
}

/** What the next message means; null where it is nothing to speak of. */
export function estimate(
  past: number,
  text: string,
  attached: readonly Attachment[],
  usage: Usage,
  left: number | null,
  local: boolean,
): Estimate | null {
  const fresh =
    text.length / CHARACTERS +
    attached.reduce(
      (sum, { part }) =>
        sum +
        (part.type === 'image' ? PICTURE : part.format ? 0 : part.content.length / CHARACTERS),
      0,
    );
  const tokens = Math.round(past + fresh);
  if (local) return null;
  const rate =
    usage.cost_usd !== undefined && usage.input_tokens > 0
      ? usage.cost_usd / usage.input_tokens
      : undefined;
  const cost = rate === undefined ? undefined : rate * tokens;
  const part = cost === undefined || left === null ? undefined : left <= 0 ? 1 : cost / left;
  const dear = fresh > MANY || tokens > 2 * MANY || (part !== undefined && part > PART);
  if (!dear) return null;
  return { tokens, ...(cost !== undefined && { cost }), ...(part !== undefined && { part }) };
}

/** What is left of the tightest budget, in US dollars; null: there is none. */
export function leftOf(costs: Costs | null, limit: number | null, spent: number): number | null {
  const all = [
    limit === null ? null : limit - spent,
    costs?.day_limit === undefined ? null : costs.day_limit - costs.day,
    costs?.month_limit === undefined ? null : costs.month_limit - costs.month,
  ].filter((value): value is number => value !== null);
  return all.length === 0 ? null : Math.max(0, Math.min(...all));
}
