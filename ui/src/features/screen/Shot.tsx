import { ImageOff } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/Icon';
import type { Item } from '@/generated/Item';
import { useActions } from '@/session/context';
import type { Part } from './steps';

/** A picture's address once it is fetched; `lost` where it is not kept any more. */
export type Fetched = { url: string | undefined; lost: boolean };

/** Fetches a picture once it is wanted. */
export function useShot(image: Item | undefined, wanted = true): Fetched {
  const { blobUrl } = useActions();
  const hash = image?.format === 'blob' && typeof image.content === 'string' ? image.content : null;
  const [fetched, setFetched] = useState<Fetched & { hash: string | null }>();
  useEffect(() => {
    if (!wanted || hash === null) return;
    let current = true;
    blobUrl(hash).then(
      (url) => current && setFetched({ hash, url, lost: false }),
      () => current && setFetched({ hash, url: undefined, lost: true }),
    );
    return () => {
      current = false;
    };
  }, [wanted, hash, blobUrl]);
  // One that was fetched for another picture is none.
  return fetched?.hash === hash ? fetched : { url: undefined, lost: false };
}

/** A small picture of the screen; fetched once it comes near to being seen. */
export function Thumbnail({ image, children }: { image: Item | undefined; children?: ReactNode }) {
  const { t } = useTranslation();
  const box = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  const [broken, setBroken] = useState<string>();
  const { url, lost } = useShot(image, near);
  const gone = lost || (url !== undefined && broken === url);

  useEffect(() => {
    const seen = box.current;
    if (!seen || near) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: '200px' },
    );
    observer.observe(seen);
    return () => observer.disconnect();
  }, [near]);

  return (
    <span
      ref={box}
      className="relative block h-[52px] w-[88px] flex-none overflow-hidden rounded-1 border border-border bg-sunken"
    >
      {(gone || !image) && (
        <span
          title={t('steps.notKept')}
          data-kept="no"
          className="grid size-full place-items-center text-muted"
        >
          <Icon of={ImageOff} size={16} />
          <span className="sr-only">{t('steps.notKept')}</span>
        </span>
      )}
      {url && !gone && (
        // Shown as wide as the box, so that a mark by parts of it lies right.
        <span
          className="absolute inset-x-0 top-1/2 block -translate-y-1/2"
          style={{ aspectRatio: `${image?.width ?? 16} / ${image?.height ?? 9}` }}
        >
          <img
            src={url}
            alt=""
            decoding="async"
            onError={() => setBroken(url)}
            className="block size-full"
          />
          {children}
        </span>
      )}
    </span>
  );
}

/** The double ring around where it acts: both colours, so it shows on any picture. */
export function Ring({ at, big = false }: { at: Part; big?: boolean }) {
  return (
    <span
      aria-hidden
      data-ring
      className={`pointer-events-none absolute block -translate-x-1/2 -translate-y-1/2 rounded-full border-agent bg-transparent outline-agent-deep ring-inset ring-agent-deep ${big ? 'size-6 border-4 outline-2 ring-2' : 'size-3.5 border-2 outline-1 ring-1'}`}
      style={{ left: `${at[0] * 100}%`, top: `${at[1] * 100}%` }}
    />
  );
}

/** The way of a drag, and the ring where it takes effect. */
export function Marks({ points, big = false }: { points: readonly Part[]; big?: boolean }) {
  const last = points.at(-1);
  if (!last) return null;
  const line = points.map(([x, y]) => `${x * 100},${y * 100}`).join(' ');
  return (
    <>
      {points.length > 1 && (
        <svg
          aria-hidden="true"
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          className="pointer-events-none absolute inset-0 size-full"
        >
          <polyline
            points={line}
            fill="none"
            stroke="var(--agent-deep)"
            strokeWidth={big ? 6 : 4}
            vectorEffect="non-scaling-stroke"
          />
          <polyline
            points={line}
            fill="none"
            stroke="var(--agent)"
            strokeWidth={2}
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      )}
      <Ring at={last} big={big} />
    </>
  );
}
