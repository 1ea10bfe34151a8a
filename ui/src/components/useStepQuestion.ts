import type { KeyboardEvent } from 'react';
import type { Decision } from '@/generated/Decision';
import type { Pending } from '@/generated/Pending';
import { useActions } from '@/session/context';
import { useArmed } from './useArmed';

/** What can be answered to a step or a tool that waits, and the keys that do it. */
export function useStepQuestion(pending: Pending | undefined) {
  const actions = useActions();
  const armed = useArmed(pending?.confirmation);
  const content = (pending?.content ?? {}) as { app?: unknown; tier?: unknown; secret?: unknown };
  const { app, tier: offered } = content;
  const named = typeof app === 'string' && app !== '' ? app : undefined;
  /** How far the app would be allowed: into some nobody types without a question. */
  const tier = offered === 'look' || offered === 'click' ? offered : 'full';
  /** A secret that is typed: it is allowed by itself, not with the app. */
  const secret = content.secret as { name: string; app: string } | undefined;
  const answer = (decision: Decision) => {
    if (pending && armed) void actions.answer(pending, decision);
  };
  const once = () => answer({ decision: 'run' });
  const skip = () => answer({ decision: 'skip' });
  /** Each app asks once: this step, and what follows in the same app. */
  const inApp = () => {
    if (named === undefined) return;
    const matches = { what: 'app', app: named, tier } as const;
    answer({ decision: 'always', rule: { verdict: 'allow', matches } });
  };
  /** The same secret in the same app, for the rest of the conversation. */
  const withSecret = () => {
    if (secret === undefined) return;
    const matches = { what: 'secret', name: secret.name, app: secret.app } as const;
    answer({ decision: 'always', rule: { verdict: 'allow', matches } });
  };
  const keys = (event: KeyboardEvent) => {
    if (!pending || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === 'r') once();
    else if (key === 's') skip();
    else return;
    event.preventDefault();
  };
  return { armed, app: named, tier, secret, once, skip, inApp, withSecret, keys };
}
