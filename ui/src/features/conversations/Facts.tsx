import { CircleX, Code, type LucideIcon, Monitor, Paperclip } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/Icon';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import { FLAGS, type Flag } from '@/session/history';

export const DRAWINGS: Record<Flag, LucideIcon> = {
  ran_code: Code,
  used_screen: Monitor,
  has_files: Paperclip,
  failed: CircleX,
};

/** What a conversation did, each as a small drawing with a name. */
export function Facts({ row }: { row: ConversationSummary }) {
  return FLAGS.some((flag) => row[flag]) ? <Drawn row={row} /> : null;
}

function Drawn({ row }: { row: ConversationSummary }) {
  const { t } = useTranslation();
  return FLAGS.filter((flag) => row[flag]).map((flag) => (
    <span key={flag} title={t(`history.${flag}`)} className="flex-none">
      <Icon
        of={DRAWINGS[flag]}
        size={12}
        className={flag === 'failed' ? 'text-danger' : 'text-muted'}
      />
      <span className="sr-only">{t(`history.${flag}`)}, </span>
    </span>
  ));
}
