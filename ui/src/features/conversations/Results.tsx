import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { TFunction } from 'i18next';
import { Archive, Pin, TriangleAlert } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dollars, modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Snippet } from '@/components/Snippet';
import { useLanguageName } from '@/components/useLanguageName';
import { type Found, useHistoryActions, useSearch } from '@/session/history';
import { firstLine, when } from './dates';
import { Facts } from './Facts';
import { HITS, optionId, placeAt } from './found';
import { measureRow, observeRect } from './observe';

/** Places shown of a conversation that is not chosen. */
const FEW = 2;
/** The whole list is asked for so long after the first hits, in milliseconds. */
const LATER = 600;

type Props = {
  list: readonly Found[];
  onChoose: (at: number, match: number) => void;
  onOpen: (one: Found, match: number) => void;
};

/** The conversations that were found, each with its places. The search field has the keys. */
export const Results = memo(function Results({ list, onChoose, onOpen }: Props) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const { loadAll } = useHistoryActions();
  const at = useSearch((state) => state.at);
  const match = useSearch((state) => state.match);
  const searching = useSearch((state) => state.text.trim() !== '');
  const box = useRef<HTMLDivElement>(null);
  const [now] = useState(() => Date.now());
  const virtual = useVirtualizer<HTMLElement, Element>({
    count: list.length,
    getScrollElement: () => box.current,
    estimateSize: () => 56,
    getItemKey: (index) => list[index]?.id ?? index,
    overscan: 3,
    initialRect: { width: 520, height: 800 },
    observeElementRect: observeRect,
    measureElement: measureRow,
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      return at < list.length && !drawn.includes(at) ? [...drawn, at].sort((a, b) => a - b) : drawn;
    },
  });
  useEffect(() => {
    if (at < list.length) virtual.scrollToIndex(at, { align: 'auto' });
  }, [at, list.length, virtual]);
  // Old rows are needed for what is known of them; the hits come first.
  useEffect(() => {
    const timer = setTimeout(loadAll, searching ? LATER : 0);
    return () => clearTimeout(timer);
  }, [loadAll, searching]);

  return (
    <div ref={box} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
      <div
        id={HITS}
        role="listbox"
        aria-label={t('sidebar.hits')}
        className="relative"
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const one = list[index];
          if (!one) return null;
          const head = searching && one.group !== list[index - 1]?.group;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              {head && (
                <p aria-hidden className="px-5 pt-4 pb-1.5 font-strong text-11 text-muted">
                  {t(`history.${one.group}`)}
                </p>
              )}
              <Hit
                t={t}
                languageName={languageName}
                one={one}
                index={index}
                count={list.length}
                now={now}
                chosen={index === at}
                match={match}
                onChoose={onChoose}
                onOpen={onOpen}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
});

type HitProps = Pick<Props, 'onChoose' | 'onOpen'> & {
  /** From the list: to ask for it anew in each row is a good part of drawing them. */
  t: TFunction;
  languageName: (language: string) => string;
  one: Found;
  index: number;
  count: number;
  now: number;
  chosen: boolean;
  match: number;
};

const Hit = memo(function Hit({
  t,
  languageName,
  one,
  index,
  count,
  now,
  chosen,
  match,
  onChoose,
  onOpen,
}: HitProps) {
  const { row, places, title } = one;
  const place = chosen ? placeAt(one, match) : -1;
  // The place that is chosen is always among those shown.
  const first = Math.max(0, Math.min(place - FEW + 1, places.length - FEW));
  const shown = places.slice(first, first + FEW);
  const rest = places.length - shown.length;
  const line = row && places.length === 0 ? (row.damaged ?? firstLine(row)) : '';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field has the keys
    <div
      id={optionId(index)}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-setsize={count}
      aria-posinset={index + 1}
      data-hit={one.id}
      onClick={() => onChoose(index, 0)}
      onDoubleClick={() => onOpen(one, 0)}
      className="border-border border-b px-5 py-2.5 hover:bg-hover aria-selected:bg-selected"
    >
      <div className="flex items-center gap-2">
        {row?.damaged !== undefined && (
          <Icon of={TriangleAlert} size={14} className="text-warning" />
        )}
        <span className="min-w-0 flex-1 truncate font-strong">
          {one.marked ? <Snippet text={one.marked} /> : title || t('sidebar.untitled')}
        </span>
        {row && <Facts row={row} />}
        {row?.pinned && <Named icon={Pin} name={t('sidebar.pinned')} />}
        {row?.archived && <Named icon={Archive} name={t('sidebar.archive')} />}
        {row && row.cost > 0 && (
          <span className="num w-14 flex-none text-end text-12 text-muted">
            {dollars(row.cost)}
          </span>
        )}
        {row && (
          <span className="num w-14 flex-none text-end text-12 text-muted">
            <bdi>{when(row.updated, now)}</bdi>
          </span>
        )}
      </div>
      {shown.map((hit, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the search field has the keys
        // biome-ignore lint/a11y/noStaticElementInteractions: part of the option
        <div
          key={`${hit.item} ${at}`}
          onClick={(event) => {
            event.stopPropagation();
            onChoose(index, first + at);
          }}
          className={`mt-1 flex text-12 ${first + at === place ? 'text-text' : 'text-muted'}`}
        >
          {hit.kind && (
            <span className="w-18 flex-none truncate pe-2 text-muted">
              {hit.kind === 'code' && hit.language
                ? languageName(hit.language)
                : t(`history.in_${hit.kind}`)}
              <span className="sr-only">: </span>
            </span>
          )}
          <span className="line-clamp-2 min-w-0 [overflow-wrap:anywhere]">
            <Snippet text={hit.snippet} />
          </span>
        </div>
      ))}
      {rest > 0 && (
        <div className="mt-1 text-12 text-muted">{t('history.more', { count: rest })}</div>
      )}
      {places.length === 0 && row && (
        <div className="mt-0.5 truncate text-12 text-muted">
          {line || (row.model && modelName(row.model))}
        </div>
      )}
    </div>
  );
}, sameHit);

/** Of a hit that is not chosen it does not matter which place is. */
function sameHit(a: HitProps, b: HitProps): boolean {
  return (
    a.one === b.one &&
    a.index === b.index &&
    a.count === b.count &&
    a.now === b.now &&
    a.chosen === b.chosen &&
    (a.match === b.match || !b.chosen) &&
    a.onChoose === b.onChoose &&
    a.onOpen === b.onOpen
  );
}

function Named({ icon, name }: { icon: typeof Pin; name: string }) {
  return (
    <span title={name} className="flex-none">
      <Icon of={icon} size={12} className="text-muted" />
      <span className="sr-only">{name}, </span>
    </span>
  );
}
