import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '@/generated/Item';
import { useActions } from '@/session/context';
import { IconButton } from './Button';

type Props = {
  item: Item;
  /** What it shows, in words. */
  name: string;
  /** At most this wide, in pixels; its own size where that is less. */
  width?: number;
  children?: ReactNode;
};

/** A picture whose place is kept before it is loaded; a click shows it large. */
export function Picture({ item, name, width, children }: Props) {
  const { t } = useTranslation();
  const { url, lost } = useAddress(item);
  const size = { width: item.width, height: item.height };
  const known = size.width !== undefined && size.height !== undefined;
  const box = known ? { aspectRatio: `${size.width} / ${size.height}` } : { minHeight: 120 };
  const limit = Math.min(width ?? Number.POSITIVE_INFINITY, size.width ?? width ?? 640);
  return (
    <Dialog.Root>
      <Dialog.Trigger
        aria-label={t('card.zoom', { name })}
        className="relative block max-w-full overflow-hidden rounded-1"
        style={{ ...box, width: Number.isFinite(limit) ? limit : '100%' }}
      >
        {lost ? (
          <span className="block p-2 text-12 text-muted">{t('card.imageLost')}</span>
        ) : (
          url && <img src={url} alt={name} {...size} className="block size-full object-contain" />
        )}
        {children}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/70" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-6 z-50 flex flex-col overflow-hidden rounded-4 border border-border-strong bg-surface outline-none"
        >
          <div className="flex items-center gap-2 border-border border-b py-2 pr-2 pl-4">
            <Dialog.Title className="min-w-0 flex-1 truncate font-strong">{name}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton icon={X} name={t('card.zoomClose')} />
            </Dialog.Close>
          </div>
          <div className="flex min-h-0 flex-1 overflow-auto p-4">
            {url && <img src={url} alt={name} {...size} className="m-auto max-w-none" />}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
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
