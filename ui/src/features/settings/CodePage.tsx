import { CircleCheck, CircleMinus, RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Ring, Status } from '@/components/Status';
import { ChoiceRow, Group, NumberRow, Page, TextRow, Unread } from './parts';
import { useQuery } from './useQuery';

/** Languages, limits, and the look before code runs. */
export function CodePage() {
  const { t, i18n } = useTranslation();
  const languages = useQuery({ query: 'languages' });
  const title = (name: string) =>
    i18n.exists(`language.${name}`) ? i18n.t(`language.${name}` as 'language.python') : name;
  return (
    <Page name="code" lead={t('settings.code.lead')}>
      <div id="row-languages" data-row="languages">
        <Group
          name={t('settings.row.languages.name')}
          why={t('settings.row.languages.why')}
          action={
            <Button icon={RefreshCw} onClick={languages.again}>
              {t('settings.code.again')}
            </Button>
          }
        >
          {languages.failure && <Unread failure={languages.failure} again={languages.again} />}
          {!languages.answer && languages.loading && (
            <p className="flex items-center gap-2 px-3 py-2.5 text-muted">
              <Ring /> {t('settings.loading')}
            </p>
          )}
          {languages.answer?.languages.map(({ name, found, fix }) => (
            <div
              key={name}
              data-language={name}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2"
            >
              <span className="w-28 flex-none">{title(name)}</span>
              <span className="min-w-40 flex-1 text-12 text-muted [overflow-wrap:anywhere]">
                {found ?? fix}
              </span>
              {found ? (
                <Status tone="ok" icon={CircleCheck} word={t('settings.code.found')} />
              ) : (
                <Status tone="quiet" icon={CircleMinus} word={t('settings.code.notFound')} />
              )}
            </div>
          ))}
        </Group>
      </div>
      <Group>
        <TextRow of="python" placeholder="/usr/bin/python3" />
        <NumberRow of="run_timeout" unit={t('settings.unit.seconds')} least={1} />
        <NumberRow of="max_output" unit={t('settings.unit.characters')} least={0} />
        <ChoiceRow
          of="safe_mode"
          options={(['off', 'ask', 'auto'] as const).map((value) => ({
            value,
            label: t(`settings.choice.safe_mode.${value}`),
          }))}
        />
      </Group>
    </Page>
  );
}
