import {
  CircleHelp,
  ListFilter,
  PanelLeftClose,
  Search,
  Settings,
  SquarePen,
  User,
  X,
} from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, Key } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useActions, useSession, useSessionStore } from '@/session/context';
import { closeSearch, toSearch, useSearch } from '@/session/history';
import { openPage } from '@/session/pages';
import { ariaChord, chordText, perform, useBindings } from '@/session/shortcuts';
import { choices } from '@/session/store';
import { show } from '@/session/view';
import { List } from './List';
import { NoteBar } from './NoteBar';
import { SearchField } from './SearchField';

/** The conversations by date, with what each is doing; a field that searches them. */
export function Sidebar({ drawer = false }: { drawer?: boolean }) {
  const { t } = useTranslation();
  const { open } = useActions();
  const bound = useBindings();
  const profile = useSession((state) => choices(state).profile);
  const go = useCallback(
    (id: string | null) => {
      closeSearch();
      void open(id);
      show({ drawer: false });
      if (id === null) requestAnimationFrame(() => document.getElementById('composer')?.focus());
    },
    [open],
  );
  const toSettings = (page: Parameters<typeof openPage>[0]) => {
    show({ drawer: false });
    openPage(page);
  };

  return (
    <nav
      aria-label={t('sidebar.label')}
      data-region="sidebar"
      className={`flex h-full flex-none flex-col border-border border-e bg-sunken ${drawer ? 'w-70 max-w-[90vw]' : 'w-[clamp(240px,15rem,30vw)]'}`}
    >
      <div className="flex flex-col gap-2 p-2">
        <div className="flex gap-1">
          <button
            type="button"
            onClick={() => go(null)}
            aria-keyshortcuts={ariaChord(bound.new)}
            data-action="new"
            className="flex h-7 min-w-0 flex-1 items-center gap-1.5 rounded-2 border border-border-strong bg-surface px-2 transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed"
          >
            <Icon of={SquarePen} size={14} />
            <span className="flex-1 truncate text-start">{t('sidebar.new')}</span>
            {bound.new && <Key>{chordText(bound.new)}</Key>}
          </button>
          {drawer && (
            <IconButton
              icon={PanelLeftClose}
              name={t('sidebar.close')}
              onClick={() => show({ drawer: false })}
            />
          )}
        </div>
        {drawer ? <SearchButton /> : <SearchField />}
      </div>
      <List onOpen={go} />
      {drawer && <NoteBar />}
      <div className="flex min-h-12 flex-none items-center gap-1 border-border border-t p-2">
        <button
          type="button"
          onClick={() => toSettings('settings/profiles')}
          title={t('sidebar.profile', { profile })}
          className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-2 px-2 text-start transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed"
        >
          <Icon of={User} size={14} className="text-muted" />
          <span className="sr-only">{t('sidebar.profile', { profile })}</span>
          <span aria-hidden className="truncate">
            {profile.charAt(0).toUpperCase() + profile.slice(1)}
          </span>
        </button>
        <IconButton
          icon={CircleHelp}
          name={t('sidebar.help')}
          data-action="help"
          onClick={() => {
            show({ drawer: false });
            perform('help');
          }}
        />
        <IconButton
          icon={Settings}
          name={t('sidebar.settings')}
          data-action="settings"
          onClick={() => toSettings('settings')}
        />
      </div>
    </nav>
  );
}

/** In a drawer there is no room for hits: the search lies in the place of the conversation. */
function SearchButton() {
  const { t } = useTranslation();
  const store = useSessionStore();
  const searching = useSearch((search) => search.text);
  return (
    <button
      type="button"
      data-action="search"
      onClick={() => toSearch(store.getState().current)}
      className="flex h-7 items-center gap-2 rounded-2 border border-border-strong bg-surface px-2 text-start text-faint transition-colors duration-(--d-1) hover:bg-hover"
    >
      <Icon of={Search} size={14} className="text-muted" />
      <span className="flex-1">{searching || t('sidebar.search')}</span>
      <Icon of={searching ? X : ListFilter} size={14} className="text-muted" />
    </button>
  );
}
