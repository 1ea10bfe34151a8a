import { Cloud, HardDrive, KeyRound, X } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Error as Failure } from '@/generated/Error';
import type { ProviderSummary } from '@/generated/ProviderSummary';
import { useBackend } from '@/session/context';
import { configure, failureOf, modelValues } from '@/session/settings';
import { Button, IconButton } from '../Button';
import { FIELD, Select } from '../Field';
import { modelName } from '../format';
import { Icon } from '../Icon';
import { hostOf, masked, recognise } from './recognise';
import { TestLines } from './TestLines';

/** A key being entered: what it is, whose, and what to begin with. */
export type KeyDraft = {
  secret: string;
  /** It is whole: shown only in part from now on. */
  whole: boolean;
  provider: ProviderSummary | null;
  model: string;
  base: string;
};

export const NO_KEY: KeyDraft = { secret: '', whole: false, provider: null, model: '', base: '' };

/** The model as it is named everywhere. */
export function draftModel({ provider, model }: KeyDraft): string {
  if (model.trim()) {
    const text = model.trim();
    return provider && !text.includes('/') ? `${provider.name}/${text}` : text;
  }
  return provider?.model ?? '';
}

/** What is tested: without a name of a model, the engine takes one of the provider's. */
const testModel = (draft: KeyDraft): string => draftModel(draft) || (draft.provider?.name ?? '');

type Props = {
  providers: readonly ProviderSummary[];
  draft: KeyDraft;
  onDraft: (draft: KeyDraft) => void;
  /** Only for this provider. */
  fixed?: ProviderSummary | undefined;
};

/** One field for a key, and what it was recognised as; then the test of it. */
export function KeyForm({ providers, draft, onDraft, fixed }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [testing, setTesting] = useState<{ count: number; draft: KeyDraft } | null>(null);
  const withKeys = providers.filter(({ key_name }) => key_name !== undefined);
  const { secret, whole, provider } = draft;

  const take = (text: string, isWhole: boolean) => {
    const key = isWhole ? text.trim() : text;
    const found = fixed ?? recognise(key.trim(), withKeys) ?? draft.provider;
    onDraft({ ...draft, secret: key, whole: isWhole && key !== '', provider: found });
    setTesting(null);
  };
  const clear = () => {
    onDraft({ ...draft, secret: '', whole: false, provider: fixed ?? null });
    setTesting(null);
  };
  const why = !secret
    ? t('settings.key.kept')
    : provider
      ? t('settings.key.recognised', { provider: provider.title })
      : t('settings.key.unknown');
  const goes = draft.base.trim() || provider?.base;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <div className="flex h-8 min-w-60 flex-1 items-center gap-2 rounded-2 border border-border-strong bg-surface ps-2.5 pe-1 focus-within:border-focus">
          <Icon of={KeyRound} size={14} className="text-muted" />
          <input
            // biome-ignore lint/a11y/noAutofocus: the one thing to do here
            autoFocus
            data-field="key"
            aria-label={t('settings.key.field')}
            aria-describedby={`${id}why`}
            type={whole ? 'text' : 'password'}
            readOnly={whole}
            autoComplete="off"
            spellCheck={false}
            placeholder={t('settings.key.placeholder')}
            value={whole ? masked(secret, provider) : secret}
            onChange={(event) => !whole && take(event.target.value, false)}
            onPaste={(event) => {
              event.preventDefault();
              take(event.clipboardData.getData('text'), true);
            }}
            onBlur={() => !whole && secret.trim() !== '' && take(secret, true)}
            onKeyDown={(event) => {
              if (whole && (event.key === 'Backspace' || event.key === 'Delete')) clear();
            }}
            className="h-full min-w-0 flex-1 bg-transparent font-mono text-12 outline-none"
          />
          {secret && <IconButton small icon={X} name={t('settings.key.clear')} onClick={clear} />}
          {fixed ? (
            <span className="flex-none rounded-1 bg-sunken px-2 text-12">{fixed.title}</span>
          ) : (
            <Select
              chip
              name={t('settings.key.provider')}
              value={provider?.name ?? ''}
              onChange={(name) => {
                onDraft({
                  ...draft,
                  model: '',
                  provider: withKeys.find((one) => one.name === name) ?? null,
                });
                setTesting(null);
              }}
              className="max-w-44 flex-none"
            >
              <option value="">{t('settings.key.choose')}</option>
              {withKeys.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.title}
                </option>
              ))}
            </Select>
          )}
        </div>
        <Button
          big
          data-action="test-key"
          off={provider ? undefined : t('settings.key.choose')}
          onClick={() => setTesting({ count: (testing?.count ?? 0) + 1, draft })}
        >
          {t('settings.key.test')}
        </Button>
      </div>
      <p id={`${id}why`} className="text-12 text-muted">
        {why}
        {provider?.key_page && (
          <>
            {' '}
            <a
              href={provider.key_page}
              target="_blank"
              rel="noreferrer"
              className="text-accent underline underline-offset-2"
            >
              {t('settings.key.where')}
            </a>
          </>
        )}
      </p>
      {provider && (
        <p className="flex items-center gap-1.5 text-12 text-muted">
          <Icon of={provider.local ? HardDrive : Cloud} size={14} />
          {provider.local
            ? t('settings.models.goesLocal')
            : goes
              ? t('settings.models.goesTo', { host: hostOf(goes) })
              : t('settings.models.goesToGiven')}
        </p>
      )}
      {provider && (
        <div className="flex flex-wrap gap-x-4 gap-y-2">
          <label className="flex min-w-60 flex-1 flex-col gap-1 text-12 text-muted">
            {t('settings.key.model')}
            <input
              data-field="model"
              spellCheck={false}
              autoComplete="off"
              value={draft.model}
              placeholder={provider.model ?? `${provider.name}/…`}
              onChange={(event) => onDraft({ ...draft, model: event.target.value })}
              className={`${FIELD} border-border-strong text-text`}
            />
          </label>
          <label className="flex min-w-60 flex-1 flex-col gap-1 text-12 text-muted">
            {t('settings.key.base')}
            <input
              data-field="base"
              spellCheck={false}
              autoComplete="off"
              value={draft.base}
              placeholder={provider.base ?? 'https://'}
              title={t('settings.key.baseWhy')}
              onChange={(event) => onDraft({ ...draft, base: event.target.value })}
              className={`${FIELD} border-border-strong text-text`}
            />
          </label>
        </div>
      )}
      {testing && (
        <TestLines
          key={testing.count}
          model={testModel(testing.draft)}
          base={testing.draft.base.trim() || undefined}
          secret={testing.draft.secret.trim() || undefined}
        />
      )}
    </div>
  );
}

/** Stores a key, and makes its model the one of new conversations where that is wanted. */
export function useKeySaving(): {
  failure: Failure | null;
  save: (draft: KeyDraft, use: boolean) => Promise<boolean>;
} {
  const backend = useBackend();
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = async (draft: KeyDraft, use: boolean) => {
    const { secret, provider, base } = draft;
    try {
      if (provider?.key_name && secret.trim()) {
        await backend.submit({ op: 'set_secret', name: provider.key_name, value: secret.trim() });
      }
    } catch (thrown) {
      setFailure(failureOf(thrown));
      return false;
    }
    setFailure(null);
    const model = draftModel(draft);
    const address = base.trim();
    const values =
      use && model ? modelValues(model, address) : address ? { api_base: address } : {};
    return Object.keys(values).length === 0 || configure(backend, values);
  };
  return { failure, save };
}

/** What a button says that saves a key. */
export const useSaveWords = (draft: KeyDraft, use: boolean): string => {
  const { t } = useTranslation();
  const model = draftModel(draft);
  return use && model
    ? t('settings.key.saveUse', { model: modelName(model) })
    : t('settings.key.save');
};
