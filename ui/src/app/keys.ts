/* What the actions of the window do, and the keys that lead to them. Those of a card are on the card. */
import { useEffect } from 'react';
import { useBranch } from '@/components/ConversationMenu';
import type { ExportFormat } from '@/generated/ExportFormat';
import { useActions, useBackend, useSessionStore } from '@/session/context';
import {
  closeFind,
  closeSearch,
  openFind,
  startRename,
  step,
  toSearch,
  useFind,
  useHistory,
  useHistoryActions,
  useSearch,
} from '@/session/history';
import { stepTo } from '@/session/jump';
import { closePage, openPage } from '@/session/pages';
import { usePreferences } from '@/session/preferences';
import { configure, loadSettings, useSettingsState } from '@/session/settings';
import {
  type ActionId,
  actionFor,
  perform,
  provide,
  useBindings,
  useSingleKeys,
} from '@/session/shortcuts';
import { type SessionState, shown } from '@/session/store';
import { show, useView } from '@/session/view';

const REGIONS = ['sidebar', 'header', 'find', 'hits', 'transcript', 'composer', 'steps', 'notes'];
/** What may be done while a dialog is open over the window. */
const OVER_DIALOGS: readonly ActionId[] = ['palette', 'help'];

/** Says what each action does, and listens for the keys. */
export function useKeys(): void {
  const actions = useActions();
  const backend = useBackend();
  const store = useSessionStore();
  const history = useHistoryActions();
  const branch = useBranch();
  const bound = useBindings();
  const single = useSingleKeys();

  useEffect(() => {
    // Who only looks at conversations never opens the settings; their keys count all the same.
    if (!useSettingsState.getState().read) loadSettings(backend).catch(() => {});
  }, [backend]);

  useEffect(() => {
    const get = store.getState;
    const inChat = () => useView.getState().page === 'chat';
    const here = () => (inChat() ? get().current : null);
    const row = (id: string) => get().conversations?.find((known) => known.id === id);
    const forCurrent = (act: (id: string) => unknown) => () => {
      const id = here();
      if (id === null) return false;
      void act(id);
      return true;
    };
    const save = (format: ExportFormat) => forCurrent((id) => history.save(id, format, false));
    const always = (act: () => unknown) => () => {
      void act();
      return true;
    };
    const neighbour = (by: 1 | -1) => () => {
      if (!inChat()) return false;
      // In the order they are listed: pinned first, then by date.
      const rows = [...(get().conversations ?? [])]
        .filter(({ archived }) => !archived)
        .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated - a.updated);
      const at = rows.findIndex(({ id }) => id === get().current);
      const next = rows[at === -1 ? 0 : at + by];
      if (!next) return false;
      closeSearch();
      void actions.open(next.id);
      return true;
    };
    const zoom = (by: 1 | -1 | 0) => () => {
      // A browser has a zoom of its own.
      if (!backend.shell) return false;
      const { text_size: size } = usePreferences.getState();
      const next = by === 0 ? 100 : Math.min(200, Math.max(80, size + by * 10));
      void configure(backend, { text_size: next });
      return true;
    };
    const walk = (what: 'turn' | 'card', by: 1 | -1) => () => {
      if (here() === null) return false;
      stepTo(what, by);
      return true;
    };
    return provide({
      new: always(() => {
        closeSearch();
        closePage();
        show({ drawer: false });
        void actions.open(null);
        requestAnimationFrame(() => focusOn('composer'));
      }),
      previous_conversation: neighbour(-1),
      next_conversation: neighbour(1),
      rename: forCurrent((id) => {
        closeSearch();
        startRename(id, 'header');
      }),
      pin: forCurrent((id) => history.arrange(id, { pinned: !row(id)?.pinned })),
      archive: forCurrent((id) => history.arrange(id, { archived: !row(id)?.archived })),
      duplicate: forCurrent((id) => history.duplicate(id)),
      branch: forCurrent(branch),
      export_markdown: save('markdown'),
      export_notebook: save('notebook'),
      export_json: save('json'),
      export_html: save('html'),
      delete: forCurrent(async (id) => {
        if (await history.remove(id)) focusOn('composer');
      }),
      undo_delete() {
        const last = useHistory.getState().gone.at(-1);
        if (last) void history.restore(last.id);
        return last !== undefined;
      },
      import: always(history.importFile),
      palette: always(() => show({ palette: !useView.getState().palette, drawer: false })),
      search: always(() => toSearch(get().current)),
      history: always(() => {
        toSearch(get().current);
        void history.search('');
      }),
      find() {
        if (here() === null || useSearch.getState().open) return false;
        openFind();
        return true;
      },
      next_hit: () => inChat() && step(1),
      previous_hit: () => inChat() && step(-1),
      previous_turn: walk('turn', -1),
      next_turn: walk('turn', 1),
      previous_card: walk('card', -1),
      next_card: walk('card', 1),
      composer: always(() => {
        closePage();
        closeSearch();
        requestAnimationFrame(() => focusOn('composer'));
      }),
      next_region: always(() => nextRegion(1)),
      previous_region: always(() => nextRegion(-1)),
      stop: () => inChat() && stop(actions, get()),
      run_card: () => press('run'),
      rule_card: () => press('rule'),
      sidebar: always(() => {
        if (matchMedia('(min-width: 760px)').matches) {
          show({ sidebar: !useView.getState().sidebar });
        } else show({ drawer: !useView.getState().drawer });
      }),
      steps: forCurrent(() => show({ steps: !useView.getState().steps })),
      models: always(() => {
        closePage();
        closeSearch();
        show({ models: true });
      }),
      settings: always(() => (inChat() ? openPage('settings') : closePage())),
      help: always(() => show({ shortcuts: !useView.getState().shortcuts })),
      zoom_in: zoom(1),
      zoom_out: zoom(-1),
      zoom_reset: zoom(0),
    });
  }, [actions, backend, branch, history, store]);

  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // AltGr writes letters, with Control and Alt set on some systems.
      if (event.getModifierState?.('AltGraph')) return;
      const target = event.target instanceof Element ? event.target : null;
      const dialog = target?.closest('[role="dialog"], [role="alertdialog"]') ?? null;
      if (event.key === 'Escape') {
        if (!dialog && closeTop(history.leaveSearch)) event.preventDefault();
        return;
      }
      const action =
        actionFor(event, bound) ??
        (single && event.key === '?' && !isField(target) && !event.ctrlKey && !event.metaKey
          ? 'help'
          : null);
      if (action === null || (dialog && !OVER_DIALOGS.includes(action))) return;
      if (perform(action)) event.preventDefault();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, [bound, single, history]);
}

/** Closes the top layer that is not a dialog; those close themselves. */
function closeTop(leaveSearch: () => Promise<void>): boolean {
  if (useView.getState().page !== 'chat') return false;
  if (useSearch.getState().open) {
    void leaveSearch().then(() => focusOn('composer'));
    return true;
  }
  if (!useFind.getState().open) return false;
  closeFind();
  return true;
}

const isField = (element: Element | null): boolean =>
  element?.closest('input, textarea, select, [contenteditable="true"]') != null;

/** The run that goes on, else the whole turn. */
function stop(actions: ReturnType<typeof useActions>, state: SessionState): boolean {
  const transcript = shown(state);
  const running = transcript.items.findLast(
    ({ run }) => run?.state === 'running' || run?.state === 'needs_input',
  );
  if (running?.type === 'code') void actions.interrupt(running.id);
  else if (transcript.responding) void actions.stop();
  else return false;
  return true;
}

/** Presses a button of the card that has the focus. */
function press(action: string): boolean {
  const card = document.activeElement?.closest('[data-card]');
  const button = card?.querySelector<HTMLElement>(`[data-action="${action}"]:not([aria-disabled])`);
  button?.click();
  return button != null;
}

function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}

function nextRegion(by: 1 | -1): void {
  const regions = REGIONS.map((name) =>
    [...document.querySelectorAll<HTMLElement>(`[data-region="${name}"]`)].find(isSeen),
  ).filter((region) => region !== undefined && firstIn(region) !== undefined);
  const here = regions.findIndex((region) => region?.contains(document.activeElement));
  const next =
    regions[
      here === -1 && by === -1 ? regions.length - 1 : (here + by + regions.length) % regions.length
    ];
  if (next) firstIn(next)?.focus();
}

const isSeen = (element: HTMLElement): boolean => element.checkVisibility?.() ?? true;

/** What a region gives the focus to. */
function firstIn(region: HTMLElement): HTMLElement | undefined {
  if (region.matches('[tabindex="0"]')) return region;
  const order = [
    'textarea',
    '[aria-current][tabindex="0"]',
    'input',
    'button:not([tabindex="-1"])',
  ];
  for (const selector of order) {
    const found = [...region.querySelectorAll<HTMLElement>(selector)].find(isSeen);
    if (found) return found;
  }
  return undefined;
}
