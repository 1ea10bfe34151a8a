import type { LucideIcon } from 'lucide-react';

type Props = { of: LucideIcon; size?: 12 | 14 | 16 | 20; fill?: boolean; className?: string };

/** A drawing beside a word, or in a button that has a name; never read out. */
export function Icon({ of: Drawn, size = 16, fill = false, className = '' }: Props) {
  return (
    <Drawn
      aria-hidden
      size={size}
      strokeWidth={1.75}
      fill={fill ? 'currentColor' : 'none'}
      className={`block flex-none ${className}`}
    />
  );
}
