import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useBackend, useSessionStore } from '@/session/context';
import { closePage } from '@/session/pages';
import { usePreferences } from '@/session/preferences';
import { type SessionState, shown } from '@/session/store';

/** A turn that took this long is worth a word when it is over, in milliseconds. */
const LONG = 20_000;

/** What is worth a notification, by conversation. */
export type News = { id: string; what: 'approval' | 'step' | 'finished' | 'budget' };

/** What happened between two states; `began` remembers since when a turn goes on. */
export function newsBetween(
  before: SessionState,
  now: SessionState,
  began: Map<string, number>,
  at: number,
): News[] {
  const news: News[] = [];
  if (now.activity !== before.activity) {
    for (const [id, activity] of Object.entries(now.activity)) {
      const old = before.activity[id];
      if (activity === old) continue;
      if (activity.responding && !began.has(id)) began.set(id, at);
      if (activity.waiting && !old?.waiting) {
        news.push({ id, what: activity.live ? 'step' : 'approval' });
      }
      if (!activity.responding) {
        const since = began.get(id);
        began.delete(id);
        if (since !== undefined && at - since > LONG) news.push({ id, what: 'finished' });
      }
    }
  }
  const { current } = now;
  if (current !== null && current === before.current && before.loaded[current]) {
    const old = shown(before).items.length;
    const spent = shown(now)
      .items.slice(old)
      .some(
        ({ type, content }) =>
          type === 'error' && (content as { code?: string } | null)?.code === 'budget_reached',
      );
    if (spent) news.push({ id: current, what: 'budget' });
  }
  return news;
}

/**
 * Says what waits for the person while the window has not the focus. In the app the
 * shell does, whose notifications have buttons.
 */
export function useNotifications(): void {
  const { t } = useTranslation();
  const store = useSessionStore();
  const { open } = useActions();
  const { shell } = useBackend();
  useEffect(() => {
    if (shell || typeof Notification === 'undefined') return;
    const began = new Map<string, number>();
    return store.subscribe((now, before) => {
      const news = newsBetween(before, now, began, Date.now());
      if (document.hasFocus() || Notification.permission !== 'granted') return;
      if (!usePreferences.getState().notifications) return;
      for (const { id, what } of news) {
        const title = now.conversations?.find((one) => one.id === id)?.title;
        const note = new Notification(t(`settings.news.${what}`), {
          body: title || t('sidebar.untitled'),
          tag: `${id} ${what}`,
          silent: true,
        });
        note.onclick = () => {
          window.focus();
          closePage();
          void open(id);
          note.close();
        };
      }
    });
  }, [shell, store, open, t]);
}
