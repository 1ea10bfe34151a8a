import { ChevronDown, ChevronUp, Download, ExternalLink, PanelLeft, Search } from 'lucide-react';
import { memo, type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useActions, useSession } from '@/session/context';
import { nearly } from '@/session/fuzzy';
import {
  type Found,
  isFiltered,
  markedIn,
  NO_FILTERS,
  step,
  useHistoryActions,
  useSearch,
} from '@/session/history';
import { goTo, unmark } from '@/session/jump';
import { chordText, useBindings } from '@/session/shortcuts';
import { show, useView } from '@/session/view';
import { Filters } from './Filters';
import { placeAt, useFound, useOpenFound } from './found';
import { Results } from './Results';
import { SearchField } from './SearchField';

/** Waits this long on a hit before its conversation is read, in milliseconds. */
const REST = 250;
/** Names offered where nothing was found. */
const OFFERED = 5;

/**
 * All conversations, or those that a text is found in, with filters. Beside them the
 * one that is chosen: `preview`, which lies there where the window is wide enough.
 */
export function HistoryPage({ preview }: { preview: ReactNode }) {
  const { t } = useTranslation();
  const { importFile } = useHistoryActions();
  const { list, places, asked } = useFound();
  const openFound = useOpenFound();
  const at = useSearch((state) => state.at);
  const text = useSearch((state) => state.text.trim());
  const failed = useSearch((state) => state.failed);
  const sidebar = useView((view) => view.sidebar);
  const chosen = list[at];
  const wide = useMedia(ROOM);
  // The field stands in the list of conversations where that is seen, else here.
  const beside = useMedia(BESIDE) && sidebar;
  useEffect(() => {
    if (at > 0 && at >= list.length) useSearch.setState({ at: Math.max(0, list.length - 1) });
  }, [at, list.length]);

  const choose = useCallback(
    (index: number, match: number) => {
      // Where there is no preview, a click opens.
      if (wide) useSearch.setState({ at: index, match });
      else if (list[index]) void openFound(list[index], match);
    },
    [wide, list, openFound],
  );

  const title = failed
    ? failed
    : text && list.length > 0
      ? t('history.found', {
          conversations: t('history.conversations', {
            count: list.length,
            number: whole(list.length),
          }),
          places: t('history.places', { count: places, number: whole(places) }),
        })
      : text
        ? t('history.title')
        : t('history.conversations', { count: list.length, number: whole(list.length) });
  const importing = (
    <IconButton small icon={Download} name={t('history.import')} onClick={importFile} />
  );
  return (
    <section aria-label={t('history.title')} className="flex min-h-0 flex-1 flex-col">
      <header
        data-region="header"
        className={`flex min-h-12 flex-none flex-wrap items-center gap-x-3 gap-y-1.5 border-border border-b py-1.5 pe-3 ${beside ? 'ps-5' : 'ps-2'}`}
      >
        {!beside && (
          <>
            <IconButton
              icon={PanelLeft}
              name={t('sidebar.toggle')}
              onClick={() =>
                matchMedia(BESIDE).matches ? show({ sidebar: true }) : show({ drawer: true })
              }
            />
            <SearchField className="min-w-40 flex-1" />
          </>
        )}
        <h1 className="min-w-40 flex-1 truncate font-strong text-14">
          {asked ? title : t('history.title')}
        </h1>
        <span role="status" className="sr-only">
          {asked ? title : ''}
        </span>
        {!text && !beside && importing}
        <Filters />
        {!text && beside && importing}
      </header>
      <div className="flex min-h-0 flex-1">
        <div
          data-region="hits"
          className={`flex min-w-0 flex-col ${wide && chosen ? 'w-[46%] max-w-140 flex-none border-border border-e' : 'flex-1'}`}
        >
          {asked && list.length === 0 ? (
            <Nothing text={text} />
          ) : (
            <Results list={list} onChoose={choose} onOpen={openFound} />
          )}
        </div>
        {wide && chosen && <Preview one={chosen}>{preview}</Preview>}
      </div>
    </section>
  );
}

/** The conversation that is chosen, at its hit. */
const Preview = memo(function Preview({ one, children }: { one: Found; children: ReactNode }) {
  const { t } = useTranslation();
  const { open } = useActions();
  const openFound = useOpenFound();
  const bound = useBindings();
  const match = useSearch((state) => state.match);
  const current = useSession((state) => state.current);
  const place = placeAt(one, match);
  const hit = one.places[place];
  const damaged = one.row?.damaged !== undefined;

  useEffect(() => {
    const timer = setTimeout(() => {
      if (current !== one.id && !damaged) void open(one.id);
    }, REST);
    return () => clearTimeout(timer);
  }, [one.id, current, damaged, open]);
  const loaded = useSession((state) => state.loaded[one.id] !== undefined);
  const item = hit?.item;
  const word = hit && markedIn(hit.snippet);
  useEffect(() => {
    if (current !== one.id || !loaded) return;
    if (item !== undefined) goTo(item, 0, word);
    else unmark();
  }, [current, one.id, loaded, item, word]);

  const key = (id: 'next_hit' | 'previous_hit') => (bound[id] ? ` (${chordText(bound[id])})` : '');
  return (
    <section aria-label={t('history.preview')} className="flex min-w-0 flex-1 flex-col">
      <div className="flex min-h-10 flex-none items-center gap-1 border-border border-b ps-5 pe-3">
        <p className="num min-w-0 flex-1 truncate text-12 text-muted">
          {place >= 0
            ? t('history.match', { at: place + 1, count: one.places.length })
            : one.title || t('sidebar.untitled')}
        </p>
        {one.places.length > 1 && (
          <>
            <IconButton
              icon={ChevronUp}
              name={t('history.previous')}
              title={t('history.previous') + key('previous_hit')}
              onClick={() => step(-1)}
            />
            <IconButton
              icon={ChevronDown}
              name={t('history.next')}
              title={t('history.next') + key('next_hit')}
              onClick={() => step(1)}
            />
          </>
        )}
        <Button icon={ExternalLink} data-action="open-found" onClick={() => openFound(one)}>
          {t('history.open')}
        </Button>
      </div>
      {damaged ? (
        <p className="p-5 text-muted [overflow-wrap:anywhere]">{one.row?.damaged}</p>
      ) : current === one.id ? (
        children
      ) : null}
    </section>
  );
});

/** Nothing fits: what was searched, and ways on. */
function Nothing({ text }: { text: string }) {
  const { t } = useTranslation();
  const { search } = useHistoryActions();
  const filters = useSearch((state) => state.filters);
  const conversations = useSession((state) => state.conversations);
  const count = conversations?.length ?? 0;
  // Slips of the finger are forgiven in titles.
  const near = useMemo(
    () =>
      text === ''
        ? []
        : (conversations ?? []).filter(({ title }) => nearly(text, title)).slice(0, OFFERED),
    [text, conversations],
  );
  return (
    <div className="flex flex-1 flex-col items-center gap-1 overflow-y-auto px-4 py-16 text-center">
      <Icon of={Search} size={20} className="mb-1 text-muted" />
      <p role="status" className="font-strong [overflow-wrap:anywhere]">
        {text ? t('sidebar.none', { text }) : t('history.noneFilter')}
      </p>
      {text !== '' && (
        <>
          <p className="text-12 text-muted">
            {t('history.searched', { count, number: whole(count) })}
          </p>
          <p className="max-w-100 text-12 text-muted">{t('history.phrases')}</p>
        </>
      )}
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {isFiltered(filters) && (
          <Button onClick={() => useSearch.setState({ filters: NO_FILTERS, at: 0, match: 0 })}>
            {t('history.clearFilters')}
          </Button>
        )}
        {text !== '' && (
          <Button look="quiet" onClick={() => search('')}>
            {t('history.showAll')}
          </Button>
        )}
      </div>
      {near.length > 0 && (
        <div className="mt-4 w-full max-w-100">
          <p className="pb-1 text-12 text-muted">{t('history.near')}</p>
          <ul>
            {near.map((row) => (
              <li key={row.id}>
                <Button
                  look="quiet"
                  className="max-w-full truncate"
                  onClick={() => search(row.title)}
                >
                  {row.title}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** Whether there is room for the chosen conversation beside the list. */
const ROOM = '(min-width: 1080px)';
/** Whether the list of conversations stands beside the page. */
const BESIDE = '(min-width: 760px)';

function useMedia(media: string): boolean {
  const [fits, setFits] = useState(() => matchMedia(media).matches);
  useEffect(() => {
    const query = matchMedia(media);
    const change = () => setFits(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [media]);
  return fits;
}
