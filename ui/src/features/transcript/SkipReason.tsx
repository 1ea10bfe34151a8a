import { MessageSquare } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';

type Props = { off: string | undefined; onSkip: (reason: string) => void };

/** Skips, and tells the assistant why, so that it goes on in another way. */
export function SkipReason({ off, onSkip }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim()) onSkip(reason.trim());
  };
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton
          icon={MessageSquare}
          name={t('card.skipWhy')}
          title={off}
          aria-disabled={off ? true : undefined}
          onClick={(event) => off && event.preventDefault()}
          className="aria-disabled:text-faint"
          data-action="skip-why"
        />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('card.skipWhy')}
          className="z-30 w-90 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-2 outline-none"
        >
          <form onSubmit={send} className="flex gap-2">
            <input
              aria-label={t('card.skipReason')}
              placeholder={t('card.skipReason')}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className="h-8 min-w-0 flex-1 rounded-2 border border-border-strong bg-surface px-2.5"
            />
            <Button big type="submit" off={reason.trim() ? undefined : t('composer.sendEmpty')}>
              {t('card.skip')}
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
