/*
 * What the first picture does without. It is loaded as soon as that picture is drawn,
 * most wanted first, so that nobody waits for it.
 */
import { whenIdle } from '@/components/idle';
import { later } from '@/components/later';

export const Transcript = later(() =>
  import('@/features/transcript/Transcript').then(({ Transcript: it }) => ({ default: it })),
);
export const HistoryPage = later(() =>
  import('@/features/conversations/HistoryPage').then(({ HistoryPage: it }) => ({ default: it })),
);
export const Palette = later(() =>
  import('@/features/palette/Palette').then(({ Palette: it }) => ({ default: it })),
);
export const ShortcutSheet = later(() =>
  import('@/features/shortcuts/ShortcutSheet').then(({ ShortcutSheet: it }) => ({ default: it })),
);
export const ConsentSheet = later(() =>
  import('@/features/screen/ConsentSheet').then(({ ConsentSheet: it }) => ({ default: it })),
);
export const Settings = later(() => import('@/features/settings/Settings'));
export const Start = later(() => import('@/features/start/Start'));

/** In the order they are loaded. Start is shown once, and then at once. */
const SOON = [Transcript, HistoryPage, Palette, ConsentSheet, ShortcutSheet, Settings];
/** Between two of them, in milliseconds: who types or opens something finds the page free. */
const APART = 300;

/** Loads all of them. */
export const loadParts = () => Promise.all(SOON.map((part) => part.load()));

/** Loads them one after the other, each when the page is idle; what comes back ends it. */
export function loadPartsSoon(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave: () => void = () => {};
  let over = false;
  const next = (at: number) => {
    const part = SOON[at];
    if (!part || over) return;
    const load = () => {
      // What cannot be loaded now is asked for again when it is needed.
      void part
        .load()
        .catch(() => {})
        .then(() => next(at + 1));
    };
    timer = setTimeout(() => {
      leave = whenIdle(load);
    }, APART);
  };
  next(0);
  return () => {
    over = true;
    clearTimeout(timer);
    leave();
  };
}
