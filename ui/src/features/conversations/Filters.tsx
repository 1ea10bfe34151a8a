import { ChevronDown, Clock, Cpu, User } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChipButton } from '@/components/Chip';
import { modelName } from '@/components/format';
import { useSession } from '@/session/context';
import { type Filters as Chosen, FLAGS, type Since, useSearch } from '@/session/history';
import { DRAWINGS } from './Facts';

const SINCE: readonly Since[] = ['any', 'day', 'week', 'month', 'year'];

/** What is listed, narrowed down: chips that are on or off, and chips that choose. */
export const Filters = memo(function Filters() {
  const { t } = useTranslation();
  const filters = useSearch((state) => state.filters);
  const conversations = useSession((state) => state.conversations);
  const profiles = useMemo(() => names(conversations, 'profile'), [conversations]);
  const models = useMemo(() => names(conversations, 'model'), [conversations]);
  const set = (some: Partial<Chosen>) =>
    useSearch.setState({ filters: { ...filters, ...some }, at: 0, match: 0 });
  const { flags, since, profile, model } = filters;
  return (
    // biome-ignore lint/a11y/useSemanticElements: chips in a bar, not fields of a form
    <div role="group" aria-label={t('history.filters')} className="flex flex-wrap gap-1.5">
      {FLAGS.map((flag) => {
        const on = flags.includes(flag);
        return (
          <ChipButton
            key={flag}
            icon={DRAWINGS[flag]}
            aria-pressed={on}
            data-filter={flag}
            className={on ? 'border-border-strong bg-selected font-strong' : ''}
            onClick={() =>
              set({ flags: on ? flags.filter((other) => other !== flag) : [...flags, flag] })
            }
          >
            {t(`history.${flag}`)}
          </ChipButton>
        );
      })}
      <Choice
        icon={Clock}
        name="since"
        label={t('history.since')}
        value={since}
        any="any"
        options={SINCE.map((one) => [one, t(`history.since_${one}`)])}
        onChange={(value) => set({ since: value as Since })}
      />
      {profiles.length > 1 && (
        <Choice
          icon={User}
          name="profile"
          label={t('history.profile')}
          value={profile ?? ''}
          any=""
          options={[
            ['', t('history.anyProfile')],
            ...profiles.map((one): [string, string] => [one, one]),
          ]}
          onChange={(value) => set({ profile: value || null })}
        />
      )}
      {models.length > 1 && (
        <Choice
          icon={Cpu}
          name="model"
          label={t('history.model')}
          value={model ?? ''}
          any=""
          options={[
            ['', t('history.anyModel')],
            ...models.map((one): [string, string] => [one, modelName(one)]),
          ]}
          onChange={(value) => set({ model: value || null })}
        />
      )}
    </div>
  );
});

type ChoiceProps = {
  icon: typeof Clock;
  name: string;
  label: string;
  value: string;
  /** The value that filters nothing. */
  any: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
};

function Choice({ icon, name, label, value, any, options, onChange }: ChoiceProps) {
  const word = options.find(([option]) => option === value)?.[1] ?? '';
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <ChipButton
          icon={icon}
          trailing={ChevronDown}
          aria-label={`${label}: ${word}`}
          data-filter={name}
          className={`max-w-44 ${value === any ? '' : 'border-border-strong bg-selected font-strong'}`}
        >
          <span className="truncate">{word}</span>
        </ChipButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-30 max-h-80 min-w-40 overflow-y-auto rounded-3 border border-border-strong bg-raised p-1"
        >
          <DropdownMenu.RadioGroup value={value} onValueChange={onChange}>
            {options.map(([option, text]) => (
              <DropdownMenu.RadioItem
                key={option}
                value={option}
                className="group flex min-h-8 items-center gap-2 rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2"
              >
                <span
                  aria-hidden
                  className="size-4 flex-none rounded-full border border-border-strong bg-surface group-data-[state=checked]:border-[5px] group-data-[state=checked]:border-primary"
                />
                <span className="group-data-[state=checked]:font-strong">{text}</span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The names that occur, in order. */
function names(
  rows: ReturnType<typeof useSession<readonly { model: string; profile: string }[] | null>>,
  key: 'model' | 'profile',
): string[] {
  return [...new Set((rows ?? []).map((row) => row[key]).filter(Boolean))].sort();
}
