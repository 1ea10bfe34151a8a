import type { KeyboardEvent, RefObject } from 'react';
import { useEffect, useRef, useState } from 'react';

/** How many rows Page Up and Page Down go. */
const PAGE = 8;

export type Picking = {
  text: string;
  /** The row Enter takes. */
  at: number;
  /** Goes on the list; its rows carry `data-at`. */
  list: RefObject<HTMLDivElement | null>;
  setText: (text: string) => void;
  setAt: (at: number) => void;
};

/** What is written over a list, and which of its rows is the one. */
export function usePicking(): Picking {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  return {
    text,
    at,
    list,
    setText: (next) => {
      setText(next);
      setAt(0);
    },
    setAt,
  };
}

type Props = {
  picking: Picking;
  /** The list is `ID list`, its rows `ID 0` and on, without the space. */
  id: string;
  name: string;
  placeholder: string;
  count: number;
  onPick: (at: number) => void;
  className: string;
};

/** A field over a list: what is written narrows it, the arrow keys go through it. */
export function PickField({ picking, id, name, placeholder, count, onPick, className }: Props) {
  const { text, at, list, setText, setAt } = picking;
  const last = count - 1;
  const chosen = Math.min(at, Math.max(0, last));
  useEffect(() => {
    list.current
      ?.querySelector(`[data-at="${chosen}"]`)
      // The heading above the first row is seen, too.
      ?.scrollIntoView({ block: chosen === 0 ? 'end' : 'nearest' });
  }, [list, chosen]);
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setAt(chosen >= last ? 0 : chosen + 1);
    else if (event.key === 'ArrowUp') setAt(chosen === 0 ? Math.max(0, last) : chosen - 1);
    else if (event.key === 'PageDown') setAt(Math.max(0, Math.min(last, chosen + PAGE)));
    else if (event.key === 'PageUp') setAt(Math.max(0, chosen - PAGE));
    else if (event.key === 'Enter') {
      if (count > 0) onPick(chosen);
    } else return;
    event.preventDefault();
  };
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: opened to be typed into
      autoFocus
      role="combobox"
      aria-expanded
      aria-controls={`${id}list`}
      aria-activedescendant={count > 0 ? `${id}${chosen}` : undefined}
      aria-autocomplete="list"
      aria-label={name}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={keys}
      className={className}
    />
  );
}
