/* Controls that hold a value. Each can be `off` with a reason: reachable, readable, not changed. */
import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { Icon } from './Icon';

export const FIELD =
  'h-7 min-w-0 rounded-2 border bg-surface px-2.5 text-13 focus-visible:border-focus focus-visible:-outline-offset-2';
const edge = (off: string | undefined) =>
  off ? 'border-dashed border-border text-faint' : 'border-border-strong';

type Common = { name: string; off?: string | undefined; describedBy?: string | undefined };

/** On or off. */
export function Switch({
  name,
  off,
  describedBy,
  on,
  onChange,
}: Common & { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={name}
      aria-describedby={describedBy}
      aria-disabled={off ? true : undefined}
      title={off}
      onClick={() => !off && onChange(!on)}
      className={`relative h-6 w-9 flex-none rounded-full border transition-colors duration-(--d-1) ${off ? 'border-border border-dashed bg-transparent' : on ? 'border-primary bg-primary' : 'border-border-strong bg-surface'}`}
    >
      <span
        aria-hidden
        className={`absolute top-1/2 size-3.5 -translate-y-1/2 rounded-full ${on ? 'end-1' : 'start-1'} ${off ? 'bg-border-strong' : on ? 'bg-on-primary' : 'bg-border-strong'}`}
      />
    </button>
  );
}

type Option<T extends string> = { value: T; label: string };

/** A few choices side by side. */
export function Segments<T extends string>({
  name,
  off,
  describedBy,
  value,
  options,
  onChange,
}: Common & { value: T; options: readonly Option<T>[]; onChange: (value: T) => void }) {
  const group = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent) => {
    const by = ['ArrowRight', 'ArrowDown'].includes(event.key)
      ? 1
      : ['ArrowLeft', 'ArrowUp'].includes(event.key)
        ? -1
        : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = (at + by + options.length) % options.length;
    const option = options[next];
    if (option && !off) onChange(option.value);
    (group.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div
      ref={group}
      role="radiogroup"
      aria-label={name}
      aria-describedby={describedBy}
      aria-disabled={off ? true : undefined}
      title={off}
      onKeyDown={keys}
      className={`inline-flex max-w-full flex-none flex-wrap overflow-hidden rounded-2 border ${edge(off)}`}
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: a button that looks pressed
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value || !options.some((one) => one.value === value) ? 0 : -1}
          onClick={() => !off && onChange(option.value)}
          className={`h-7 px-3 text-13 transition-colors duration-(--d-1) focus-visible:-outline-offset-2 ${option.value === value ? 'bg-selected font-strong' : off ? '' : 'bg-surface hover:bg-hover active:bg-pressed'} ${off ? 'text-faint' : ''}`}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

/** One of many: the system's own menu. */
export function Select({
  name,
  off,
  describedBy,
  value,
  onChange,
  children,
  chip = false,
  className = '',
}: Common & {
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
  /** Inside another field: without an edge of its own. */
  chip?: boolean;
  className?: string;
}) {
  return (
    <span className={`relative inline-flex min-w-0 max-w-full ${className}`}>
      <select
        aria-label={name}
        aria-describedby={describedBy}
        aria-disabled={off ? true : undefined}
        title={off}
        value={value}
        onChange={(event) => !off && onChange(event.target.value)}
        className={`w-full appearance-none truncate py-0 pe-7 ${chip ? 'h-6 min-w-0 rounded-1 border border-transparent bg-sunken ps-2 text-12 hover:bg-hover' : `${FIELD} ${edge(off)}`}`}
      >
        {children}
      </select>
      <span className="pointer-events-none absolute inset-y-0 end-2 flex items-center text-muted">
        <Icon of={ChevronDown} size={14} />
      </span>
    </span>
  );
}

/** A text that is taken when the field is left or Enter is pressed; Escape keeps what it was. */
export function TextField({
  name,
  off,
  describedBy,
  value,
  onChange,
  className = '',
  ...rest
}: Common &
  Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'name'> & {
    value: string;
    onChange: (value: string) => void;
  }) {
  const [text, setText] = useState(value);
  const [was, setWas] = useState(value);
  /** What was given on last, so that a refused text is not tried again by leaving the field. */
  const [given, setGiven] = useState(value);
  if (was !== value) {
    setWas(value);
    setGiven(value);
    setText(value);
  }
  const take = () => {
    if (text === given || off) return;
    setGiven(text);
    onChange(text);
  };
  return (
    <input
      {...rest}
      aria-label={name}
      aria-describedby={describedBy}
      aria-disabled={off ? true : undefined}
      readOnly={off !== undefined}
      title={off}
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        else if (event.key === 'Escape' && text !== value) {
          setText(value);
          setGiven(value);
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      className={`${FIELD} ${edge(off)} ${className}`}
    />
  );
}

/** The same over several lines. */
export function TextArea({
  name,
  off,
  describedBy,
  value,
  onChange,
  rows = 4,
}: Common & { value: string; onChange: (value: string) => void; rows?: number }) {
  const [text, setText] = useState(value);
  const [was, setWas] = useState(value);
  if (was !== value) {
    setWas(value);
    setText(value);
  }
  return (
    <textarea
      rows={rows}
      aria-label={name}
      aria-describedby={describedBy}
      aria-disabled={off ? true : undefined}
      readOnly={off !== undefined}
      title={off}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== value && !off && onChange(text)}
      className={`${FIELD} h-auto w-full resize-y py-1.5 ${edge(off)}`}
    />
  );
}
