import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Icon } from './Icon';

type Props = ComponentProps<'button'> & {
  icon?: LucideIcon;
  trailing?: LucideIcon;
  children: ReactNode;
};

const LOOK =
  'inline-flex h-6 min-w-0 items-center gap-1.5 whitespace-nowrap rounded-1 border border-border bg-surface px-2 text-12';

/** A header chip that opens something. */
export function ChipButton({ icon, trailing, children, className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`${LOOK} transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed aria-expanded:border-border-strong aria-expanded:bg-selected ${className}`}
    >
      {icon && <Icon of={icon} size={14} className="text-muted" />}
      {children}
      {trailing && <Icon of={trailing} size={14} className="text-muted" />}
    </button>
  );
}

/** A chip that only tells. */
export function Chip({ icon, children, title }: Pick<Props, 'icon' | 'children' | 'title'>) {
  return (
    <span className={`${LOOK} flex-none`} title={title}>
      {icon && <Icon of={icon} size={14} className="text-muted" />}
      {children}
    </span>
  );
}

/** A small remark on a card. */
export function Tag({ icon, children }: Pick<Props, 'icon' | 'children'>) {
  return (
    <span className="inline-flex h-5 min-w-0 items-center gap-1 whitespace-nowrap rounded-1 bg-sunken px-1.5 text-11 text-muted">
      {icon && <Icon of={icon} size={14} />}
      <span className="truncate">{children}</span>
    </span>
  );
}
