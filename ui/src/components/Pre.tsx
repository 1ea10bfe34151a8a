import type { ReactNode } from 'react';

type Props = {
  label: string;
  className: string;
  /** Lines are added at its end; they are not read out by themselves. */
  log?: boolean;
  dim?: boolean | undefined;
  children: ReactNode;
};

/** Text in a box of its own that scrolls: named, and to be reached by keyboard. */
export function Pre({ label, className, log = false, dim, children }: Props) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name
    <pre
      role={log ? 'log' : 'group'}
      aria-live={log ? 'off' : undefined}
      aria-label={label}
      tabIndex={0}
      className={className}
      data-dim={dim || undefined}
    >
      {children}
    </pre>
  );
}
