import { Palette } from '@/features/palette/Palette';
import { ShortcutSheet } from '@/features/shortcuts/ShortcutSheet';

/** What can lie over every page of the window. */
export function Overlays() {
  return (
    <>
      <Palette />
      <ShortcutSheet />
    </>
  );
}
