import { AlertDialog } from 'radix-ui';
import { Button } from './Button';

type Props = {
  open: boolean;
  title: string;
  why: string;
  /** What the button does to what. */
  act: string;
  keep: string;
  onAct: () => void;
  onClose: () => void;
};

/** Asks before something is removed. The way out has the focus first. */
export function Confirm({ open, title, why, act, keep, onAct, onClose }: Props) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
        <AlertDialog.Content className="-translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-50 w-110 max-w-[calc(100vw-32px)] rounded-4 border border-border-strong bg-raised p-5 outline-none">
          <AlertDialog.Title className="font-strong text-16 [overflow-wrap:anywhere]">
            {title}
          </AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-muted">{why}</AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button big>{keep}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button big look="danger" onClick={onAct} data-action="confirm">
                {act}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
