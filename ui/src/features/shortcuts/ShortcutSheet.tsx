import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { ShortcutList } from '@/components/ShortcutList';
import { openPage } from '@/session/pages';
import { show, useView } from '@/session/view';

/** Every action with its keys, over whatever is shown. */
export function ShortcutSheet() {
  const { t } = useTranslation();
  const open = useView((view) => view.shortcuts);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => show({ shortcuts: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).querySelector('input')?.focus();
          }}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[86vh] w-140 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col gap-3 rounded-4 border border-border-strong bg-raised p-6 outline-none"
        >
          <div className="flex items-center gap-2">
            <Dialog.Title className="flex-1 font-strong text-16">
              {t('palette.shortcuts')}
            </Dialog.Title>
            <Button
              onClick={() => {
                show({ shortcuts: false });
                openPage('settings/shortcuts');
              }}
            >
              {t('palette.change')}
            </Button>
            <Dialog.Close asChild>
              <IconButton icon={X} name={t('palette.close')} />
            </Dialog.Close>
          </div>
          <div className="-mx-2 min-h-0 overflow-y-auto px-2 pb-1">
            <ShortcutList />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
