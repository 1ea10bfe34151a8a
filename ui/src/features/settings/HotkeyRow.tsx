import { CircleCheck, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Key } from '@/components/Button';
import { Status } from '@/components/Status';
import { useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';
import { chordsOf } from '@/session/shortcuts';
import { Row } from './parts';
import { useSetting } from './useSetting';

type Shell = NonNullable<ReturnType<typeof useBackend>['shell']>;
type Hotkey = Awaited<ReturnType<Shell['hotkeys']>>[number];

export type Hotkeys = {
  shell: Shell | undefined;
  all: readonly Hotkey[];
  set: (action: Hotkey['action'], chord: string | null) => Promise<Hotkey>;
};

/** The hotkeys of the system, as the shell holds them. */
export function useHotkeys(): Hotkeys {
  const { shell } = useBackend();
  const [all, setAll] = useState<readonly Hotkey[]>([]);
  useEffect(() => {
    shell?.hotkeys().then(setAll, () => {});
  }, [shell]);
  const set = useCallback(
    async (action: Hotkey['action'], chord: string | null): Promise<Hotkey> => {
      const told = await (shell
        ? shell.setHotkey(action, chord).catch(
            (thrown): Hotkey => ({
              action,
              chord,
              works: false,
              problem: failureOf(thrown).message,
            }),
          )
        : { action, chord, works: false });
      setAll((before) => [...before.filter((one) => one.action !== action), told]);
      return told;
    },
    [shell],
  );
  return { shell, all, set };
}

/** Free on most systems where the first choice is taken. */
const OTHER = 'Alt+Shift+A';

type Props = {
  of: 'summon_hotkey' | 'toggle_hotkey' | 'panic_hotkey';
  action: Hotkey['action'];
  hotkeys: Hotkeys;
};

/** A chord of the whole system: what it is, whether it works, and another one. */
export function HotkeyRow({ of, action, hotkeys: { shell, all, set } }: Props) {
  const { t } = useTranslation();
  const setting = useSetting(of);
  const [recording, setRecording] = useState(false);
  const name = t(`settings.row.${of}.name`);
  const held = all.find((one) => one.action === action);
  const saved = typeof setting.value === 'string' ? setting.value : null;
  const chord = held ? held.chord : saved;
  const take = (next: string | null) => {
    setRecording(false);
    void set(action, next).then((told) => {
      // What does not work is shown, not kept.
      if (told.works || next === null) void setting.set(next);
    });
  };
  const keys = (event: KeyboardEvent) => {
    if (!recording || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (event.key === 'Escape' && plain) setRecording(false);
    else if (event.key === 'Backspace' && plain) take(null);
    else {
      const pressed = chordsOf(event.nativeEvent).at(-1);
      // A letter alone would be typed; one modifier and a letter belongs to the apps.
      if (pressed && pressed.split('+').length >= 3) take(pressed);
    }
  };
  return (
    <Row
      of={of}
      setting={setting.known ? setting : undefined}
      below={
        held &&
        !held.works &&
        held.chord && (
          <div className="flex flex-wrap items-center gap-2 rounded-2 bg-warning-soft px-3 py-2 text-12">
            <span className="min-w-50 flex-1">{held.problem}</span>
            {action === 'summon' && held.chord !== OTHER && (
              <Button onClick={() => take(OTHER)}>
                {t('settings.selection.use', { chord: OTHER.replaceAll('+', ' ') })}
              </Button>
            )}
          </div>
        )
      }
    >
      {recording ? (
        <button
          type="button"
          // biome-ignore lint/a11y/noAutofocus: the next keys are meant for it
          autoFocus
          onKeyDown={keys}
          onBlur={() => setRecording(false)}
          title={t('settings.selection.pressWhy')}
          className="h-7 rounded-2 border border-focus px-2.5"
        >
          {t('settings.selection.press')}
        </button>
      ) : (
        <>
          {(shell || action !== 'panic') && <Chord chord={chord} />}
          {held?.chord && (
            <Status
              tone={held.works ? 'ok' : 'warn'}
              icon={held.works ? CircleCheck : TriangleAlert}
              word={t(held.works ? 'settings.selection.works' : 'settings.selection.taken')}
            />
          )}
          {action !== 'panic' && (
            <Button
              aria-label={t('settings.selection.changeName', { name })}
              off={shell ? setting.off : t('settings.needsApp')}
              onClick={() => setRecording(true)}
            >
              {t('settings.selection.change')}
            </Button>
          )}
        </>
      )}
    </Row>
  );
}

/** Keys as they are drawn, and in words for who cannot see them. */
export function Chord({ chord }: { chord: string | null }) {
  const { t } = useTranslation();
  if (!chord) return <span className="text-muted">{t('settings.selection.noChord')}</span>;
  return (
    <span className="flex items-center gap-1">
      <span className="sr-only">{chord}</span>
      {chord.split('+').map((part) => (
        <Key key={part}>{part}</Key>
      ))}
    </span>
  );
}
