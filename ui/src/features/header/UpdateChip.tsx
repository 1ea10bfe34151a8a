import { ArrowDownToLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ChipButton } from '@/components/Chip';
import { openPage } from '@/session/pages';
import { useFoundUpdate } from '@/session/updates';

/** A newer version was found; leads to where it is installed. */
export function UpdateChip() {
  const { t } = useTranslation();
  const version = useFoundUpdate((found) => found.version);
  if (version === null) return null;
  return (
    <ChipButton
      icon={ArrowDownToLine}
      className="flex-none"
      title={t('header.updateWhy', { version })}
      data-action="update"
      onClick={() => openPage('settings/updates', 'update_now')}
    >
      <span className="max-wide:sr-only">{t('header.update', { version })}</span>
    </ChipButton>
  );
}
