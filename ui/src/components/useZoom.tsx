import { Maximize2, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './Button';

const STEP = 1.25;
const LEAST = 0.1;
const MOST = 8;
const PAN = 60;

export type Zoom = {
  /** The box that scrolls. */
  area: RefObject<HTMLDivElement | null>;
  /** How large it is shown; 1: a pixel a pixel. */
  now: number;
  /** Absent: fitted. */
  scale: number | undefined;
  setScale: (scale: number | undefined) => void;
  zoom: (by: number) => void;
  pan: (x: number, y: number) => void;
  keys: (event: KeyboardEvent) => void;
};

/**
 * How large something of this size is shown in a box: fitted until it is zoomed, by + - 0 1
 * and moved by the arrows. It is fitted to no more than `most` times its size.
 */
export function useZoom(width: number, height: number, most = 1): Zoom {
  const area = useRef<HTMLDivElement>(null);
  const [fit, setFit] = useState(1);
  const [scale, setScale] = useState<number>();

  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    const measure = () => {
      const least = Math.min((box.clientWidth - 32) / width, (box.clientHeight - 32) / height);
      setFit(Math.max(LEAST, Math.min(most, least)));
    };
    measure();
    const seen = new ResizeObserver(measure);
    seen.observe(box);
    return () => seen.disconnect();
  }, [width, height, most]);

  const now = scale ?? fit;
  const zoom = (by: number) => setScale(Math.max(LEAST, Math.min(MOST, now * by)));
  const pan = (x: number, y: number) => area.current?.scrollBy(x, y);
  const keys = (event: KeyboardEvent) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === '+' || key === '=') zoom(STEP);
    else if (key === '-') zoom(1 / STEP);
    else if (key === '0') setScale(undefined);
    else if (key === '1') setScale(1);
    else if (key === 'ArrowLeft') pan(-PAN, 0);
    else if (key === 'ArrowRight') pan(PAN, 0);
    else if (key === 'ArrowUp') pan(0, -PAN);
    else if (key === 'ArrowDown') pan(0, PAN);
    else return;
    event.preventDefault();
  };
  return { area, now, scale, setScale, zoom, pan, keys };
}

/** Says how large it is shown, and changes that. */
export function ZoomTools({ of: { now, scale, setScale, zoom } }: { of: Zoom }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="num text-12 text-muted">{Math.round(now * 100)} %</span>
      <IconButton icon={Minus} name={t('card.zoomOut')} onClick={() => zoom(1 / STEP)} />
      <IconButton
        icon={Plus}
        name={t('card.zoomIn')}
        onClick={() => zoom(STEP)}
        data-action="zoom-in"
      />
      <IconButton
        icon={Maximize2}
        name={t('card.fit')}
        aria-pressed={scale === undefined}
        onClick={() => setScale(undefined)}
      />
      <Button look="quiet" aria-pressed={scale === 1} onClick={() => setScale(1)}>
        100 %
      </Button>
    </>
  );
}
