/* What is done with what was said and run: branches, other answers, runs, outputs. */
import type { Op } from '@/generated/Op';
import type { UserPart } from '@/generated/UserPart';
import type { Core } from './core';
import type { Actions } from './state';
import { codeOf } from './turns';

export type Messages = Pick<
  Actions,
  | 'branch'
  | 'resend'
  | 'regenerate'
  | 'truncate'
  | 'goOn'
  | 'runCode'
  | 'interrupt'
  | 'revoke'
  | 'answer'
  | 'input'
  | 'outputPart'
>;

export function messages(core: Core, open: Actions['open']): Messages {
  const { backend, get, patch, attempt } = core;

  /** A copy up to an item; its id. */
  const duplicate = async (before: string | undefined): Promise<string | null> => {
    const conversation = get().current;
    if (!conversation) return null;
    const receipt = await attempt({ op: 'duplicate', conversation, ...(before && { before }) });
    return receipt?.conversation ?? null;
  };

  /** Puts a picture that is kept by its hash into the message itself. */
  const inline = async (part: UserPart): Promise<UserPart> => {
    if (part.format !== 'blob') return part;
    const { media_type, base64 } = await backend.query({ query: 'blob', hash: part.content });
    const format = media_type === 'image/jpeg' ? 'base64.jpeg' : 'base64.png';
    return { type: part.type, format, content: base64 };
  };

  return {
    async branch(before) {
      const made = await duplicate(before);
      if (made) await open(made);
      return made;
    },

    async resend(first, content) {
      let whole: UserPart[];
      try {
        whole = await Promise.all(content.map(inline));
      } catch (thrown) {
        core.refuse(thrown);
        return false;
      }
      const made = await duplicate(first);
      if (!made) return false;
      await open(made);
      return (await attempt({ op: 'submit', conversation: made, content: whole })) !== null;
    },

    async regenerate(first, model) {
      const conversation = get().current;
      if (!conversation) return;
      if (model === undefined) {
        if (first && !(await attempt({ op: 'truncate', conversation, item: first }))) return;
        await attempt({ op: 'continue', conversation });
        return;
      }
      const made = await duplicate(first);
      if (!made) return;
      await open(made);
      await attempt({ op: 'continue', conversation: made, settings: { model } });
    },

    async truncate(item) {
      const conversation = get().current;
      return conversation
        ? (await attempt({ op: 'truncate', conversation, item })) !== null
        : false;
    },

    async goOn(settings) {
      const conversation = get().current;
      if (conversation)
        await attempt({ op: 'continue', conversation, ...(settings && { settings }) });
    },

    async runCode(item, code) {
      const conversation = get().current;
      if (!conversation) return;
      const language = item.format ?? 'python';
      const op: Op = { op: 'run_code', conversation, language, code: code ?? codeOf(item) };
      if (await attempt(op)) patch('edits', item.id, undefined);
    },

    async answer({ confirmation, digest, item }, decision) {
      const conversation = get().current;
      if (!conversation) return false;
      const done = await attempt({ op: 'answer', conversation, confirmation, digest, decision });
      if (done) patch('edits', item, undefined);
      return done !== null;
    },

    async input(request, text) {
      const conversation = get().current;
      if (!conversation) return false;
      const op: Op = { op: 'input', conversation, request, ...(text !== undefined && { text }) };
      return (await attempt(op)) !== null;
    },

    async interrupt(item, kill = false) {
      const conversation = get().current;
      if (!conversation) return;
      if (!kill) patch('interrupted', item, Date.now());
      await attempt({ op: 'interrupt', conversation, item, ...(kill && { kill }) });
    },

    async revoke(grant) {
      return (await attempt({ op: 'revoke', grant })) !== null;
    },

    async outputPart(item, offset, limit) {
      const conversation = get().current;
      if (!conversation) return { text: '', next: offset, total: offset };
      const { text, next, total } = await backend.query({
        query: 'output',
        conversation,
        item,
        offset,
        limit,
      });
      return { text, next, total };
    },
  };
}

/** What the person said, to be sent again with other words. */
export function saidAgain(
  items: readonly { type: string; format?: string; content: unknown }[],
  text: string,
): UserPart[] {
  const others = items
    .filter(
      ({ type, format, content }) =>
        (type !== 'message' || format === 'quote') && typeof content === 'string',
    )
    .map(({ type, format, content }) => ({
      type,
      ...(format !== undefined && { format }),
      content: content as string,
    }));
  return [{ type: 'message', content: text }, ...others];
}
