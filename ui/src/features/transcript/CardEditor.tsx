import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useTokens } from '@/components/highlight';
import { diff } from '@/components/Source';

type Props = {
  code: string;
  /** The code as it was, to mark what is new. */
  before: string;
  language: string;
  label: string;
  onChange: (code: string) => void;
  onRun: () => void;
  onLeave: () => void;
};

/** Longer code is edited without colours and marks: each key would draw all of it. */
const COLOURED = 400;
const INDENT = '    ';

/**
 * The code as a field over its own coloured picture. Escape leaves it with the text
 * kept; Ctrl Enter runs it; Tab indents, and after Escape leads on as everywhere.
 */
export function CardEditor({ code, before, language, label, onChange, onRun, onLeave }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const area = event.currentTarget;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      onRun();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onLeave();
    } else if (event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      const { selectionStart: from, selectionEnd: to } = area;
      area.setRangeText(INDENT, from, to, 'end');
      onChange(area.value);
    }
  };
  const count = code.split('\n').length;
  const drawn = count <= COLOURED;
  return (
    <div className="src max-h-[70vh] overflow-auto" data-editor>
      <div className="src-body grid">
        {drawn && <Drawn code={code} before={before} language={language} />}
        <textarea
          ref={field}
          aria-label={label}
          value={code}
          rows={drawn ? count : 30}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={keys}
          className={`col-start-1 row-start-1 block resize-none whitespace-pre bg-transparent pr-3 pl-11 font-mono text-code outline-none [tab-size:4] ${drawn ? 'overflow-hidden text-transparent caret-(--text)' : 'text-code-text'}`}
        />
      </div>
    </div>
  );
}

/** What lies under the field: numbers, colours, and which lines are new. */
function Drawn({ code, before, language }: Pick<Props, 'code' | 'before' | 'language'>) {
  const lines = useTokens(code, language);
  const fresh = useMemo(() => {
    const rows = diff(before.split('\n'), code.split('\n'));
    return new Set(rows.filter(({ sign }) => sign === '+').map(({ at }) => at));
  }, [before, code]);
  return (
    <code aria-hidden className="col-start-1 row-start-1 block">
      {lines.map((tokens, at) => (
        <span key={at} className="src-line" data-mark={fresh.has(at) ? 'added' : undefined}>
          <span className="gutter">{fresh.has(at) && '+'}</span>
          <span className="number">{at + 1}</span>
          <span className="text">
            {tokens.map(({ text, kind }, index) => (
              <span key={index} className={kind && `tok-${kind}`}>
                {text}
              </span>
            ))}
            {'\n'}
          </span>
        </span>
      ))}
    </code>
  );
}
