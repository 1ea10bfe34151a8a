import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '@/session/context';
import { endRename, startRename, useHistory } from '@/session/history';

/** The title of the conversation; a click makes it a field. */
export function Title({ id, title }: { id: string | null; title: string }) {
  const { t } = useTranslation();
  const renaming = useHistory(
    ({ renaming }) => id !== null && renaming?.id === id && renaming.where === 'header',
  );
  if (id !== null && renaming) return <Field key={id} id={id} title={title} />;
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

function Field({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation();
  const { rename } = useActions();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(title);
  useEffect(() => field.current?.select(), []);
  const end = (save: boolean, focus: boolean) => {
    const wanted = text.trim();
    if (save && wanted && wanted !== title) void rename(id, wanted);
    endRename();
    if (focus) {
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>('[data-action="rename"]')?.focus(),
      );
    }
  };
  return (
    <input
      ref={field}
      // biome-ignore lint/a11y/noAutofocus: asked for by Rename
      autoFocus
      aria-label={t('header.renameLabel')}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => end(true, false)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') end(true, true);
        else if (event.key === 'Escape') end(false, true);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      className="h-7 w-full max-w-100 rounded-2 border border-focus bg-surface px-1.5 font-strong text-14"
    />
  );
}
