import { Copy, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { useBackend } from '@/session/context';
import { LicencesRow } from './LicencesRow';
import { Group, Page, Refusal, Row, Unread } from './parts';
import { useQuery } from './useQuery';

/** Version, folders, and what can be sent along with a question. */
export function About() {
  const { t } = useTranslation();
  const { shell } = useBackend();
  const about = useQuery({ query: 'about' });
  const diagnostics = useQuery({ query: 'diagnostics' });
  const [copied, setCopied] = useState('');
  const copy = (what: string, text: string) =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(what),
      () => {},
    );
  const folders = about.answer
    ? ([
        ['data', about.answer.data],
        ['config', about.answer.config],
        ['logs', null],
      ] as const)
    : [];
  return (
    <Page name="about" lead={t('settings.about.lead')}>
      <Group>
        <Row of="version">
          <span className="num">{about.answer?.version}</span>
        </Row>
        {about.failure && <Unread failure={about.failure} again={about.again} />}
        <Row
          of="folders"
          below={
            <ul className="flex flex-col gap-1">
              {folders.map(([name, path]) =>
                path === null && !shell ? null : (
                  <li key={name} className="flex flex-wrap items-center gap-2">
                    <span className="w-44 flex-none">{t(`settings.about.${name}`)}</span>
                    <span className="min-w-40 flex-1 font-mono text-12 text-muted [overflow-wrap:anywhere]">
                      {path}
                    </span>
                    {path !== null && (
                      <IconButton
                        icon={Copy}
                        name={t('settings.about.copyPath', { name: t(`settings.about.${name}`) })}
                        onClick={() => copy(name, path)}
                      />
                    )}
                    {shell && (
                      <Button
                        icon={FolderOpen}
                        aria-label={t('settings.about.openName', {
                          name: t(`settings.about.${name}`),
                        })}
                        onClick={() => void shell.openFolder(name)}
                      >
                        {t('settings.about.open')}
                      </Button>
                    )}
                  </li>
                ),
              )}
            </ul>
          }
        />
        <Row
          of="diagnostics"
          below={
            <>
              {diagnostics.failure && <Refusal failure={diagnostics.failure} />}
              {diagnostics.answer && (
                <details>
                  <summary className="text-12 text-muted">{t('settings.about.show')}</summary>
                  <pre
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
                    tabIndex={0}
                    className="mt-2 max-h-72 overflow-auto rounded-2 border border-border bg-code-bg p-3 font-mono text-code text-code-text"
                  >
                    {diagnostics.answer.text}
                  </pre>
                </details>
              )}
            </>
          }
        >
          <Button
            icon={Copy}
            data-action="diagnostics"
            off={diagnostics.answer ? undefined : t('settings.loading')}
            onClick={() => diagnostics.answer && copy('diagnostics', diagnostics.answer.text)}
          >
            {t('settings.about.copy')}
          </Button>
        </Row>
        <LicencesRow />
      </Group>
      <p role="status" className="text-12 text-muted">
        {copied && t('settings.copied')}
      </p>
    </Page>
  );
}
