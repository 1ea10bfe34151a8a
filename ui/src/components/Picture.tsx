import { Check, Code, Copy, Download, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '@/generated/Item';
import { useActions, useBackend } from '@/session/context';
import { Button, IconButton } from './Button';
import { saveBlob } from './save';
import { useZoom, ZoomTools } from './useZoom';

type Props = {
  item: Item;
  /** What it shows, in words. */
  name: string;
  /** At most this wide, in pixels; its own size where that is less. */
  width?: number;
  /** Shows the code it came from. */
  onSource?: (() => void) | undefined;
  children?: ReactNode;
};

/** A picture whose place is kept before it is loaded; a click shows it large. */
export function Picture({ item, name, width, onSource, children }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { url, lost } = useAddress(item);
  const size = { width: item.width, height: item.height };
  const known = size.width !== undefined && size.height !== undefined;
  const box = known ? { aspectRatio: `${size.width} / ${size.height}` } : { minHeight: 120 };
  const limit = Math.min(width ?? Number.POSITIVE_INFINITY, size.width ?? width ?? 640);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger
        aria-label={t('card.zoom', { name })}
        className="relative block max-w-full overflow-hidden rounded-1"
        style={{ ...box, width: Number.isFinite(limit) ? limit : '100%' }}
      >
        {lost ? (
          <span className="block p-2 text-12 text-muted">{t('card.imageLost')}</span>
        ) : (
          url && (
            <img
              src={url}
              alt={name}
              {...size}
              loading="lazy"
              decoding="async"
              className="block size-full object-contain"
            />
          )
        )}
        {children}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/70" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-6 z-50 flex flex-col overflow-hidden rounded-4 border border-border-strong bg-surface outline-none"
        >
          <Large
            url={url}
            name={name}
            size={size}
            onSource={
              onSource &&
              (() => {
                setOpen(false);
                onSource();
              })
            }
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type LargeProps = {
  url: string | null;
  name: string;
  size: { width: number | undefined; height: number | undefined };
  onSource: (() => void) | undefined;
};

/** The picture with its tools: fitted or by scale, moved by arrows, wheel or hand. */
function Large({ url, name, size, onSource }: LargeProps) {
  const { t } = useTranslation();
  const [natural, setNatural] = useState(size);
  const [copied, setCopied] = useState(false);
  const grip = useRef<{ x: number; y: number } | null>(null);
  const width = natural.width ?? 640;
  const height = natural.height ?? 480;
  const zoomed = useZoom(width, height);
  const { area, now, pan, keys } = zoomed;
  const drag = (event: PointerEvent) => {
    const from = grip.current;
    if (!from || event.buttons !== 1) return;
    pan(from.x - event.clientX, from.y - event.clientY);
    grip.current = { x: event.clientX, y: event.clientY };
  };
  const copy = async () => {
    if (!url) return;
    try {
      const png = await asPng(url, width, height);
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  const { shell } = useBackend();
  const save = async () => {
    if (url) await saveBlob(shell, 'picture.png', await asPng(url, width, height));
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-1 border-border border-b py-2 pr-2 pl-4">
        <Dialog.Title className="min-w-0 flex-1 truncate font-strong">{name}</Dialog.Title>
        <ZoomTools of={zoomed} />
        <IconButton
          icon={copied ? Check : Copy}
          name={t(copied ? 'card.copied' : 'card.copyImage')}
          onClick={() => void copy()}
        />
        <IconButton icon={Download} name={t('card.saveImage')} onClick={() => void save()} />
        {onSource && (
          <Button look="quiet" icon={Code} onClick={onSource}>
            {t('card.showCode')}
          </Button>
        )}
        <Dialog.Close asChild>
          <IconButton icon={X} name={t('card.zoomClose')} />
        </Dialog.Close>
      </div>
      <section
        ref={area}
        aria-label={name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        onKeyDown={keys}
        onPointerDown={(event) => {
          grip.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          grip.current = null;
        }}
        className="flex min-h-0 flex-1 overflow-auto p-4 -outline-offset-2"
      >
        {url && (
          <img
            src={url}
            alt={name}
            draggable={false}
            onLoad={({ currentTarget: image }) => {
              if (size.width === undefined) {
                setNatural({ width: image.naturalWidth, height: image.naturalHeight });
              }
            }}
            className="m-auto max-w-none select-none"
            style={{ width: width * now, height: height * now }}
          />
        )}
      </section>
    </>
  );
}

/** The picture as PNG, the one kind the clipboard takes; drawn, for no page may read any address. */
async function asPng(url: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth || width, image.naturalHeight || height);
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

function useAddress(item: Item): { url: string | null; lost: boolean } {
  const { blobUrl } = useActions();
  const [url, setUrl] = useState<string | null>(() => inline(item));
  const [lost, setLost] = useState(false);
  const { content, format } = item;
  useEffect(() => {
    if (format !== 'blob' || typeof content !== 'string') return;
    let seen = true;
    blobUrl(content).then(
      (address) => seen && setUrl(address),
      () => seen && setLost(true),
    );
    return () => {
      seen = false;
    };
  }, [blobUrl, content, format]);
  return { url, lost };
}

/** The address of a picture that came within its event. */
function inline({ format, content }: Item): string | null {
  const type = /^base64\.(png|jpe?g|gif|webp)$/.exec(format ?? '')?.[1];
  return type && typeof content === 'string'
    ? `data:image/${type.replace('jpg', 'jpeg')};base64,${content}`
    : null;
}
