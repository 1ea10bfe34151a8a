import { Plus, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { draftModel, KeyForm, NO_KEY, useKeySaving, useSaveWords } from '@/components/keys/KeyForm';
import { Ring } from '@/components/Status';
import type { ProviderSummary } from '@/generated/ProviderSummary';
import { useActions } from '@/session/context';
import { ModelRow } from './ModelRow';
import { ProviderRow, ServerRow } from './ProviderRow';
import { Group, Nothing, Page, Refusal, TextRow, Unread } from './parts';
import { useQuery } from './useQuery';
import { useSetting } from './useSetting';

/** Where models run, their keys, and which one is used for what. */
export function Models() {
  const { t } = useTranslation();
  const { refreshModels } = useActions();
  const servers = useQuery({ query: 'local_servers' });
  const providers = useQuery({ query: 'providers' });
  const [adding, setAdding] = useState<'new' | ProviderSummary | null>(null);
  const [live, setLive] = useState<readonly string[]>([]);
  const all = providers.answer?.providers ?? [];
  const withKey = all.filter(({ key_place }) => key_place !== undefined);
  const changed = () => {
    providers.again();
    void refreshModels();
  };
  const told = (names: readonly string[]) =>
    setLive((before) => [...new Set([...before, ...names])]);
  const fromServers = servers.answer?.servers.flatMap(({ models }) => models) ?? [];
  return (
    <Page
      name="models"
      lead={t('settings.models.lead')}
      action={
        <Button
          look="primary"
          icon={Plus}
          data-action="add-key"
          aria-expanded={adding !== null}
          onClick={() => setAdding(adding ? null : 'new')}
        >
          {t('settings.models.add')}
        </Button>
      }
    >
      {adding && (
        <AddKey
          key={adding === 'new' ? '' : adding.name}
          providers={all}
          fixed={adding === 'new' ? undefined : adding}
          onClose={() => setAdding(null)}
          onSaved={() => {
            setAdding(null);
            changed();
          }}
        />
      )}
      <Group
        name={t('settings.models.here')}
        why={t('settings.models.hereWhy')}
        action={
          <Button icon={RefreshCw} data-action="probe" onClick={servers.again}>
            {t('settings.models.look')}
          </Button>
        }
      >
        {servers.loading && !servers.answer && (
          <p className="flex items-center gap-2 px-3 py-2.5 text-muted">
            <Ring /> {t('settings.models.looking')}
          </p>
        )}
        {servers.failure && <Unread failure={servers.failure} again={servers.again} />}
        {servers.answer?.servers.length === 0 && (
          <Nothing title={t('settings.models.noServer')} why={t('settings.models.noServerWhy')} />
        )}
        {servers.answer?.servers.map((server) => (
          <ServerRow key={server.base} server={server} />
        ))}
      </Group>
      <Group name={t('settings.models.keys')} why={t('settings.models.keysWhy')}>
        {providers.failure && <Unread failure={providers.failure} again={providers.again} />}
        {providers.answer && withKey.length === 0 && (
          <Nothing title={t('settings.models.noKeys')} why={t('settings.models.noKeysWhy')} />
        )}
        {withKey.map((provider) => (
          <ProviderRow
            key={provider.name}
            provider={provider}
            onReplace={() => setAdding(provider)}
            onChanged={changed}
            onModels={told}
          />
        ))}
      </Group>
      <Group name={t('settings.models.what')} why={t('settings.models.whatWhy')}>
        <ModelRow of="model" live={[...fromServers, ...live]} />
        <ModelRow of="quick_model" live={[...fromServers, ...live]} />
        <TextRow of="api_base" placeholder="https://" />
      </Group>
    </Page>
  );
}

type AddProps = {
  providers: readonly ProviderSummary[];
  fixed: ProviderSummary | undefined;
  onClose: () => void;
  onSaved: () => void;
};

/** A key is entered, tested and stored without leaving the page. */
function AddKey({ providers, fixed, onClose, onSaved }: AddProps) {
  const { t } = useTranslation();
  const chosen = useSetting('model');
  const [draft, setDraft] = useState({ ...NO_KEY, provider: fixed ?? null });
  const { failure, save } = useKeySaving();
  // The first model that can be used is used; a choice that was made stays.
  const use = (!chosen.value || draft.model.trim() !== '') && !chosen.off;
  const words = useSaveWords(draft, use);
  const ready = draft.provider !== null && draft.secret.trim() !== '';
  return (
    <section
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
      aria-label={fixed ? t('settings.models.replace') : t('settings.key.title')}
      className="rounded-3 border border-border-strong bg-surface p-3"
    >
      <h2 className="mb-2 font-strong">
        {fixed ? `${t('settings.models.replace')}: ${fixed.title}` : t('settings.key.title')}
      </h2>
      <KeyForm providers={providers} draft={draft} onDraft={setDraft} fixed={fixed} />
      {failure && <Refusal failure={failure} />}
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t('settings.cancel')}</Button>
        <Button
          look="primary"
          data-action="save-key"
          off={ready ? undefined : t('settings.key.choose')}
          onClick={() =>
            void save(draft, use && draftModel(draft) !== '').then((done) => done && onSaved())
          }
        >
          {words}
        </Button>
      </div>
    </section>
  );
}
