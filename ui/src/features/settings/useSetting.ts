import { useTranslation } from 'react-i18next';
import type { Error as Failure } from '@/generated/Error';
import type { SettingValue } from '@/generated/SettingValue';
import { useBackend } from '@/session/context';
import { configure, isFixed, isOwn, reset, useSettingsState } from '@/session/settings';

export type Setting = {
  key: string;
  value: unknown;
  /** Where it comes from; absent: the engine does not know this setting. */
  known: SettingValue | undefined;
  /** Why it cannot be changed here. */
  off: string | undefined;
  /** It was set here, and can go back to what is below. */
  own: boolean;
  refused: Failure | undefined;
  set: (value: unknown) => Promise<boolean>;
  reset: () => Promise<boolean>;
};

/** One setting: its value, where it comes from, and how it is changed. */
export function useSetting(key: string): Setting {
  const { t } = useTranslation();
  const backend = useBackend();
  const known = useSettingsState((state) => state.values[key]);
  const refused = useSettingsState((state) => state.refused[key]);
  const off =
    known && isFixed(known)
      ? known.origin === 'environment'
        ? t('settings.fixed.environment', {
            place: known.place ?? `INTERPRETER_${key.toUpperCase()}`,
          })
        : t('settings.fixed.command_line')
      : undefined;
  return {
    key,
    value: known?.value,
    known,
    off,
    own: isOwn(known),
    refused,
    set: (value) => configure(backend, { [key]: value }),
    reset: () => reset(backend, key),
  };
}
