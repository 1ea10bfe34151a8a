import { Hand, MessageSquare, PanelLeftClose, Search, SquarePen, X } from 'lucide-react';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, Key } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { Ring } from '@/components/Status';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import type { SearchHit } from '@/generated/SearchHit';
import { useActions, useSession } from '@/session/context';
import type { Activity } from '@/session/store';
import { show } from '@/session/view';
import { type GroupName, groups, when } from './dates';

/** The conversations by date, with what each is doing; a field that searches them. */
export function Sidebar({ drawer = false }: { drawer?: boolean }) {
  const { t } = useTranslation();
  const { open, search } = useActions();
  const conversations = useSession((state) => state.conversations);
  const current = useSession((state) => state.current);
  const activity = useSession((state) => state.activity);
  const [text, setText] = useState('');
  const hits = useHits(text, search);
  const list = useRef<HTMLDivElement>(null);

  const go = (id: string | null) => {
    void open(id);
    show({ drawer: false });
    if (id === null) document.getElementById('composer')?.focus();
  };
  // Arrow keys walk the rows, as in every list.
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !list.current) return;
    const rows = [...list.current.querySelectorAll<HTMLElement>('button')];
    const next = rows[rows.indexOf(document.activeElement as HTMLElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <nav
      aria-label={t('sidebar.label')}
      data-region="sidebar"
      className={`flex h-full flex-none flex-col border-border border-r bg-sunken ${drawer ? 'w-70' : 'w-60'}`}
    >
      <div className="flex flex-col gap-2 p-2">
        <div className="flex gap-1">
          <button
            type="button"
            onClick={() => go(null)}
            aria-keyshortcuts="Control+N"
            data-action="new"
            className="flex h-7 min-w-0 flex-1 items-center gap-1.5 rounded-2 border border-border-strong bg-surface px-2 transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed"
          >
            <Icon of={SquarePen} size={14} />
            <span className="flex-1 truncate text-left">{t('sidebar.new')}</span>
            <Key>Ctrl N</Key>
          </button>
          {drawer && (
            <IconButton
              icon={PanelLeftClose}
              name={t('sidebar.close')}
              onClick={() => show({ drawer: false })}
            />
          )}
        </div>
        <div className="relative">
          <Icon
            of={Search}
            size={14}
            className="pointer-events-none absolute top-[7px] left-2 text-muted"
          />
          <input
            id={drawer ? 'search-drawer' : 'search'}
            type="search"
            aria-label={t('sidebar.searchLabel')}
            aria-keyshortcuts="Control+K"
            placeholder={t('sidebar.search')}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setText('')}
            className="h-7 w-full rounded-2 border border-border-strong bg-surface pr-12 pl-7 focus-visible:border-focus focus-visible:-outline-offset-2 [&::-webkit-search-cancel-button]:hidden"
          />
          <span className="absolute top-0 right-2 flex h-7 items-center">
            {text ? (
              <IconButton
                small
                icon={X}
                name={t('sidebar.clear')}
                className="-mr-1.5"
                onClick={() => setText('')}
              />
            ) : (
              <Key>Ctrl K</Key>
            )}
          </span>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys on top of ordinary buttons */}
      <div ref={list} onKeyDown={walk} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {text.trim() ? (
          <Hits text={text.trim()} hits={hits} current={current} onOpen={go} />
        ) : conversations?.length === 0 ? (
          <div className="flex flex-col items-center gap-1 px-4 py-10 text-center">
            <Icon of={MessageSquare} size={20} className="mb-1 text-muted" />
            <p className="font-strong">{t('sidebar.empty')}</p>
            <p className="text-12 text-muted">{t('sidebar.emptyWhy')}</p>
          </div>
        ) : (
          groups(conversations ?? [], Date.now()).map(({ name, rows }) => (
            <Group key={name} name={name}>
              {rows.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  group={name}
                  current={row.id === current}
                  activity={activity[row.id]}
                  onOpen={go}
                />
              ))}
            </Group>
          ))
        )}
      </div>
    </nav>
  );
}

function Group({ name, children }: { name: GroupName; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t(`sidebar.${name}`)}>
      <h2 className="px-2 pt-3 pb-1 font-strong text-11 text-muted">{t(`sidebar.${name}`)}</h2>
      <ul>{children}</ul>
    </section>
  );
}

type RowProps = {
  row: ConversationSummary;
  group: GroupName;
  current: boolean;
  activity: Activity | undefined;
  onOpen: (id: string) => void;
};

const ROW =
  'flex h-8 w-full items-center gap-2 rounded-2 px-2 text-left transition-colors duration-(--d-1) hover:bg-hover aria-[current=true]:bg-selected aria-[current=true]:font-strong';

const Row = memo(function Row({ row, group, current, activity, onOpen }: RowProps) {
  const { t } = useTranslation();
  return (
    <li>
      <button
        type="button"
        className={ROW}
        aria-current={current || undefined}
        title={row.title}
        data-conversation={row.id}
        onClick={() => onOpen(row.id)}
      >
        <span className="min-w-0 flex-1 truncate">{row.title || t('sidebar.untitled')}</span>
        {activity?.waiting ? (
          <>
            <span className="sr-only">, {t('sidebar.waiting')}</span>
            <Icon of={Hand} size={14} />
          </>
        ) : activity?.live ? (
          <span className="rounded-1 border border-agent-deep bg-agent px-1.5 font-strong text-11 text-agent-deep">
            {t('sidebar.live')}
          </span>
        ) : activity?.responding ? (
          <>
            <span className="sr-only">, {t('sidebar.running')}</span>
            <Ring />
          </>
        ) : (
          <span className="num flex-none font-regular text-11 text-muted">
            {when(row.updated, group)}
          </span>
        )}
      </button>
    </li>
  );
});

type HitsProps = {
  text: string;
  hits: readonly SearchHit[] | null;
  current: string | null;
  onOpen: (id: string) => void;
};

function Hits({ text, hits, current, onOpen }: HitsProps) {
  const { t } = useTranslation();
  if (hits === null) return null;
  if (hits.length === 0) {
    return (
      <div role="status" className="flex flex-col items-center gap-1 px-4 py-10 text-center">
        <p className="font-strong [overflow-wrap:anywhere]">{t('sidebar.none', { text })}</p>
        <p className="text-12 text-muted">{t('sidebar.noneWhy')}</p>
      </div>
    );
  }
  return (
    <section aria-label={t('sidebar.hits')}>
      <h2 className="px-2 pt-3 pb-1 font-strong text-11 text-muted">{t('sidebar.hits')}</h2>
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.conversation}${hit.item ?? ''}`}>
            <button
              type="button"
              aria-current={hit.conversation === current || undefined}
              onClick={() => onOpen(hit.conversation)}
              className={`${ROW} h-auto flex-col items-stretch gap-0 py-1.5`}
            >
              <span className="truncate">{hit.title || t('sidebar.untitled')}</span>
              {hit.item !== undefined && (
                <span className="truncate font-regular text-12 text-muted">
                  <Snippet text={hit.snippet} />
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The hit stands between U+0002 and U+0003. */
function Snippet({ text }: { text: string }) {
  return text.split('\u0002').map((part, at) => {
    const [hit, rest] = at === 0 ? [undefined, part] : part.split('\u0003');
    return (
      <span key={at}>
        {hit !== undefined && <mark className="rounded-[2px] bg-mark text-text">{hit}</mark>}
        {rest}
      </span>
    );
  });
}

const PAUSE = 150;

function useHits(
  text: string,
  search: (text: string) => Promise<readonly SearchHit[]>,
): readonly SearchHit[] | null {
  const [hits, setHits] = useState<readonly SearchHit[] | null>(null);
  useEffect(() => {
    const wanted = text.trim();
    setHits((before) => (wanted ? before : null));
    if (!wanted) return;
    let latest = true;
    const timer = setTimeout(() => {
      search(wanted).then(
        (found) => latest && setHits(found),
        () => latest && setHits([]),
      );
    }, PAUSE);
    return () => {
      latest = false;
      clearTimeout(timer);
    };
  }, [text, search]);
  return hits;
}
