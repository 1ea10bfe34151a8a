import { ListFilter, Search, X } from 'lucide-react';
import { type KeyboardEvent, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, Key } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useSessionStore } from '@/session/context';
import { openSearch, useHistoryActions, useSearch } from '@/session/history';
import { ariaChord, chordText, useChord } from '@/session/shortcuts';
import { HITS, optionId, useFound, useOpenFound } from './found';

/** The one field that searches titles and contents; its keys walk the hits. */
export function SearchField({ className = '' }: { className?: string }) {
  const { t } = useTranslation();
  const store = useSessionStore();
  const { search, leaveSearch } = useHistoryActions();
  const open = useSearch((state) => state.open);
  const text = useSearch((state) => state.text);
  const at = useSearch((state) => state.at);
  const chord = useChord('search');
  const { list } = useFound();
  const openFound = useOpenFound();
  const begin = useCallback(() => openSearch(store.getState().current), [store]);

  const chosen = list[at];
  const move = (to: number) =>
    useSearch.setState({ at: Math.max(0, Math.min(list.length - 1, to)), match: 0 });
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      if (!open) return;
      // The text first, then the page.
      if (text) search('');
      else void leaveSearch();
    } else if (!open) return;
    else if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'PageDown') move(at + 8);
    else if (event.key === 'PageUp') move(at - 8);
    else if (event.key === 'Enter' && chosen) void openFound(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={`relative ${className}`}>
      <Icon
        of={Search}
        size={14}
        className="pointer-events-none absolute inset-y-0 start-2 my-auto text-muted"
      />
      <input
        type="search"
        data-search
        aria-label={t('sidebar.searchLabel')}
        aria-keyshortcuts={ariaChord(chord)}
        aria-controls={open && chosen ? HITS : undefined}
        aria-activedescendant={open && chosen ? optionId(at) : undefined}
        placeholder={t('sidebar.search')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          begin();
          search(event.target.value);
        }}
        onKeyDown={keys}
        className={`h-7 w-full rounded-2 border border-border-strong bg-surface ps-7 focus-visible:border-focus focus-visible:-outline-offset-2 [&::-webkit-search-cancel-button]:hidden ${open ? 'pe-8' : 'pe-[6.5rem]'}`}
      />
      <span className="absolute inset-y-0 end-1 flex items-center gap-1">
        {open ? (
          <IconButton
            small
            icon={X}
            name={t(text ? 'sidebar.clear' : 'history.leave')}
            onClick={() => (text ? search('') : void leaveSearch())}
          />
        ) : (
          <>
            {chord && <Key>{chordText(chord)}</Key>}
            <IconButton small icon={ListFilter} name={t('history.title')} onClick={begin} />
          </>
        )}
      </span>
    </div>
  );
}
