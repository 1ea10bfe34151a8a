import { useTranslation } from 'react-i18next';
import type { Piece } from './difference';

/** The new text with what changed marked: struck and underlined, with minus and plus. */
export function Changes({ pieces }: { pieces: readonly Piece[] }) {
  const { t } = useTranslation();
  return (
    <p
      dir="auto"
      data-difference
      className="whitespace-pre-wrap text-14 leading-6 [overflow-wrap:anywhere]"
    >
      {pieces.map(({ text, kind }, at) => {
        if (kind === 'same') return text;
        const added = kind === 'added';
        const Mark = added ? 'ins' : 'del';
        return (
          <Mark
            key={at}
            className={`rounded-1 px-0.5 ${added ? 'bg-success-soft text-success underline' : 'bg-danger-soft text-danger line-through'}`}
          >
            {/* Never alone at the end of a line. */}
            <span aria-hidden className="select-none text-10">
              {added ? '+\u2060' : '−\u2060'}
            </span>
            <span className="sr-only">{t(added ? 'popup.added' : 'popup.removed')} </span>
            {text}
          </Mark>
        );
      })}
    </p>
  );
}
