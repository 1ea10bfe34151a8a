import {
  ArchiveRestore,
  CircleCheck,
  type LucideIcon,
  Trash2,
  TriangleAlert,
  Undo2,
  X,
} from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { say, useHistory, useHistoryActions } from '@/session/history';

/** A note that something was done goes away after this, in milliseconds. */
const SHORT = 6000;

/** What was just deleted, with Undo; else what was saved, archived or refused. */
export function NoteBar() {
  const { t } = useTranslation();
  const { restore, arrange } = useHistoryActions();
  const gone = useHistory((history) => history.gone);
  const note = useHistory((history) => history.note);
  const last = gone.at(-1);
  const passing = note !== null && note.note !== 'failed';
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(() => say(null), SHORT);
    return () => clearTimeout(timer);
  }, [passing]);
  const name = (title: string) => title || t('sidebar.untitled');

  return (
    <section
      aria-label={t('history.notes')}
      data-region="notes"
      className="flex flex-none flex-col items-center gap-2 px-4 not-has-data-note:hidden has-data-note:pb-2"
    >
      <div role="status" className="contents">
        {note !== null && note.note !== 'failed' && (
          <Bar kind={note.note} icon={CircleCheck} colour="text-success">
            <p className="line-clamp-2 min-w-0">
              {note.note === 'saved'
                ? t('history.saved', { path: note.path })
                : t(`history.${note.note}`, { title: name(note.title) })}
            </p>
            {note.note === 'archived' && (
              <Button
                icon={ArchiveRestore}
                onClick={async () => {
                  if (await arrange(note.id, { archived: false })) say(null);
                }}
              >
                {t('history.unarchive')}
              </Button>
            )}
          </Bar>
        )}
        {last && (
          <Bar kind="deleted" icon={Trash2} colour="text-muted">
            <p className="line-clamp-2 min-w-0">
              {t('history.deleted', { count: gone.length, title: name(last.title) })}
            </p>
            <Button icon={Undo2} data-action="undo-delete" onClick={() => restore(last.id)}>
              {t('history.undo')}
            </Button>
            {gone.length > 1 && (
              <Button
                look="quiet"
                onClick={async () => {
                  for (const { id } of [...gone].reverse()) await restore(id);
                }}
              >
                {t('history.undoAll')}
              </Button>
            )}
          </Bar>
        )}
      </div>
      <div role="alert" className="contents">
        {note?.note === 'failed' && (
          <Bar kind="failed" icon={TriangleAlert} colour="text-danger" edge="border-danger">
            <div className="min-w-0">
              <p className="line-clamp-2 min-w-0">{note.message}</p>
              {note.remedy && <p className="text-12 text-muted">{note.remedy}</p>}
            </div>
            <IconButton small icon={X} name={t('error.dismiss')} onClick={() => say(null)} />
          </Bar>
        )}
      </div>
    </section>
  );
}

type BarProps = {
  kind: string;
  icon: LucideIcon;
  colour: string;
  edge?: string;
  children: ReactNode;
};

function Bar({ kind, icon, colour, edge = 'border-border-strong', children }: BarProps) {
  return (
    <div
      data-note={kind}
      className={`flex max-w-140 flex-wrap items-center wide:flex-nowrap gap-3 rounded-3 border bg-raised py-1.5 ps-3 pe-1.5 [overflow-wrap:anywhere] ${edge}`}
    >
      <Icon of={icon} size={14} className={colour} />
      {children}
    </div>
  );
}
