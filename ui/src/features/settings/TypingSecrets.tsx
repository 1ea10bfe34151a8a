import { KeyRound } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { FIELD } from '@/components/Field';
import { Icon } from '@/components/Icon';
import type { Error as Failure } from '@/generated/Error';
import type { Op } from '@/generated/Op';
import type { TypingSecret } from '@/generated/TypingSecret';
import { useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';
import { Ask } from './Ask';
import { Group, Nothing, Refusal, Unread } from './parts';
import { useQuery } from './useQuery';

const INPUT = `${FIELD} w-full border-border-strong text-13 text-text`;

/** Secrets that are typed by their names: which there are, where they go, and new ones. */
export function TypingSecrets() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { answer, failure, again } = useQuery({ query: 'typing_secrets' });
  const [refused, setRefused] = useState<Failure | null>(null);
  const [said, setSaid] = useState('');
  const submit = (op: Op, done: string) =>
    backend.submit(op).then(
      () => {
        setRefused(null);
        setSaid(done);
        again();
        return true;
      },
      (thrown) => {
        setRefused(failureOf(thrown));
        setSaid('');
        return false;
      },
    );
  return (
    <div id="row-typing_secrets" data-row="typing_secrets">
      <Group
        name={t('settings.row.typing_secrets.name')}
        why={t('settings.row.typing_secrets.why')}
      >
        {failure && <Unread failure={failure} again={again} />}
        {answer?.secrets.length === 0 && (
          <Nothing title={t('secrets.none')} why={t('secrets.noneWhy')} />
        )}
        {answer?.secrets.map((secret) => (
          <Line
            key={secret.name}
            secret={secret}
            onRemove={() =>
              void submit(
                { op: 'delete_typing_secret', name: secret.name },
                t('secrets.removed', { name: secret.name }),
              )
            }
          />
        ))}
        <div>
          <Add
            onAdd={(secret, value) =>
              submit(
                { op: 'save_typing_secret', secret, ...(value !== '' && { value }) },
                t('secrets.saved', { name: secret.name }),
              )
            }
          />
          <p role="status" className="px-3 text-12 text-muted not-empty:pb-2">
            {said}
          </p>
          {refused && (
            <div className="px-3 pb-2">
              <Refusal failure={refused} />
            </div>
          )}
        </div>
      </Group>
    </div>
  );
}

function Line({ secret, onRemove }: { secret: TypingSecret; onRemove: () => void }) {
  const { t } = useTranslation();
  const { name, apps, window: title } = secret;
  const where = t('secrets.in', { apps: apps.join(', ') });
  return (
    <div data-secret={name} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <Icon of={KeyRound} className="text-muted" />
      <p className="min-w-50 flex-1 [overflow-wrap:anywhere]">
        <span className="font-strong">{name}</span>{' '}
        <span aria-hidden className="text-muted">
          ••••••••
        </span>
        <span className="block text-12 text-muted">
          {title === undefined ? where : t('secrets.inWindow', { where, title })}
        </span>
      </p>
      <Ask
        title={t('secrets.removeTitle', { name })}
        why={t('secrets.removeWhy')}
        action={t('settings.removeWord')}
        keep={t('settings.models.keep')}
        onDo={onRemove}
      >
        <Button look="danger" aria-label={t('settings.remove', { name })}>
          {t('settings.removeWord')}
        </Button>
      </Ask>
    </div>
  );
}

type AddProps = { onAdd: (secret: TypingSecret, value: string) => Promise<boolean> };

/** A new secret, or another value or place for one that is there. */
function Add({ onAdd }: AddProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [apps, setApps] = useState('');
  const [title, setTitle] = useState('');
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return;
    const where = apps.split(',').map((app) => app.trim());
    const secret: TypingSecret = {
      name: name.trim(),
      apps: where.filter((app) => app !== ''),
      ...(title.trim() && { window: title.trim() }),
    };
    const kept = await onAdd(secret, value);
    // It is not kept in the page a moment longer than it must, whatever came of it.
    setValue('');
    if (!kept) return;
    setName('');
    setApps('');
    setTitle('');
  };
  return (
    <form onSubmit={add} className="px-3 py-2" aria-label={t('secrets.add')}>
      <p className="mb-1.5 text-12 text-muted">{t('secrets.addWhy')}</p>
      <div className="flex flex-wrap items-end gap-2">
        <Labelled name={t('secrets.name')}>
          <input
            placeholder={t('secrets.nameExample')}
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
            className={INPUT}
          />
        </Labelled>
        <Labelled name={t('secrets.value')}>
          <input
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            className={INPUT}
          />
        </Labelled>
        <Labelled name={t('secrets.apps')}>
          <input
            placeholder={t('secrets.appsExample')}
            autoComplete="off"
            spellCheck={false}
            value={apps}
            onChange={(event) => setApps(event.target.value)}
            className={INPUT}
          />
        </Labelled>
        <Labelled name={t('secrets.window')}>
          <input
            placeholder={t('secrets.windowExample')}
            autoComplete="off"
            spellCheck={false}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            className={INPUT}
          />
        </Labelled>
        <Button type="submit">{t('settings.save')}</Button>
      </div>
    </form>
  );
}

/** A field under its name. */
function Labelled({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is its child
    <label className="min-w-40 flex-1 text-12 text-muted">
      <span className="mb-1 block">{name}</span>
      {children}
    </label>
  );
}
