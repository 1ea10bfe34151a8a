import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Within this many pixels of the end the view follows what is written. */
const NEAR = 32;

export type Follow = {
  /** The end is followed. */
  pinned: boolean;
  toEnd: () => void;
  /** Stops following, as before a jump. */
  release: () => void;
  /** Whether the end is followed right now, for what is not drawn. */
  isPinned: () => boolean;
};

/**
 * Follows the end of what is written while the person is there. A move up lets go,
 * coming back to the end takes hold again; `spoke` changes with each message sent,
 * which goes to the end before it is drawn.
 */
export function useFollow(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  spoke: string | undefined,
  begin: boolean,
): Follow {
  const follow = useRef(begin);
  const [pinned, setPinned] = useState(begin);

  const toEnd = useCallback(() => {
    follow.current = true;
    setPinned(true);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [box]);
  const release = useCallback(() => {
    follow.current = false;
    setPinned(false);
  }, []);

  useEffect(() => {
    const area = box.current;
    const inner = content.current;
    if (!area || !inner) return;
    let top = area.scrollTop;
    let height = area.scrollHeight;
    const near = () => area.scrollHeight - area.scrollTop - area.clientHeight <= NEAR;
    let hand = 0;
    const moves = () => {
      hand = performance.now();
    };
    const scrolled = () => {
      const up = area.scrollTop < top;
      // Only the person lets go: rows that turn out lower than they were thought
      // to be move the view up too.
      const person = performance.now() - hand < 400 || area.scrollHeight === height;
      if (near()) {
        if (!up) follow.current = true;
      } else if (up && person) follow.current = false;
      top = area.scrollTop;
      height = area.scrollHeight;
      setPinned(follow.current);
    };
    // A turn of the wheel lets go at once, before what is written pulls the view down again.
    const wheel = (event: WheelEvent) => {
      moves();
      if (event.deltaY < 0 && area.scrollHeight > area.clientHeight) {
        follow.current = false;
        setPinned(false);
      }
    };
    const grown = new ResizeObserver(() => {
      if (follow.current) {
        area.scrollTop = area.scrollHeight;
        top = area.scrollTop;
        height = area.scrollHeight;
      }
    });
    area.addEventListener('scroll', scrolled, { passive: true });
    area.addEventListener('wheel', wheel, { passive: true });
    for (const name of ['touchmove', 'keydown', 'pointermove'] as const) {
      area.addEventListener(name, moves, { passive: true });
    }
    grown.observe(inner);
    grown.observe(area);
    return () => {
      area.removeEventListener('scroll', scrolled);
      area.removeEventListener('wheel', wheel);
      for (const name of ['touchmove', 'keydown', 'pointermove'] as const) {
        area.removeEventListener(name, moves);
      }
      grown.disconnect();
    };
  }, [box, content]);

  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) first.current = false;
    else if (spoke !== undefined) toEnd();
  }, [spoke, toEnd]);

  return { pinned, toEnd, release, isPinned: () => follow.current };
}
