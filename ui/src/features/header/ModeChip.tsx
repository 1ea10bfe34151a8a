import { ChevronDown, ShieldCheck } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { ChipButton } from '@/components/Chip';
import type { Mode } from '@/generated/Mode';
import { useActions, useSession } from '@/session/context';
import { choices } from '@/session/store';

const MODES: Mode[] = [
  'ask_every_time',
  'ask_before_changes',
  'ask_when_blocked',
  'full_access',
  'chat_only',
];

/** How much is asked before something is done. */
export function ModeChip() {
  const { t } = useTranslation();
  const { choose } = useActions();
  const mode = useSession((state) => choices(state).mode);
  const profile = useSession((state) => capital(choices(state).profile));
  const word = t(`mode.${mode}`);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <ChipButton
          icon={ShieldCheck}
          trailing={ChevronDown}
          className="max-wide:shrink-0"
          aria-label={t('header.mode', { profile, mode: word })}
          data-control="mode"
        >
          <span className="truncate">
            <span className="max-wide:hidden">{profile} · </span>
            {word}
          </span>
        </ChipButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-30 w-90 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-1"
        >
          <DropdownMenu.RadioGroup
            value={mode}
            onValueChange={(value) => choose({ mode: value as Mode })}
          >
            {MODES.map((value) => (
              <DropdownMenu.RadioItem
                key={value}
                value={value}
                className="group flex gap-2 rounded-2 px-2 py-1.5 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2"
              >
                <span
                  aria-hidden
                  className="mt-0.5 size-4 flex-none rounded-full border border-border-strong bg-surface group-data-[state=checked]:border-[5px] group-data-[state=checked]:border-primary"
                />
                <span>
                  <span className="block group-data-[state=checked]:font-strong">
                    {t(`mode.${value}`)}
                  </span>
                  <span className="block text-12 text-muted">{t(`mode.${value}Why`)}</span>
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
