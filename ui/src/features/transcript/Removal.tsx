import { useTranslation } from 'react-i18next';
import { Confirm } from '@/components/Confirm';
import { useActions, useSession } from '@/session/context';
import { shown } from '@/session/store';

/** Asks before an item and all after it go. */
export function Removal({
  from,
  open,
  onClose,
}: {
  from: string | undefined;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { truncate } = useActions();
  const count = useSession((state) => {
    if (!open || from === undefined) return 0;
    const { items } = shown(state);
    const at = items.findIndex(({ id }) => id === from);
    return items.slice(at).filter(({ role }) => role === 'user').length;
  });
  return (
    <Confirm
      open={open}
      title={t('turn.deleteTitle')}
      why={count > 1 ? t('turn.deleteWhyMany', { count }) : t('turn.deleteWhy')}
      act={t('turn.deleteDo')}
      keep={t('turn.deleteKeep')}
      onAct={() => from !== undefined && void truncate(from)}
      onClose={onClose}
    />
  );
}
