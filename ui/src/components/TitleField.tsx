import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '@/session/context';
import { endRename } from '@/session/history';

type Props = {
  id: string;
  title: string;
  /** A selector of what has the focus once Enter or Escape ended it. */
  after: string;
  className: string;
};

/** The title of a conversation as a field, in the place of the title. */
export function TitleField({ id, title, after, className }: Props) {
  const { t } = useTranslation();
  const { rename } = useActions();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(title);
  useEffect(() => field.current?.select(), []);
  const end = (save: boolean, focus: boolean) => {
    const wanted = text.trim();
    if (save && wanted && wanted !== title) void rename(id, wanted);
    endRename();
    if (!focus) return;
    requestAnimationFrame(() => document.querySelector<HTMLElement>(after)?.focus());
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
      className={`w-full rounded-2 border border-focus bg-surface ${className}`}
    />
  );
}
