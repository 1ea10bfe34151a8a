import { Paperclip, Pencil, SendHorizontal, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useActions, useSession } from '@/session/context';
import type { Queued } from '@/session/store';

const NONE: readonly Queued[] = [];

/** Messages that wait for the end of the turn. */
export function Waiting({ conversation }: { conversation: string }) {
  const { t } = useTranslation();
  const { stopAndSend, unqueue, dropQueued } = useActions();
  const queued = useSession((state) => state.queued[conversation] ?? NONE);
  if (queued.length === 0) return null;
  return (
    <ul aria-label={t('composer.queued')} className="mb-2 flex flex-col gap-1">
      {queued.map(({ id, text, attached }, at) => (
        <li
          key={id}
          data-queued
          className="flex min-h-9 flex-wrap items-center gap-1 rounded-3 border border-border bg-sunken py-1 pr-1.5 pl-3"
        >
          <span className="min-w-40 flex-1 truncate">
            <span className="text-muted">{t('composer.queued')}: </span>
            {text}
          </span>
          {attached.length > 0 && (
            <span className="flex items-center gap-1 text-12 text-muted">
              <Icon of={Paperclip} size={14} />
              {attached.length}
            </span>
          )}
          {at === 0 && (
            <Button icon={SendHorizontal} onClick={() => stopAndSend()} data-action="send-now">
              {t('composer.queuedNow')}
            </Button>
          )}
          <IconButton
            icon={Pencil}
            name={t('composer.queuedBack')}
            onClick={() => {
              unqueue(id);
              document.getElementById('composer')?.focus();
            }}
            data-action="edit-queued"
          />
          <IconButton
            icon={X}
            name={t('composer.queuedDrop')}
            onClick={() => dropQueued(id)}
            data-action="drop-queued"
          />
        </li>
      ))}
    </ul>
  );
}
