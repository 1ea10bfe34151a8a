import {
  CircleCheck,
  CircleHelp,
  CircleX,
  Cloud,
  Ellipsis,
  HardDrive,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { duration, modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { hostOf } from '@/components/keys/recognise';
import { type Tested, TestLines } from '@/components/keys/TestLines';
import { Ring, Status } from '@/components/Status';
import type { Error as Failure } from '@/generated/Error';
import type { LocalServer } from '@/generated/LocalServer';
import type { ProviderSummary } from '@/generated/ProviderSummary';
import { useBackend } from '@/session/context';
import { configure, failureOf, modelValues } from '@/session/settings';
import { AskNow } from './Ask';
import { Refusal } from './parts';
import { useSetting } from './useSetting';

const ITEM =
  'flex h-8 items-center rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2';

type ShellProps = {
  id: string;
  icon: LucideIcon;
  title: string;
  detail: string;
  goes: string;
  status: ReactNode;
  buttons: ReactNode;
  children?: ReactNode;
};

/** Drawing, name, where text goes, state, what can be done. */
function Frame({ id, icon, title, detail, goes, status, buttons, children }: ShellProps) {
  return (
    <div data-provider={id} className="px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex size-8 flex-none items-center justify-center rounded-2 border border-border bg-sunken text-muted">
          <Icon of={icon} />
        </span>
        <div className="min-w-50 flex-1">
          <p className="font-strong">{title}</p>
          <p className="line-clamp-2 text-12 text-muted [overflow-wrap:anywhere]">{detail}</p>
          <p className="text-12 text-muted">{goes}</p>
        </div>
        <span className="flex-none">{status}</span>
        <span className="flex flex-wrap items-center gap-2">{buttons}</span>
      </div>
      {children && <div className="ms-11 mt-2 max-wide:ms-0">{children}</div>}
    </div>
  );
}

/** What the last test said, in two words. */
function Verdict({ tested }: { tested: Tested | null }) {
  const { t } = useTranslation();
  if (!tested)
    return <Status tone="quiet" icon={CircleHelp} word={t('settings.models.untested')} />;
  if (tested.key?.works === false)
    return <Status tone="bad" icon={CircleX} word={t('settings.models.rejected')} />;
  if (tested.reach?.works === false || tested.answer?.works === false)
    return <Status tone="bad" icon={TriangleAlert} word={t('settings.models.notWorking')} />;
  const { answer } = tested;
  return (
    <Status
      tone="ok"
      icon={CircleCheck}
      word={t('settings.models.working')}
      extra={answer ? duration(answer.ms) : undefined}
    />
  );
}

/** A server that answered on this computer. */
export function ServerRow({ server }: { server: LocalServer }) {
  const { t } = useTranslation();
  const backend = useBackend();
  const setting = useSetting('model');
  const [testing, setTesting] = useState<string | null>(null);
  const { models } = server;
  const first = models[0];
  const used = models.some((model) => model === setting.value);
  return (
    <Frame
      id={server.provider}
      icon={HardDrive}
      title={server.title}
      detail={`${hostOf(server.base)} · ${t('settings.models.count', { count: models.length })}${models.length > 0 ? ` · ${models.map(modelName).join(', ')}` : ''}`}
      goes={t('settings.models.goesLocal')}
      status={<Status tone="ok" icon={CircleCheck} word={t('settings.models.working')} />}
      buttons={
        <>
          {first && (
            <Button
              aria-label={
                testing ? undefined : t('settings.models.testName', { name: server.title })
              }
              aria-expanded={testing !== null}
              onClick={() => setTesting(testing ? null : used ? String(setting.value) : first)}
            >
              {t(testing ? 'settings.models.hide' : 'settings.models.test')}
            </Button>
          )}
          {first && !used && (
            <Button off={setting.off} onClick={() => void configure(backend, modelValues(first))}>
              {t('settings.models.use', { model: modelName(first) })}
            </Button>
          )}
          {used && <span className="text-12 text-muted">{t('settings.models.used')}</span>}
        </>
      }
    >
      {testing && <TestLines model={testing} base={server.base} />}
    </Frame>
  );
}

type ProviderProps = {
  provider: ProviderSummary;
  onReplace: () => void;
  onChanged: () => void;
  onModels: (names: readonly string[]) => void;
};

/** A provider with a key. */
export function ProviderRow({ provider, onReplace, onChanged, onModels }: ProviderProps) {
  const { t } = useTranslation();
  const backend = useBackend();
  const chosen = useSetting('model');
  const base = useSetting('api_base');
  // What is tested stays the same while the choice changes: each call may cost.
  const [testing, setTesting] = useState<{ model: string; base: string | undefined } | null>(null);
  const [removing, setRemoving] = useState(false);
  const [tested, setTested] = useState<Tested | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [list, setList] = useState<readonly string[] | 'asking' | null>(null);
  const { name, title, key_name, key_place, key_end, local } = provider;
  // The address that was set is that of the chosen model's provider.
  const mine = typeof chosen.value === 'string' && chosen.value.startsWith(`${name}/`);
  const given = mine && typeof base.value === 'string' && base.value ? base.value : undefined;
  const model = mine ? (chosen.value as string) : provider.model;
  const fromOutside = key_place !== undefined && /^[A-Z][A-Z0-9_]+$/.test(key_place);
  const place = fromOutside
    ? t('settings.models.inEnvironment', { place: key_place })
    : key_place === 'keychain'
      ? t('settings.models.inKeychain')
      : t('settings.models.inPlace', { place: key_place ?? '' });
  const remove = () => {
    if (!key_name) return;
    backend
      .submit({ op: 'set_secret', name: key_name })
      .then(onChanged, (thrown) => setFailure(failureOf(thrown)));
  };
  const ask = () => {
    setList('asking');
    backend.query({ query: 'provider_models', provider: name, ...(given && { base: given }) }).then(
      ({ models }) => {
        setList(models);
        setFailure(null);
        onModels(models);
      },
      (thrown) => {
        setList(null);
        setFailure(failureOf(thrown));
      },
    );
  };
  const address = given ?? provider.base;
  return (
    <Frame
      id={name}
      icon={local ? HardDrive : Cloud}
      title={title}
      detail={`${key_end ? t('settings.models.keyEnd', { end: key_end }) : t('settings.models.keySet')}, ${place}`}
      goes={
        local
          ? t('settings.models.goesLocal')
          : address
            ? t('settings.models.goesTo', { host: hostOf(address) })
            : t('settings.models.goesToGiven')
      }
      status={<Verdict tested={tested} />}
      buttons={
        <>
          <Button
            data-action="test"
            aria-label={testing ? undefined : t('settings.models.testName', { name: title })}
            aria-expanded={testing !== null}
            off={model ? undefined : t('settings.models.otherLabel')}
            onClick={() => setTesting(testing || !model ? null : { model, base: given })}
          >
            {t(testing ? 'settings.models.hide' : 'settings.models.test')}
          </Button>
          {tested?.key?.works === false && key_name && !fromOutside && (
            <Button onClick={onReplace}>{t('settings.models.replace')}</Button>
          )}
          <DropdownMenu.Root modal={false}>
            <DropdownMenu.Trigger asChild>
              <IconButton
                icon={Ellipsis}
                data-action="more"
                name={t('settings.models.more', { name: title })}
              />
            </DropdownMenu.Trigger>
            <DropdownMenu.Portal>
              <DropdownMenu.Content
                align="end"
                sideOffset={4}
                // The page behind closes with Escape too; this one goes first, alone.
                onEscapeKeyDown={(event) => event.stopPropagation()}
                className="z-30 min-w-40 rounded-3 border border-border-strong bg-raised p-1"
              >
                <DropdownMenu.Item className={ITEM} data-action="list" onSelect={ask}>
                  {t('settings.models.list')}
                </DropdownMenu.Item>
                {key_name && !fromOutside && (
                  <>
                    <DropdownMenu.Item className={ITEM} data-action="replace" onSelect={onReplace}>
                      {t('settings.models.replace')}
                    </DropdownMenu.Item>
                    <DropdownMenu.Item
                      className={`${ITEM} text-danger`}
                      data-action="remove-key"
                      onSelect={() => setRemoving(true)}
                    >
                      {t('settings.models.removeKey')}
                    </DropdownMenu.Item>
                  </>
                )}
              </DropdownMenu.Content>
            </DropdownMenu.Portal>
          </DropdownMenu.Root>
          <AskNow
            open={removing}
            onClose={() => setRemoving(false)}
            title={t('settings.models.removeKeyTitle', { provider: title })}
            why={t('settings.models.removeKeyWhy')}
            action={t('settings.models.removeKey')}
            keep={t('settings.models.keep')}
            onDo={remove}
          />
        </>
      }
    >
      {(testing || list || failure) && (
        <div className="flex flex-col gap-2">
          {testing && <TestLines {...testing} onResult={(lines) => setTested(lines)} />}
          {list === 'asking' && (
            <p className="flex items-center gap-2 text-muted">
              <Ring /> {t('settings.models.listing')}
            </p>
          )}
          {Array.isArray(list) && (
            <ul
              aria-label={t('settings.models.list')}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
              tabIndex={0}
              className="max-h-60 overflow-y-auto rounded-2 border border-border bg-bg p-1"
            >
              {list.map((one: string) => (
                <li key={one} className="flex items-center gap-2 ps-2">
                  <span className="min-w-0 flex-1 font-mono text-12 [overflow-wrap:anywhere]">
                    {one}
                  </span>
                  {one === chosen.value ? (
                    <span className="px-2 text-12 text-muted">{t('settings.models.used')}</span>
                  ) : (
                    <Button
                      look="quiet"
                      off={chosen.off}
                      onClick={() => void configure(backend, modelValues(one))}
                    >
                      {t('settings.models.use', { model: modelName(one) })}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )}
          {failure && <Refusal failure={failure} />}
        </div>
      )}
    </Frame>
  );
}
