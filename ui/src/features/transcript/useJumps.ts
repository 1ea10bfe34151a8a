import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { useActions } from '@/session/context';
import { takeSteps, useJump } from '@/session/jump';
import { mark } from './marks';
import { type Row, rowOf } from './rows';
import type { Follow } from './useFollow';

type Virtual = Virtualizer<HTMLElement, HTMLElement>;

/** A row is drawn at the latest this many pictures after it was scrolled to. */
const PATIENCE = 30;

/** Takes the wishes of `session/jump`: to an item, and from turn to turn or card to card. */
export function useJumps(
  box: RefObject<HTMLElement | null>,
  virtual: Virtual,
  rows: readonly Row[],
  more: boolean,
  follow: Follow,
) {
  const actions = useActions();
  const place = useJump((jump) => jump.place);
  const marked = useJump((jump) => jump.marked);
  const latest = useRef({ rows, virtual, follow });
  latest.current = { rows, virtual, follow };

  const drawn = useCallback(
    (key: string) =>
      box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null,
    [box],
  );

  /** Scrolls to a row, and does something with it once it is drawn. */
  const bring = useCallback(
    (index: number, align: 'start' | 'center' | 'auto', then?: (element: HTMLElement) => void) => {
      const key = latest.current.rows[index]?.key;
      if (key === undefined) return;
      latest.current.follow.release();
      latest.current.virtual.scrollToIndex(index, { align });
      let left = PATIENCE;
      const look = () => {
        const element = drawn(key);
        if (element) then?.(element);
        else if (left-- > 0) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
    [drawn],
  );

  useEffect(() => {
    if (!place) return;
    const index = rowOf(rows, place.item);
    if (index === -1) {
      if (more) void actions.showEarlier();
      else if (rows.length > 0) useJump.setState({ place: null });
      return;
    }
    useJump.setState({ place: null });
    bring(index, 'center', (row) => {
      const area = box.current;
      const here = mark(area, useJump.getState().marked, row);
      if (!area) return;
      // A high row, or one place in it: that place comes into the upper third.
      const target = (here ?? row).getBoundingClientRect();
      const frame = area.getBoundingClientRect();
      const seen = target.top >= frame.top + 8 && target.top <= frame.bottom - 40;
      if (!seen) area.scrollTop += target.top - frame.top - frame.height / 3;
    });
  }, [place, rows, more, actions, bring, box]);

  // Rows that come into view while a text is looked for are marked too.
  const first = virtual.range?.startIndex;
  const last = virtual.range?.endIndex;
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks again when other rows are drawn
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const { marked: now } = useJump.getState();
      const at = now ? rowOf(latest.current.rows, now.item) : -1;
      mark(box.current, now, at === -1 ? null : drawn(latest.current.rows[at]?.key ?? ''));
    });
    return () => cancelAnimationFrame(frame);
  }, [marked, first, last, rows, box, drawn]);

  useEffect(
    () =>
      takeSteps((what, by) => {
        const { rows: all, virtual: list, follow: pin } = latest.current;
        const fits = (row: Row | undefined) =>
          row !== undefined &&
          (what === 'turn'
            ? row.at === -1 || (row.at === 0 && row.turn.said.length === 0)
            : row.block !== undefined && ['code', 'action', 'call'].includes(row.block.kind));
        const focused = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row;
        let at = all.findIndex(({ key }) => key === focused);
        if (at === -1) {
          at = pin.isPinned()
            ? all.length
            : (list.getVirtualItemForOffset(list.scrollOffset ?? 0)?.index ?? 0) -
              (by === 1 ? 1 : 0);
        }
        let next = at + by;
        while (next >= 0 && next < all.length && !fits(all[next])) next += by;
        if (!fits(all[next])) return;
        bring(next, 'auto', (row) => {
          const target = row.querySelector<HTMLElement>('[data-jump], [data-card]') ?? row;
          if (!target.hasAttribute('tabindex')) target.tabIndex = -1;
          target.focus({ preventScroll: true });
          target.scrollIntoView({ block: 'nearest' });
        });
      }),
    [bring],
  );

  return bring;
}
