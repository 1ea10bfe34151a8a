import { FileText, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { bytes } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Attachment } from '@/session/store';

type Props = { all: readonly Attachment[]; onRemove: (id: string) => void };

/** What goes with the message. */
export function Attachments({ all, onRemove }: Props) {
  const { t } = useTranslation();
  return (
    <ul aria-label={t('composer.attached')} className="flex flex-wrap gap-2 px-2 pt-2">
      {all.map(({ id, name, preview, size }) => (
        <li
          key={id}
          data-attachment
          className="flex h-10 max-w-60 items-center gap-2 rounded-2 border border-border bg-sunken pr-1 pl-1.5"
        >
          {preview ? (
            <img src={preview} alt="" className="size-7 flex-none rounded-1 object-cover" />
          ) : (
            <Icon of={FileText} size={14} className="text-muted" />
          )}
          <span className="min-w-0 flex-1 truncate text-12" title={name}>
            {name}
          </span>
          {size !== undefined && (
            <span className="num flex-none text-12 text-muted">{bytes(size)}</span>
          )}
          <IconButton
            small
            icon={X}
            name={t('composer.detach', { name })}
            onClick={() => onRemove(id)}
          />
        </li>
      ))}
    </ul>
  );
}
