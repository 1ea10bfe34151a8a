import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Item } from '@/generated/Item';
import { useActions } from '@/session/context';

/** A small picture of the screen; fetched once it comes near to being seen. */
export function Thumbnail({ image, children }: { image: Item | undefined; children?: ReactNode }) {
  const { blobUrl } = useActions();
  const box = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  const [url, setUrl] = useState<string>();
  const hash = image?.format === 'blob' && typeof image.content === 'string' ? image.content : null;

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
  useEffect(() => {
    if (!near || hash === null) return;
    let current = true;
    blobUrl(hash).then(
      (address) => current && setUrl(address),
      () => {
        // Not kept any more: the box stays empty.
      },
    );
    return () => {
      current = false;
    };
  }, [near, hash, blobUrl]);

  return (
    <span
      ref={box}
      className="relative block h-[52px] w-[88px] flex-none overflow-hidden rounded-1 border border-border bg-sunken"
    >
      {url && (
        // Shown as wide as the box, so that a mark by parts of it lies right.
        <span
          className="absolute inset-x-0 top-1/2 block -translate-y-1/2"
          style={{ aspectRatio: `${image?.width ?? 16} / ${image?.height ?? 9}` }}
        >
          <img src={url} alt="" decoding="async" className="block size-full" />
          {children}
        </span>
      )}
    </span>
  );
}

/** The double ring around where it acts: both colours, so it shows on any picture. */
export function Ring({ at, big = false }: { at: readonly [number, number]; big?: boolean }) {
  return (
    <span
      aria-hidden
      data-ring
      className={`absolute block -translate-x-1/2 -translate-y-1/2 rounded-full border-agent bg-transparent outline-agent-deep ring-inset ring-agent-deep ${big ? 'size-6 border-4 outline-2 ring-2' : 'size-3.5 border-2 outline-1 ring-1'}`}
      style={{ left: `${at[0] * 100}%`, top: `${at[1] * 100}%` }}
    />
  );
}
