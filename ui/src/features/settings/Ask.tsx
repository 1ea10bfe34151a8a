import { AlertDialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { FIELD } from '@/components/Field';

type Props = {
  title: string;
  why: string;
  /** What the button does, in words. */
  action: string;
  keep: string;
  onDo: () => void;
  /** Must be typed first. */
  word?: { label: string; word: string };
  children: ReactNode;
};

/** Asks once more before what cannot simply be taken back. */
export function Ask({ title, why, action, keep, onDo, word, children }: Props) {
  const [open, setOpen] = useState(false);
  const change = (next: boolean) => setOpen(next);
  return (
    <AlertDialog.Root open={open} onOpenChange={change}>
      <AlertDialog.Trigger asChild>{children}</AlertDialog.Trigger>
      <Question
        {...{ title, why, action, keep, ...(word && { word }) }}
        onDo={() => {
          setOpen(false);
          onDo();
        }}
      />
    </AlertDialog.Root>
  );
}

/** The same, opened by something else than a button. */
export function AskNow({
  open,
  onClose,
  onDo,
  ...rest
}: Omit<Props, 'children'> & { open: boolean; onClose: () => void }) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Question
        {...rest}
        onDo={() => {
          onClose();
          onDo();
        }}
      />
    </AlertDialog.Root>
  );
}

function Question({ title, why, action, keep, onDo, word }: Omit<Props, 'children'>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const agreed = !word || typed.trim().toLowerCase() === word.word.toLowerCase();
  return (
    <AlertDialog.Portal>
      <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
      <AlertDialog.Content
        onOpenAutoFocus={() => setTyped('')}
        // The page behind closes with Escape too; this one goes first, alone.
        onEscapeKeyDown={(event) => event.stopPropagation()}
        className="fixed top-1/2 left-1/2 z-50 w-110 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 rounded-4 border border-border-strong bg-raised p-6 outline-none"
      >
        <AlertDialog.Title className="font-strong text-16 [overflow-wrap:anywhere]">
          {title}
        </AlertDialog.Title>
        <AlertDialog.Description className="mt-1 text-muted">{why}</AlertDialog.Description>
        {word && (
          <label className="mt-3 flex flex-col gap-1 text-12 text-muted">
            {word.label}
            <input
              data-field="agree"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className={`${FIELD} border-border-strong text-text`}
            />
          </label>
        )}
        <div className="mt-4 flex justify-end gap-2">
          <AlertDialog.Cancel asChild>
            <Button big>{keep}</Button>
          </AlertDialog.Cancel>
          <Button
            big
            look="danger"
            data-action="agree"
            off={agreed ? undefined : (word?.label ?? t('settings.cancel'))}
            onClick={onDo}
          >
            {action}
          </Button>
        </div>
      </AlertDialog.Content>
    </AlertDialog.Portal>
  );
}
