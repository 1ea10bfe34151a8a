import { type ReactNode, Suspense, useState } from 'react';
import { useView } from '@/session/view';
import { Palette, ShortcutSheet } from './parts';

/** What can lie over every page of the window. */
export function Overlays() {
  return (
    <>
      <Once when={(view) => view.palette}>
        <Palette />
      </Once>
      <Once when={(view) => view.shortcuts}>
        <ShortcutSheet />
      </Once>
    </>
  );
}

type When = Parameters<typeof useView<boolean>>[0];

/** Drawn from the first time it is asked for: it closes by itself, and keeps what it knows. */
export function Once({ when, children }: { when: When; children: ReactNode }) {
  const now = useView(when);
  const [before, setBefore] = useState(now);
  if (now && !before) setBefore(true);
  return now || before ? <Suspense fallback={null}>{children}</Suspense> : null;
}
