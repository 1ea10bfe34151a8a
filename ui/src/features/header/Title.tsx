import { useTranslation } from 'react-i18next';
import { TitleField } from '@/components/TitleField';
import { startRename, useHistory } from '@/session/history';

/** The title of the conversation; a click makes it a field. */
export function Title({ id, title }: { id: string | null; title: string }) {
  const { t } = useTranslation();
  const renaming = useHistory(
    ({ renaming }) => id !== null && renaming?.id === id && renaming.where === 'header',
  );
  if (id !== null && renaming) {
    return (
      <TitleField
        key={id}
        id={id}
        title={title}
        after={'[data-action="rename"]'}
        className="h-7 max-w-100 px-1.5 font-strong text-14"
      />
    );
  }
  return (
    <h1 className="min-w-0 truncate font-strong text-14">
      {id === null ? (
        t('sidebar.new')
      ) : (
        <button
          type="button"
          data-action="rename"
          title={t('header.renameHint')}
          onClick={() => startRename(id, 'header')}
          className="max-w-full truncate rounded-2 px-1.5 text-start transition-colors duration-(--d-1) hover:bg-hover"
        >
          {title || t('sidebar.untitled')}
        </button>
      )}
    </h1>
  );
}
