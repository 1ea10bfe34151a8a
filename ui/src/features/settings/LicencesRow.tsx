import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { type Licences, listed, type Part } from './licences';
import { Row } from './parts';

/** Whose work is inside, and under which licences. */
export function LicencesRow() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [list, setList] = useState<Licences | 'none' | null>(null);
  const turn = () => {
    setOpen(!open);
    if (list === null) listed().then(setList, () => setList('none'));
  };
  return (
    <Row
      of="licences"
      below={
        open && (
          <>
            <p role="status" className="text-12 text-muted">
              {list === null
                ? t('settings.loading')
                : list === 'none'
                  ? t('settings.about.noLicences')
                  : t('settings.about.parts', { count: list.parts.length })}
            </p>
            {list !== null && list !== 'none' && (
              <ul
                data-licences
                className="mt-2 max-h-96 divide-y divide-border overflow-y-auto rounded-2 border border-border"
              >
                {list.parts.map((part) => (
                  <Line key={`${part.name} ${part.version}`} part={part} texts={list.texts} />
                ))}
              </ul>
            )}
          </>
        )
      }
    >
      <Button aria-expanded={open} data-action="licences" onClick={turn}>
        {open ? t('settings.about.hideLicences') : t('settings.about.showLicences')}
      </Button>
    </Row>
  );
}

/** A part; its texts are drawn only once they are asked for, since there are many. */
function Line({ part, texts }: { part: Part; texts: Licences['texts'] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="px-3 py-1.5 focus-visible:-outline-offset-2 [overflow-wrap:anywhere]">
          {part.name} <span className="num text-12 text-muted">{part.version}</span>
          <span className="text-12 text-muted"> · {part.licence}</span>
        </summary>
        {open && (
          <div className="px-3 pb-3 text-12">
            {part.link && (
              <a
                href={part.link}
                target="_blank"
                rel="noreferrer"
                className="inline-flex min-h-6 items-center text-accent underline underline-offset-2 [overflow-wrap:anywhere]"
              >
                {part.link}
              </a>
            )}
            {part.texts.length === 0 && (
              <p className="mt-1 text-muted">{t('settings.about.noText')}</p>
            )}
            {part.texts.map((at) => (
              <p key={at} className="mt-2 select-text whitespace-pre-wrap font-mono text-11">
                {texts[at]}
              </p>
            ))}
          </div>
        )}
      </details>
    </li>
  );
}
