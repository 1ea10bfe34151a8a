import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useBackend } from '@/session/context';
import { Sheet } from './Sheet';
import { useSummons } from './useSummons';

/** What the hotkey opens over selected text. As high as what it shows. */
export function Popup() {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const { summons, around, forget } = useSummons();
  const box = useRef<HTMLElement>(null);

  const open = summons !== null;
  useEffect(() => {
    const seen = box.current;
    if (!seen || !open) return;
    const observer = new ResizeObserver(() => {
      const height = Math.ceil(seen.getBoundingClientRect().height);
      if (height > 0) void shell?.resizePopup(height);
    });
    observer.observe(seen);
    return () => observer.disconnect();
  }, [open, shell]);

  const close = () => {
    forget();
    void shell?.hidePopup();
  };
  return (
    <main
      ref={box}
      aria-label={t('popup.label')}
      className="overflow-hidden border border-border-strong bg-raised"
    >
      {summons && (
        <Sheet key={summons.round} selection={summons.selection} around={around} onClose={close} />
      )}
    </main>
  );
}
