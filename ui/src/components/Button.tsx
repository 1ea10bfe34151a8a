import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { Icon } from './Icon';

type Look = 'plain' | 'primary' | 'quiet' | 'danger';

type Props = Omit<ComponentProps<'button'>, 'disabled'> & {
  look?: Look;
  /** 32 px high instead of 28. */
  big?: boolean;
  icon?: LucideIcon;
  iconFill?: boolean;
  /** A key, as drawn on it. */
  hint?: string;
  /** Why it cannot be used now. It can still be reached and read. */
  off?: string | undefined;
  children?: ReactNode;
};

const LOOKS: Record<Look, string> = {
  plain: 'border-border-strong bg-surface text-text hover:bg-hover active:bg-pressed',
  primary:
    'border-primary bg-primary text-on-primary font-strong hover:bg-primary-hover hover:border-primary-hover',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-hover active:bg-pressed',
  danger: 'border-current bg-surface text-danger hover:bg-hover active:bg-pressed',
};

export function Button(props: Props) {
  const { look = 'plain', big = false, icon, iconFill, hint, off, children, ...rest } = props;
  const { className = '', onClick, title, ...others } = rest;
  const colours = off ? 'border-border border-dashed bg-transparent text-faint' : LOOKS[look];
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (off) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type="button"
      {...others}
      title={off ?? title}
      aria-disabled={off ? true : undefined}
      aria-keyshortcuts={hint && hint.length === 1 ? hint : others['aria-keyshortcuts']}
      onClick={press}
      className={`inline-flex flex-none select-none items-center gap-1.5 whitespace-nowrap rounded-2 border text-13 transition-colors duration-(--d-1) ${big ? 'h-8 px-3' : 'h-7 px-2.5'} ${colours} ${className}`}
    >
      {icon && <Icon of={icon} size={14} fill={iconFill ?? false} className="-ml-0.5" />}
      <span>{children}</span>
      {hint && <Key inButton>{hint}</Key>}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  icon: LucideIcon;
  /** Name and tooltip. */
  name: string;
  small?: boolean;
};

/** A button that is only a drawing; its name is also its tooltip. */
export function IconButton({ icon, name, small, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={name}
      {...rest}
      title={rest.title ?? name}
      className={`inline-flex flex-none items-center justify-center rounded-2 border border-transparent text-muted transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed aria-expanded:bg-pressed ${small ? 'size-6' : 'size-7'} ${className}`}
    >
      <Icon of={icon} size={16} />
    </button>
  );
}

/** A key as drawn on a keyboard. */
export function Key({ children, inButton = false }: { children: string; inButton?: boolean }) {
  return (
    <kbd
      aria-hidden
      className={`min-w-4 rounded-[3px] border px-1 text-center font-sans font-regular text-10 ${inButton ? '-mr-1 border-current opacity-70' : 'border-border text-muted'}`}
    >
      {children}
    </kbd>
  );
}
