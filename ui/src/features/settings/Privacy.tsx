import { Cloud, HardDrive } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Select } from '@/components/Field';
import { bytes } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Error as Failure } from '@/generated/Error';
import { useActions, useBackend, useSession } from '@/session/context';
import { openPage } from '@/session/pages';
import { failureOf } from '@/session/settings';
import { Ask } from './Ask';
import { Group, LIST, Page, Refusal, Row, SwitchRow, Unread } from './parts';
import { TypingSecrets } from './TypingSecrets';
import { useQuery } from './useQuery';

/** Where text goes, what is kept, and how it is deleted. */
export function Privacy() {
  const { t } = useTranslation();
  const storage = useQuery({ query: 'storage' });
  const kept = storage.answer;
  return (
    <Page name="privacy" lead={t('settings.privacy.lead')}>
      <Paths />
      <Group>
        <Row of="telemetry" />
        <SwitchRow of="conversation_history" />
      </Group>
      <TypingSecrets />
      <Group name={t('settings.privacy.kept')}>
        <Row
          of="storage"
          below={
            kept && (
              <ul className="text-12 text-muted">
                <li>
                  {t('settings.privacy.conversations', {
                    count: kept.conversations,
                    size: bytes(kept.bytes),
                  })}
                </li>
                <li>{t('settings.privacy.pictures', { size: bytes(kept.pictures) })}</li>
                <li>{t('settings.privacy.logs', { size: bytes(kept.logs) })}</li>
                <li>{t('settings.privacy.secrets', { place: kept.secrets })}</li>
              </ul>
            )
          }
        >
          <Button onClick={() => openPage('settings/screen', 'keep_screenshots')}>
            {t('settings.screen.keep')}
          </Button>
        </Row>
        {storage.failure && <Unread failure={storage.failure} again={storage.again} />}
        <Older onDone={storage.again} />
      </Group>
    </Page>
  );
}

/** The three paths, side by side. */
function Paths() {
  const { t } = useTranslation();
  const rows = ['none', 'local', 'key'] as const;
  return (
    <div id="row-data_paths" data-row="data_paths">
      <Group name={t('settings.row.data_paths.name')} why={t('settings.row.data_paths.why')} bare>
        <section
          className={`${LIST} overflow-x-auto`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in a narrow window
          tabIndex={0}
          aria-label={t('settings.row.data_paths.name')}
        >
          <table className="w-full min-w-120 text-start">
            <thead>
              <tr className="text-12 text-muted">
                {(['path', 'text', 'shots', 'who'] as const).map((name) => (
                  <th key={name} scope="col" className="px-3 py-2 text-start font-regular">
                    {t(`settings.privacy.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row} className="border-border border-t align-top">
                  <th scope="row" className="px-3 py-2 text-start font-strong">
                    <span className="flex items-start gap-2">
                      <Icon
                        of={row === 'key' ? Cloud : HardDrive}
                        size={14}
                        className="mt-1 text-muted"
                      />
                      {t(`settings.privacy.${row}`)}
                    </span>
                  </th>
                  <td className="px-3 py-2">{t(`settings.privacy.${row}Text`)}</td>
                  <td className="px-3 py-2">{t(`settings.privacy.${row}Shots`)}</td>
                  <td className="px-3 py-2">{t(`settings.privacy.${row}Who`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <p className="mt-2 text-12 text-muted">{t('settings.privacy.also')}</p>
      </Group>
    </div>
  );
}

const DAY = 86_400_000;
const AGES = [7, 30, 90, 365] as const;

function Older({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const backend = useBackend();
  const { open } = useActions();
  const [days, setDays] = useState<number>(90);
  const [said, setSaid] = useState('');
  const [refused, setRefused] = useState<Failure | null>(null);
  const conversations = useSession((state) => state.conversations);
  const current = useSession((state) => state.current);
  const age =
    days === 365 ? t('settings.privacy.year') : t('settings.privacy.days', { count: days });
  const before = Date.now() - days * DAY;
  const going = (conversations ?? []).filter(({ updated, pinned }) => updated < before && !pinned);
  const go = () => {
    backend.submit({ op: 'delete_older', before }).then(
      () => {
        setSaid(t('settings.privacy.deleted'));
        setRefused(null);
        if (going.some(({ id }) => id === current)) void open(null);
        onDone();
      },
      (thrown) => setRefused(failureOf(thrown)),
    );
  };
  return (
    <Row
      of="delete_older"
      below={
        <>
          <p role="status" className="text-12 text-muted">
            {said}
          </p>
          {refused && <Refusal failure={refused} />}
        </>
      }
    >
      <span className="text-muted">{t('settings.privacy.older')}</span>
      <Select
        name={t('settings.privacy.older')}
        value={String(days)}
        onChange={(value) => setDays(Number(value))}
      >
        {AGES.map((value) => (
          <option key={value} value={value}>
            {value === 365
              ? t('settings.privacy.year')
              : t('settings.privacy.days', { count: value })}
          </option>
        ))}
      </Select>
      {going.length === 0 ? (
        <Button off={t('settings.privacy.deleteNone')}>{t('settings.privacy.deleteDo')}</Button>
      ) : (
        <Ask
          title={t('settings.privacy.deleteTitle', { age })}
          why={t('settings.privacy.deleteWhy', { count: going.length })}
          action={t('settings.privacy.deleteDo')}
          keep={t('settings.models.keep')}
          onDo={go}
        >
          <Button look="danger">{t('settings.privacy.deleteDo')}</Button>
        </Ask>
      )}
    </Row>
  );
}
