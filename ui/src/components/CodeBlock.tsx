import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './CopyButton';
import { useTokens } from './highlight';
import { Lines, MANY, shortLine, widestOf } from './Lines';
import { Pre } from './Pre';

const CODE =
  'overflow-x-auto rounded-1 border border-border bg-code-bg px-3 py-2 font-mono text-code text-code-text';

/** A block of code in a reply; coloured once its end was written. */
export const Block = memo(function Block({
  code,
  language,
  closed,
}: {
  code: string;
  language: string;
  closed: boolean;
}) {
  const { t } = useTranslation();
  const lines = useTokens(code, closed ? language : 'text');
  const label = t('card.labelShort', { language: language || 'text' });
  const many = lines.length > MANY;
  const widest = useMemo(
    () => widestOf(many || code.length > 2000 ? code.split('\n') : []),
    [many, code],
  );
  const short = (text: string) => shortLine(text, (count) => t('card.lineLeft', { count }));
  const line = (at: number) =>
    (lines[at] ?? []).map(({ text, kind }, index) =>
      kind ? (
        <span key={index} className={`tok-${kind}`}>
          {short(text)}
        </span>
      ) : (
        short(text)
      ),
    );
  return (
    <div className="relative">
      {many ? (
        <Lines
          count={lines.length}
          label={label}
          widest={widest}
          className={`${CODE} max-h-[60vh] overflow-y-auto`}
          {...(!closed && { show: lines.length - 1 })}
          line={(at) => (
            <span key={at} className="block min-h-5">
              {line(at)}
            </span>
          )}
        />
      ) : (
        <Pre className={CODE} label={label}>
          {lines.map((_, at) => (
            <span key={at}>
              {line(at)}
              {at < lines.length - 1 && '\n'}
            </span>
          ))}
        </Pre>
      )}
      {closed && (
        <span className="near absolute top-1 right-1 rounded-2 bg-code-bg">
          <CopyButton small text={code} name={t('card.copy')} />
        </span>
      )}
    </div>
  );
});
