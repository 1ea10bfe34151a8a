import type { LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { Icon } from './Icon';

const BOX =
  'z-30 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-[min(420px,calc(100vw-16px))] overflow-y-auto rounded-3 border border-border-strong bg-raised p-1';
const ROW =
  'flex min-h-8 w-full items-center gap-2 rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2 data-[disabled]:text-faint';

/** A menu that hangs from a button; the page under it stays usable. */
export function Menu({
  button,
  label,
  children,
  align = 'end',
}: {
  button: ReactNode;
  label: string;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{button}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className={BOX}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ItemProps = ComponentProps<typeof DropdownMenu.Item> & {
  icon?: LucideIcon;
  danger?: boolean;
  /** A word at its end. */
  aside?: ReactNode;
};

export function MenuItem({ icon, danger, aside, children, className = '', ...rest }: ItemProps) {
  return (
    <DropdownMenu.Item {...rest} className={`${ROW} ${danger ? 'text-danger' : ''} ${className}`}>
      {icon && <Icon of={icon} size={14} className={danger ? '' : 'text-muted'} />}
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      {aside && <span className="flex-none text-12 text-muted">{aside}</span>}
    </DropdownMenu.Item>
  );
}

/** A menu within the menu. */
export function MenuMore({
  icon,
  name,
  children,
}: {
  icon: LucideIcon;
  name: string;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className={`${ROW} data-[state=open]:bg-hover`}>
        <Icon of={icon} size={14} className="text-muted" />
        <span className="min-w-0 flex-1">{name}</span>
        <span aria-hidden className="text-muted">
          ›
        </span>
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent sideOffset={4} collisionPadding={8} className={BOX}>
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-2 py-1 text-12 text-muted">{children}</DropdownMenu.Label>
  );
}

export const MenuLine = () => <DropdownMenu.Separator className="my-1 border-border border-t" />;
