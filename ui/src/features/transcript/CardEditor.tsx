import { type KeyboardEvent, useEffect, useRef } from 'react';

type Props = {
  code: string;
  label: string;
  onChange: (code: string) => void;
  onRun: () => void;
  onLeave: () => void;
};

/** The code as a field. Escape leaves it with the text kept; Ctrl Enter runs it. */
export function CardEditor({ code, label, onChange, onRun, onLeave }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      onRun();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onLeave();
    }
  };
  return (
    <div className="bg-code-bg">
      <textarea
        ref={field}
        aria-label={label}
        value={code}
        rows={Math.min(30, code.split('\n').length + 1)}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={keys}
        className="block w-full resize-none bg-transparent py-2 pr-3 pl-11 font-mono text-code text-code-text -outline-offset-2"
      />
    </div>
  );
}
