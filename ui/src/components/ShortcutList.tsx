import { RotateCcw, Search, TriangleAlert, X } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBackend } from '@/session/context';
import { configure, useSettingsState } from '@/session/settings';
import {
  ACTIONS,
  type Action,
  type ActionId,
  type Bindings,
  bindings,
  CARD_KEYS,
  type Conflict,
  changes,
  chordsOf,
  chordText,
  conflict,
  defaultChord,
  GROUPS,
  useBindings,
  useSingleKeys,
} from '@/session/shortcuts';
import { Button, IconButton } from './Button';
import { Icon } from './Icon';

/** Every action with its keys: to look up, and where `rebind` is set, to change. */
export function ShortcutList({ rebind = false }: { rebind?: boolean }) {
  const { t } = useTranslation();
  const bound = useBindings();
  const backend = useBackend();
  const single = useSingleKeys();
  const [text, setText] = useState('');
  const [listening, setListening] = useState<ActionId | null>(null);
  const id = useId();
  const wanted = text.trim().toLowerCase();
  const fits = ({ id: name }: Action) => {
    const chord = bound[name];
    return (
      t(`palette.${name}`).toLowerCase().includes(wanted) ||
      (chord !== null &&
        (chord.toLowerCase().includes(wanted) || chordText(chord).toLowerCase().includes(wanted)))
    );
  };
  const all: readonly Action[] = ACTIONS;
  const save = (next: Bindings) => configure(backend, { shortcuts: changes(next) });
  const own = Object.keys(changes(bound)).length > 0;
  const groups = GROUPS.map((group) => ({
    group,
    // To look up, only what has keys; the palette knows the rest.
    rows: all.filter(
      (action) => action.group === group && fits(action) && (rebind || bound[action.id] !== null),
    ),
  })).filter(({ rows }) => rows.length > 0);
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-40 flex-1">
          <Icon
            of={Search}
            size={14}
            className="pointer-events-none absolute inset-y-0 start-2 my-auto text-muted"
          />
          <input
            type="search"
            aria-label={t('palette.shortcutSearch')}
            placeholder={t('palette.shortcutSearch')}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="h-7 w-full rounded-2 border border-border-strong bg-surface ps-7 pe-2 focus-visible:border-focus focus-visible:-outline-offset-2"
          />
        </div>
        {rebind && (
          <Button
            icon={RotateCcw}
            off={own ? undefined : t('palette.nothingOwn')}
            data-action="reset-all"
            onClick={() => save(bindings({}))}
          >
            {t('palette.resetAll')}
          </Button>
        )}
      </div>
      {groups.length === 0 && <p className="text-muted">{t('palette.shortcutNone')}</p>}
      {groups.map(({ group, rows }) => (
        <section key={group} aria-labelledby={`${id}${group}`}>
          <h3 id={`${id}${group}`} className="pb-1 font-strong text-12 text-muted">
            {t(`palette.group_${group}`)}
          </h3>
          <ul className="rounded-3 border border-border bg-surface">
            {rows.map((action) => (
              <Line
                key={action.id}
                action={action}
                bound={bound}
                rebind={rebind}
                listening={listening === action.id}
                onListen={(on) => setListening(on ? action.id : null)}
                onSave={save}
              />
            ))}
            {group === 'card' &&
              (Object.keys(CARD_KEYS) as (keyof typeof CARD_KEYS)[]).map((key) => (
                <li
                  key={key}
                  className="flex min-h-9 items-center gap-2 border-border px-3 not-first:border-t"
                >
                  <span className="flex-1">{t(`palette.card_${key}`)}</span>
                  {single ? (
                    <Keys chord={CARD_KEYS[key]} />
                  ) : (
                    <span className="text-12 text-muted">{t('palette.off')}</span>
                  )}
                </li>
              ))}
          </ul>
          {group === 'card' && (
            <label className="mt-2 flex items-center gap-2">
              <input
                type="checkbox"
                checked={single}
                onChange={(event) => configure(backend, { single_keys: event.target.checked })}
                className="size-4 flex-none accent-primary"
              />
              {t('palette.single')}
            </label>
          )}
        </section>
      ))}
    </div>
  );
}

type LineProps = {
  action: Action;
  bound: Bindings;
  rebind: boolean;
  listening: boolean;
  onListen: (on: boolean) => void;
  onSave: (next: Bindings) => Promise<boolean>;
};

function Line({ action, bound, rebind, listening, onListen, onSave }: LineProps) {
  const { t } = useTranslation();
  const { id } = action;
  const name = t(`palette.${id}`);
  const chord = bound[id];
  const [asked, setAsked] = useState<{ chord: string; conflict: Conflict } | null>(null);
  const settings = useSettingsState((state) => state.values);
  const global = useMemo(
    () => [settings.summon_hotkey?.value, settings.toggle_hotkey?.value],
    [settings],
  );
  const button = useRef<HTMLButtonElement>(null);
  const take = async (wanted: string, from?: ActionId) => {
    setAsked(null);
    onListen(false);
    await onSave({ ...bound, ...(from && { [from]: null }), [id]: wanted });
    button.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (!listening) return;
    if (event.key === 'Tab' && !event.ctrlKey && !event.altKey && !event.metaKey) {
      onListen(false);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      onListen(false);
      setAsked(null);
      return;
    }
    // The first is how the keys read on this keyboard.
    const [pressed] = chordsOf(event.nativeEvent);
    if (!pressed) return;
    const against = conflict(id, pressed, bound, global);
    if (against) {
      setAsked({ chord: pressed, conflict: against });
      onListen(false);
    } else void take(pressed);
  };
  return (
    <li data-shortcut={id} className="border-border px-3 py-1 not-first:border-t">
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1">{name}</span>
        {!rebind ? (
          chord ? (
            <Keys chord={chord} />
          ) : (
            <span className="text-12 text-muted">{t('palette.unset')}</span>
          )
        ) : (
          <>
            {chord !== defaultChord(id) && (
              <IconButton
                small
                icon={RotateCcw}
                name={t('palette.reset', { name })}
                data-action="reset"
                onClick={() => {
                  const wanted = defaultChord(id);
                  const against = wanted ? conflict(id, wanted, bound) : null;
                  if (wanted && against) setAsked({ chord: wanted, conflict: against });
                  else void onSave({ ...bound, [id]: wanted });
                }}
              />
            )}
            {chord !== null && !listening && (
              <IconButton
                small
                icon={X}
                name={t('palette.clear', { name })}
                data-action="clear"
                onClick={() => onSave({ ...bound, [id]: null })}
              />
            )}
            <button
              ref={button}
              type="button"
              data-action="bind"
              aria-label={t('palette.bind', {
                name,
                chord: chord ? chordText(chord) : t('palette.unset'),
              })}
              aria-pressed={listening}
              onClick={() => {
                setAsked(null);
                onListen(!listening);
              }}
              onBlur={() => listening && onListen(false)}
              onKeyDown={keys}
              className="flex h-7 min-w-24 flex-none items-center justify-center rounded-2 border border-border-strong bg-surface px-2 transition-colors duration-(--d-1) hover:bg-hover aria-pressed:border-focus aria-pressed:bg-accent-soft"
            >
              {listening ? (
                <span className="text-12">{t('palette.press')}</span>
              ) : chord ? (
                <Keys chord={chord} />
              ) : (
                <span className="text-12 text-muted">{t('palette.unset')}</span>
              )}
            </button>
          </>
        )}
      </div>
      {asked && (
        <div role="alert" className="flex flex-wrap items-center gap-2 pb-1 text-12">
          <Icon of={TriangleAlert} size={14} className="text-warning" />
          <span className="flex-1">
            {asked.conflict.why === 'action'
              ? t('palette.conflict_action', {
                  chord: chordText(asked.chord),
                  name: t(`palette.${asked.conflict.action}`),
                })
              : t(`palette.conflict_${asked.conflict.why}`, { chord: chordText(asked.chord) })}
          </span>
          {asked.conflict.why === 'action' && (
            <Button
              data-action="take-over"
              onClick={() => {
                const { conflict: against } = asked;
                if (against.why === 'action') void take(asked.chord, against.action);
              }}
            >
              {t('palette.takeOver')}
            </Button>
          )}
          <Button look="quiet" onClick={() => setAsked(null)}>
            {t('palette.leave')}
          </Button>
        </div>
      )}
    </li>
  );
}

/** A chord, drawn as keys and read as words. */
export function Keys({ chord }: { chord: string }) {
  return (
    <kbd className="flex-none rounded-[3px] border border-border px-1.5 font-sans text-11 text-muted">
      {chordText(chord)}
    </kbd>
  );
}
