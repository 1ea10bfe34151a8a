import { Ellipsis } from 'lucide-react';
import { AlertDialog, Dialog, DropdownMenu } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { useActions } from '@/session/context';

const ITEM =
  'flex h-8 items-center rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2';
const SHEET =
  'fixed top-1/2 left-1/2 z-50 w-110 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 rounded-4 border border-border-strong bg-raised p-6 outline-none';
const SCRIM = 'fixed inset-0 z-40 bg-scrim/46';

/** Rename and delete. */
export function ConversationMenu({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation();
  const { rename, remove } = useActions();
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const [text, setText] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) void rename(id, text.trim());
    setOpen(null);
  };
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <IconButton icon={Ellipsis} name={t('header.menu')} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-30 min-w-40 rounded-3 border border-border-strong bg-raised p-1"
          >
            <DropdownMenu.Item
              className={ITEM}
              onSelect={() => {
                setText(title);
                setOpen('rename');
              }}
            >
              {t('header.rename')}
            </DropdownMenu.Item>
            <DropdownMenu.Item className={`${ITEM} text-danger`} onSelect={() => setOpen('delete')}>
              {t('header.delete')}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>

      <Dialog.Root open={open === 'rename'} onOpenChange={close}>
        <Dialog.Portal>
          <Dialog.Overlay className={SCRIM} />
          <Dialog.Content aria-describedby={undefined} className={SHEET}>
            <Dialog.Title className="font-strong text-16">{t('header.rename')}</Dialog.Title>
            <form onSubmit={save} className="mt-3">
              <input
                aria-label={t('header.renameLabel')}
                value={text}
                onChange={(event) => setText(event.target.value)}
                onFocus={(event) => event.currentTarget.select()}
                className="h-8 w-full rounded-2 border border-border-strong bg-surface px-2.5"
              />
              <div className="mt-4 flex justify-end gap-2">
                <Dialog.Close asChild>
                  <Button big>{t('error.cancel')}</Button>
                </Dialog.Close>
                <Button big look="primary" type="submit">
                  {t('header.rename')}
                </Button>
              </div>
            </form>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>

      <AlertDialog.Root open={open === 'delete'} onOpenChange={close}>
        <AlertDialog.Portal>
          <AlertDialog.Overlay className={SCRIM} />
          <AlertDialog.Content className={SHEET}>
            <AlertDialog.Title className="font-strong text-16 [overflow-wrap:anywhere]">
              {t('header.deleteTitle', { title })}
            </AlertDialog.Title>
            <AlertDialog.Description className="mt-1 text-muted">
              {t('header.deleteWhy')}
            </AlertDialog.Description>
            <div className="mt-4 flex justify-end gap-2">
              <AlertDialog.Cancel asChild>
                <Button big>{t('header.keep')}</Button>
              </AlertDialog.Cancel>
              <AlertDialog.Action asChild>
                <Button big look="danger" onClick={() => remove(id)}>
                  {t('header.deleteDo')}
                </Button>
              </AlertDialog.Action>
            </div>
          </AlertDialog.Content>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </>
  );
}
