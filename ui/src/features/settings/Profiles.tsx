import { Download, Trash2, Upload } from 'lucide-react';
import { type ChangeEvent, type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { FIELD, TextArea } from '@/components/Field';
import { saveText } from '@/components/save';
import type { Error as Failure } from '@/generated/Error';
import type { ProfileSummary } from '@/generated/ProfileSummary';
import { useBackend, useSession } from '@/session/context';
import { failureOf, loadSettings } from '@/session/settings';
import { Ask } from './Ask';
import { Group, Page, Refusal, Row, Unread } from './parts';
import { useQuery } from './useQuery';
import { useSetting } from './useSetting';

/** Bundles of settings: choose, save, share. */
export function Profiles() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { shell } = backend;
  const profiles = useQuery({ query: 'profiles' });
  const setting = useSetting('profile');
  const instructions = useSetting('custom_instructions');
  const current = useSession((state) => state.current);
  const file = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [said, setSaid] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);

  const attempt = async (work: () => Promise<string>) => {
    try {
      setSaid(await work());
      setFailure(null);
      profiles.again();
      await loadSettings(backend);
    } catch (thrown) {
      setSaid('');
      setFailure(failureOf(thrown));
    }
  };
  const saveAs = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    void attempt(async () => {
      await backend.submit({
        op: 'save_profile',
        name: wanted,
        ...(current && { conversation: current }),
      });
      setName('');
      return t('settings.profiles.saved');
    });
  };
  const take = (picked: { name: string; text: string } | null) => {
    if (!picked) return;
    const wanted = picked.name.replace(/^.*[\\/]/, '').replace(/\.(ya?ml|json)$/i, '');
    void attempt(async () => {
      await backend.submit({ op: 'save_profile', name: wanted, content: picked.text });
      return t('settings.profiles.imported');
    });
  };
  const importOne = () => file.current?.click();
  const fromFile = (event: ChangeEvent<HTMLInputElement>) => {
    const picked = event.target.files?.[0];
    event.target.value = '';
    if (picked) void picked.text().then((text) => take({ name: picked.name, text }));
  };
  const exportOne = (profile: ProfileSummary) =>
    attempt(async () => {
      const answer = (await backend.query({ query: 'profile', name: profile.name })) as unknown as {
        name: string;
        text: string;
        media_type: string;
      };
      const path = await saveText(shell, answer.name, answer.text);
      return path ? t('settings.profiles.exported', { path }) : '';
    });
  const remove = (profile: ProfileSummary) =>
    attempt(async () => {
      await backend.submit({ op: 'delete_profile', name: profile.name });
      return '';
    });
  const all = profiles.answer?.profiles ?? [];
  const exists = all.some((profile) => profile.name === name.trim());
  return (
    <Page
      name="profiles"
      lead={t('settings.profiles.lead')}
      action={
        <Button icon={Upload} data-action="import" onClick={importOne}>
          {t('settings.profiles.import')}
        </Button>
      }
    >
      <input
        ref={file}
        type="file"
        accept=".yaml,.yml"
        hidden
        aria-label={t('settings.profiles.importLabel')}
        onChange={fromFile}
      />
      <div id="row-profile" data-row="profile">
        <Group name={t('settings.profiles.list')} why={t('settings.profiles.listWhy')}>
          {profiles.failure && <Unread failure={profiles.failure} again={profiles.again} />}
          {all.map((profile) => (
            <ProfileRow
              key={profile.name}
              profile={profile}
              used={profile.name === setting.value}
              off={setting.off}
              onUse={() => void setting.set(profile.name)}
              onExport={() => void exportOne(profile)}
              onDelete={() => void remove(profile)}
            />
          ))}
        </Group>
      </div>
      <form onSubmit={saveAs} className="flex flex-wrap items-center gap-2">
        <input
          data-field="profile-name"
          aria-label={t('settings.profiles.saveLabel')}
          placeholder={t('settings.profiles.saveLabel')}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
          className={`${FIELD} w-64 border-border-strong`}
        />
        <Button type="submit" data-action="save-profile">
          {t('settings.profiles.saveAs')}
        </Button>
        {exists && <span className="text-12 text-warning">{t('settings.profiles.exists')}</span>}
        <span role="status" className="text-12 text-muted">
          {said}
        </span>
      </form>
      {failure && <Refusal failure={failure} />}
      <Group>
        <Row
          of="custom_instructions"
          setting={instructions}
          below={
            <TextArea
              name={t('settings.row.custom_instructions.name')}
              describedBy="why-custom_instructions"
              off={instructions.off}
              value={typeof instructions.value === 'string' ? instructions.value : ''}
              onChange={(text) => void instructions.set(text.trim() || null)}
            />
          }
        />
      </Group>
    </Page>
  );
}

type ProfileProps = {
  profile: ProfileSummary;
  used: boolean;
  off: string | undefined;
  onUse: () => void;
  onExport: () => void;
  onDelete: () => void;
};

function ProfileRow({ profile, used, off, onUse, onExport, onDelete }: ProfileProps) {
  const { t } = useTranslation();
  const { name, description, path, values, problem } = profile;
  const sets = Object.entries(values);
  return (
    <div data-profile={name} className="px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-50 flex-1">
          <p className="font-strong">{name}</p>
          {description && <p className="text-12 text-muted">{description}</p>}
          <p className="text-12 text-muted [overflow-wrap:anywhere]">
            {path || (name === 'default' ? '' : t('settings.profiles.builtin'))}
          </p>
        </div>
        {used ? (
          <span className="text-12 text-muted">{t('settings.profiles.current')}</span>
        ) : (
          <Button
            aria-label={t('settings.profiles.useName', { name })}
            off={off ?? problem?.message}
            onClick={onUse}
          >
            {t('settings.profiles.use')}
          </Button>
        )}
        <IconButton
          icon={Download}
          name={t('settings.profiles.exportName', { name })}
          onClick={onExport}
        />
        {path !== '' && name !== 'default' && (
          <Ask
            title={t('settings.profiles.deleteTitle', { name })}
            why={t('settings.profiles.deleteWhy')}
            action={t('settings.profiles.delete')}
            keep={t('settings.models.keep')}
            onDo={onDelete}
          >
            <IconButton icon={Trash2} name={t('settings.profiles.deleteName', { name })} />
          </Ask>
        )}
      </div>
      {problem && <Refusal failure={problem} />}
      {sets.length === 0 ? (
        <p className="mt-1 text-12 text-muted">{t('settings.profiles.setsNone')}</p>
      ) : (
        <details className="mt-1 text-12">
          <summary className="text-muted">
            {t('settings.profiles.sets', { count: sets.length })}
          </summary>
          <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
            {sets.map(([key, value]) => (
              <div key={key} className="contents">
                <dt className="font-mono text-muted">{key}</dt>
                <dd className="font-mono [overflow-wrap:anywhere]">
                  {typeof value === 'string' ? value : JSON.stringify(value)}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}
