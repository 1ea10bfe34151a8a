import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lineCount } from '@/components/format';
import { useSessionStore } from '@/session/context';
import { usePreferences } from '@/session/preferences';
import { type SessionState, shown } from '@/session/store';
import { codeOf, textOf } from '@/session/turns';

/** While the assistant works, this often it is said what it does, in milliseconds. */
const BUSY_EVERY = 7000;
/** Characters of a reply that are said at once. */
const LONGEST = 10_000;

/**
 * Two hidden regions for screen readers: what is going on, in few words, and each
 * finished reply once and whole. What streams is not live itself.
 */
export function Announcer() {
  const { t } = useTranslation();
  const store = useSessionStore();
  const [status, setStatus] = useState('');
  const [alert, setAlert] = useState('');
  const [log, setLog] = useState<readonly { id: string; text: string }[]>([]);
  const said = useRef(new Set<string>());

  useEffect(() => {
    let lastBusy = 0;
    const changed = (now: SessionState, before: SessionState) => {
      const current = now.current;
      const after = shown(now);
      const old = shown(before);
      if (current === null || after === old) return;
      // What was there when the conversation was opened, or comes from its past, is
      // read, not announced.
      if (before.current !== current || !before.loaded[current]) return;
      if (after.seq === old.seq) return;
      const fresh = after.items.filter((item, at) => item !== old.items[at]);

      const replies = fresh.filter(
        (item) =>
          item.role === 'assistant' &&
          item.type === 'message' &&
          item.complete &&
          !said.current.has(item.id) &&
          !old.items.some((other) => other.id === item.id && other.complete),
      );
      for (const item of replies) said.current.add(item.id);
      const { announce } = usePreferences.getState();
      if (replies.length > 0 && announce !== 'done') {
        const lines = replies.map((item) => {
          const words = spoken(textOf(item)).slice(0, LONGEST);
          const text = announce === 'first' ? firstSentence(words) : words;
          return { id: item.id, text: t('say.reply', { text }) };
        });
        setLog((entries) => [...entries, ...lines].slice(-5));
      }

      const asked = after.pending.find(
        ({ confirmation }) => !old.pending.some((other) => other.confirmation === confirmation),
      );
      const input = after.inputs.find(
        ({ request }) => !old.inputs.some((other) => other.request === request),
      );
      const failed = fresh.find(
        (item) => item.type === 'error' && !old.items.some(({ id }) => id === item.id),
      );
      if (failed) {
        const { message } = (failed.content ?? {}) as { message?: string };
        setAlert(t('say.error', { message: message ?? '' }));
      }
      if (asked) {
        const item = after.items.find(({ id }) => id === asked.item);
        const content = (asked.content ?? {}) as { words?: string; name?: string };
        if (asked.format === 'action') {
          setStatus(t('say.approvalAction', { words: content.words ?? '' }));
        } else if (asked.format === 'tool') {
          setStatus(t('say.approvalTool', { name: content.name ?? '' }));
        } else {
          const count = item ? lineCount(codeOf(item)) : 0;
          setStatus(t('say.approval', { language: item?.format ?? '', count }));
        }
      } else if (input) setStatus(t('say.input', { prompt: input.prompt }));
      else if (after.os && !old.os) setStatus(t('say.live'));
      else if (!after.os && old.os) setStatus(t('say.over'));
      else if (old.responding && !after.responding) setStatus(t('say.done'));
      else if (
        after.responding &&
        after.pending.length === 0 &&
        Date.now() - lastBusy > BUSY_EVERY
      ) {
        lastBusy = Date.now();
        const running = after.items.findLast(({ run }) => run?.state === 'running');
        const last = after.items.at(-1);
        if (running) setStatus(t('say.running', { language: running.format ?? '' }));
        else if (last?.type === 'message' && last.role === 'assistant') setStatus(t('say.writing'));
        else setStatus(t('say.thinking'));
      }
    };
    return store.subscribe(changed);
  }, [store, t]);

  return (
    <div className="sr-only">
      <div role="status" aria-live="polite" data-say="status">
        {status}
      </div>
      <div role="alert" data-say="alert">
        {alert}
      </div>
      <div role="log" aria-live="polite" aria-relevant="additions" data-say="log">
        {log.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </div>
  );
}

/** The first sentence of what is said. */
export const firstSentence = (text: string): string =>
  /^[\s\S]*?[.!?…](?=\s|$)/.exec(text)?.[0] ?? text.split('\n', 1)[0] ?? '';

/** Markdown as it is said: the marks that are only seen are left out. */
export function spoken(text: string): string {
  return text
    .replace(/^\s*(`{3,}|~{3,}).*$/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}
