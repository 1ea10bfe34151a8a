import {
  Check,
  CircleCheck,
  HardDrive,
  KeyRound,
  Monitor,
  Terminal,
  TriangleAlert,
} from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Select } from '@/components/Field';
import { modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { KeyForm, useKeySaving } from '@/components/keys/KeyForm';
import { Ring, Status } from '@/components/Status';
import type { LocalServer } from '@/generated/LocalServer';
import type { Mode } from '@/generated/Mode';
import type { ProviderSummary } from '@/generated/ProviderSummary';
import { useActions, useBackend } from '@/session/context';
import { closePage } from '@/session/pages';
import { configure, forgetLast, modelValues, useSettingsState } from '@/session/settings';
import { Card, Frame, Onward } from './parts';
import { after, go, type Step, useProgress, type Where } from './progress';

/** What the steps are told by the engine. */
type Known = {
  servers: readonly LocalServer[] | null;
  providers: readonly ProviderSummary[];
  look: () => void;
};

function useKnown(): Known {
  const backend = useBackend();
  const [servers, setServers] = useState<readonly LocalServer[] | null>(null);
  const [providers, setProviders] = useState<readonly ProviderSummary[]>([]);
  const look = useCallback(() => {
    setServers(null);
    backend.query({ query: 'local_servers' }).then(
      (answer) => setServers(answer.servers),
      () => setServers([]),
    );
  }, [backend]);
  useEffect(() => {
    look();
    backend.query({ query: 'providers' }).then(
      (answer) => setProviders(answer.providers),
      () => {
        // The keys can be entered in the settings.
      },
    );
  }, [backend, look]);
  return { servers, providers, look };
}

/** The first run: four questions, each of which can be skipped. */
export default function Start() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { refreshModels } = useActions();
  const { step, where: chosen } = useProgress();
  const known = useKnown();
  const where = chosen ?? ((known.servers?.length ?? 0) > 0 ? 'local' : 'key');

  const end = useCallback(() => {
    void configure(backend, { first_run: false }).then(forgetLast);
    void refreshModels();
    go({ step: 'where' });
    closePage();
  }, [backend, refreshModels]);
  const onward = (from: Step) => {
    const next = after(from, where);
    if (next) go({ step: next });
    else end();
  };
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) closePage();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);
  const root = useRef<HTMLElement>(null);
  const seen = useRef<Step | null>(null);
  useEffect(() => {
    // The key step has the focus where the key goes; the others at their first words.
    if (seen.current !== step && step !== 'key')
      root.current?.querySelector<HTMLElement>('[data-heading]')?.focus();
    seen.current = step;
  }, [step]);
  return (
    <main
      ref={root}
      aria-label={t('start.label')}
      className="flex h-full overflow-y-auto bg-sunken p-4"
    >
      {step === 'where' && <WhereStep {...{ known, where, end }} onDone={() => onward('where')} />}
      {step === 'key' && <KeyStep {...{ known, where }} onDone={() => onward('key')} />}
      {step === 'may' && <MayStep {...{ where, end }} onDone={() => onward('may')} />}
      {step === 'try' && <TryStep {...{ where, end }} />}
    </main>
  );
}

type WhereProps = { known: Known; where: Where; end: () => void; onDone: () => void };

function WhereStep({ known: { servers, providers, look }, where, end, onDone }: WhereProps) {
  const { t } = useTranslation();
  const backend = useBackend();
  const group = useId();
  const picked = useProgress((progress) => progress.model);
  const models = servers?.flatMap((server) => server.models) ?? [];
  const model = picked && models.includes(picked) ? picked : models[0];
  const server = servers?.find((one) => model !== undefined && one.models.includes(model));
  const withKeys = providers.filter(({ key_name }) => key_name !== undefined).length;
  const next = () => {
    go({ where });
    if (where === 'local' && model) void configure(backend, modelValues(model)).then(onDone);
    else onDone();
  };
  const why =
    servers === null
      ? t('start.where.looking')
      : servers.length === 0
        ? t('start.where.nothing')
        : servers
            .map(({ title, models: own }) => t('start.where.answers', { title, count: own.length }))
            .join(' ');
  return (
    <Frame
      step="where"
      where={where}
      out={
        <Button big look="quiet" data-action="skip" className="-ms-3" onClick={end}>
          {t('start.skip')}
        </Button>
      }
      primary={
        <Onward
          off={where === 'local' && !model ? t('start.where.nothing') : undefined}
          onClick={next}
        >
          {where === 'local' && server
            ? t('start.continueWith', { name: server.title })
            : t('start.continue')}
        </Onward>
      }
    >
      <fieldset aria-label={t('start.where.title')} className="flex flex-col gap-2">
        <Card
          group={group}
          value="local"
          chosen={where === 'local'}
          title={t('start.where.local')}
          why={why}
          aside={
            servers === null ? (
              <Ring />
            ) : servers.length > 0 ? (
              <Status
                tone="ok"
                icon={CircleCheck}
                word={t('start.where.found', {
                  names: servers.map(({ title }) => title).join(', '),
                })}
              />
            ) : undefined
          }
          goes={{ icon: HardDrive, text: t('start.where.localGoes') }}
          onChoose={() => go({ where: 'local' })}
        >
          {servers?.length === 0 ? (
            <Button onClick={look}>{t('start.where.again')}</Button>
          ) : models.length > 1 && where === 'local' ? (
            <Select
              name={t('start.where.model')}
              value={model ?? ''}
              onChange={(name) => go({ model: name })}
              className="w-64"
            >
              {models.map((name) => (
                <option key={name} value={name}>
                  {modelName(name)}
                </option>
              ))}
            </Select>
          ) : undefined}
        </Card>
        <Card
          group={group}
          value="key"
          chosen={where === 'key'}
          title={t('start.where.key')}
          why={t('start.where.keyWhy')}
          aside={
            withKeys > 0 && (
              <span className="text-12 text-muted">
                {t('start.where.providers', { count: withKeys })}
              </span>
            )
          }
          goes={{ icon: KeyRound, text: t('start.where.keyGoes') }}
          onChoose={() => go({ where: 'key' })}
        />
        <Card
          group={group}
          value="later"
          chosen={where === 'later'}
          title={t('start.where.later')}
          why={t('start.where.laterWhy')}
          goes={{ icon: HardDrive, text: t('start.where.laterGoes') }}
          onChoose={() => go({ where: 'later' })}
        />
      </fieldset>
    </Frame>
  );
}

type KeyProps = { known: Known; where: Where; onDone: () => void };

function KeyStep({ known: { providers }, where, onDone }: KeyProps) {
  const { t } = useTranslation();
  const backend = useBackend();
  const draft = useProgress((progress) => progress.draft);
  const { failure, save } = useKeySaving();
  const ready = draft.provider !== null && draft.secret.trim() !== '';
  const outside = providers.filter(
    ({ key_place, model }) => /^[A-Z][A-Z0-9_]+$/.test(key_place ?? '') && model !== undefined,
  );
  const next = () =>
    void save(draft, true).then((done) => {
      if (done) onDone();
    });
  return (
    <Frame
      step="key"
      where={where}
      other={
        <Button big look="quiet" data-action="without" onClick={onDone}>
          {t('start.key.without')}
        </Button>
      }
      primary={
        <Onward off={ready ? undefined : t('settings.key.placeholder')} onClick={next}>
          {t('start.continue')}
        </Onward>
      }
    >
      <KeyForm providers={providers} draft={draft} onDraft={(next) => go({ draft: next })} />
      {outside.map(({ name, key_place, model }) => (
        <p key={name} className="mt-2 flex flex-wrap items-center gap-2 text-12 text-muted">
          <Icon of={Terminal} size={14} />
          <span className="flex-1">{t('settings.key.environment', { name: key_place })}</span>
          <Button onClick={() => void configure(backend, modelValues(model ?? null)).then(onDone)}>
            {t('start.key.use')}
          </Button>
        </p>
      ))}
      {failure && (
        <p role="alert" className="mt-2 text-12">
          <span className="font-strong">{failure.message}</span> {failure.remedy}
        </p>
      )}
    </Frame>
  );
}

/** Full access is not among them: it lies in the settings, behind a typed word. */
const MODES: readonly Mode[] = ['ask_every_time', 'ask_before_changes', 'chat_only'];

function MayStep({ where, end, onDone }: { where: Where; end: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const backend = useBackend();
  const group = useId();
  const saved = useSettingsState((state) => state.values.mode?.value);
  const [mode, setMode] = useState<Mode>(
    MODES.find((known) => known === saved) ?? 'ask_every_time',
  );
  const keep = async () => {
    if (mode !== saved) await configure(backend, { mode });
  };
  return (
    <Frame
      step="may"
      where={where}
      other={
        <Button big look="quiet" data-action="now" onClick={() => void keep().then(end)}>
          {t('start.now')}
        </Button>
      }
      primary={<Onward onClick={() => void keep().then(onDone)}>{t('start.continue')}</Onward>}
    >
      <fieldset aria-label={t('start.may.title')} className="flex flex-col gap-2">
        {MODES.map((one) => (
          <Card
            key={one}
            group={group}
            value={one}
            chosen={mode === one}
            title={t(`mode.${one}`)}
            why={t(`mode.${one}Why`)}
            aside={
              one === 'ask_every_time' && (
                <span className="text-12 text-muted">{t('start.may.default')}</span>
              )
            }
            onChoose={() => setMode(one)}
          />
        ))}
      </fieldset>
      <p className="mt-3 flex items-start gap-2 text-12 text-muted">
        <Icon of={Monitor} size={14} className="mt-px" />
        {t('start.may.screen')}
      </p>
    </Frame>
  );
}

/** Free on most systems where the first choice is taken. */
const OTHER = 'Alt+Shift+A';

function TryStep({ where, end }: { where: Where; end: () => void }) {
  const { t } = useTranslation();
  const backend = useBackend();
  const { shell } = backend;
  const saved = useSettingsState((state) => state.values.summon_hotkey?.value);
  const [pressed, setPressed] = useState(false);
  const [held, setHeld] = useState<{ chord: string | null; works: boolean; problem?: string }>({
    chord: typeof saved === 'string' ? saved : 'Ctrl+Shift+Space',
    works: true,
  });
  useEffect(() => {
    if (!shell) return;
    shell.hotkeys().then(
      (all) => {
        const summon = all.find(({ action }) => action === 'summon');
        if (summon) setHeld(summon);
      },
      () => {},
    );
    return shell.onEvent(({ event }) => {
      if (event === 'summoned') setPressed(true);
    });
  }, [shell]);
  const use = (chord: string) =>
    void shell?.setHotkey('summon', chord).then(
      (told) => {
        setHeld(told);
        if (told.works) void configure(backend, { summon_hotkey: chord });
      },
      () => {},
    );
  const chord = held.chord ?? '';
  return (
    <Frame
      step="try"
      where={where}
      primary={
        <Button big look="primary" icon={Check} data-action="finish" onClick={end}>
          {t('start.finish')}
        </Button>
      }
    >
      <p className="select-text rounded-3 border border-border bg-surface p-4 text-14">
        {t('start.try.sample')}
      </p>
      <p className="my-4 flex justify-center gap-2">
        <span className="sr-only">{chord}</span>
        {chord
          .split('+')
          .filter(Boolean)
          .map((part) => (
            <kbd
              key={part}
              aria-hidden
              className="rounded-2 border border-border-strong border-b-2 bg-surface px-3 py-1 font-sans font-strong text-14"
            >
              {part}
            </kbd>
          ))}
      </p>
      {!shell ? (
        <Note title={t('start.try.browser')} why={t('start.try.browserWhy')} />
      ) : held.works ? (
        <p role="status" className="flex justify-center">
          {pressed ? (
            <Status tone="ok" icon={CircleCheck} word={t('start.try.works')} />
          ) : (
            <span className="text-muted">{t('start.try.waiting')}</span>
          )}
        </p>
      ) : (
        <Note
          title={t('start.try.problem', { chord: chord.replaceAll('+', ' ') })}
          why={held.problem ?? ''}
        >
          {chord !== OTHER && (
            <Button onClick={() => use(OTHER)}>
              {t('settings.selection.use', { chord: OTHER.replaceAll('+', ' ') })}
            </Button>
          )}
        </Note>
      )}
    </Frame>
  );
}

function Note({ title, why, children }: { title: string; why: string; children?: ReactNode }) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-3 rounded-3 border border-warning bg-surface px-3 py-2"
    >
      <Icon of={TriangleAlert} size={14} className="text-warning" />
      <p className="min-w-40 flex-1">
        <span className="block font-strong">{title}</span>
        <span className="block text-12 text-muted">{why}</span>
      </p>
      {children}
    </div>
  );
}
