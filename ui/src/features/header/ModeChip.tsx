import { ChevronDown, ShieldCheck } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChipButton } from '@/components/Chip';
import type { Mode } from '@/generated/Mode';
import type { ProfileSummary } from '@/generated/ProfileSummary';
import { useActions, useBackend, useSession } from '@/session/context';
import { openPage } from '@/session/pages';
import { choices } from '@/session/store';

const MODES: Mode[] = [
  'ask_every_time',
  'ask_before_changes',
  'ask_when_blocked',
  'full_access',
  'chat_only',
];

const ROW =
  'group flex gap-2 rounded-2 px-2 py-1.5 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2';

/** The profile, and how much is asked before something is done. */
export function ModeChip() {
  const { t } = useTranslation();
  const { choose } = useActions();
  const mode = useSession((state) => choices(state).mode);
  const backend = useBackend();
  const chosen = useSession((state) => choices(state).profile);
  const [profiles, setProfiles] = useState<readonly ProfileSummary[]>([]);
  const profile = capital(chosen);
  const look = () =>
    backend.query({ query: 'profiles' }).then(
      ({ profiles: all }) => setProfiles(all),
      () => setProfiles([]),
    );
  const word = t(`mode.${mode}`);
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && void look()}>
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
          className="z-30 max-h-[min(560px,80vh)] w-90 max-w-[calc(100vw-16px)] overflow-y-auto rounded-3 border border-border-strong bg-raised p-1"
        >
          {profiles.length > 1 && (
            <>
              <DropdownMenu.Label className="px-2 pt-2 pb-1 font-strong text-11 text-muted">
                {t('header.profile')}
              </DropdownMenu.Label>
              <DropdownMenu.RadioGroup
                value={chosen}
                onValueChange={(name) => choose({ profile: name })}
              >
                {profiles.map(({ name, description, problem }) => (
                  <DropdownMenu.RadioItem
                    key={name}
                    value={name}
                    disabled={problem !== undefined}
                    className={`${ROW} data-[disabled]:text-faint`}
                  >
                    <Radio />
                    <span className="min-w-0">
                      <span className="block group-data-[state=checked]:font-strong">
                        {capital(name)}
                      </span>
                      {(problem || description) && (
                        <span className="line-clamp-2 text-12 text-muted">
                          {problem?.message ?? description}
                        </span>
                      )}
                    </span>
                  </DropdownMenu.RadioItem>
                ))}
              </DropdownMenu.RadioGroup>
              <DropdownMenu.Item className={ROW} onSelect={() => openPage('settings/profiles')}>
                <span className="ps-6 text-muted">{t('header.profiles')}</span>
              </DropdownMenu.Item>
              <DropdownMenu.Separator className="my-1 border-border border-t" />
              <DropdownMenu.Label className="px-2 pt-1 pb-1 font-strong text-11 text-muted">
                {t('mode.label')}
              </DropdownMenu.Label>
            </>
          )}
          <DropdownMenu.RadioGroup
            value={mode}
            onValueChange={(value) => choose({ mode: value as Mode })}
          >
            {MODES.map((value) => (
              <DropdownMenu.RadioItem key={value} value={value} className={ROW}>
                <Radio />
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

function Radio() {
  return (
    <span
      aria-hidden
      className="mt-0.5 size-4 flex-none rounded-full border border-border-strong bg-surface group-data-[state=checked]:border-[5px] group-data-[state=checked]:border-primary"
    />
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
