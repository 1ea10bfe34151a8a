import { Ellipsis, Hand, Pin, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { ConversationMenu } from '@/components/ConversationMenu';
import { dollars, modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Ring } from '@/components/Status';
import { TitleField } from '@/components/TitleField';
import type { ConversationSummary } from '@/generated/ConversationSummary';
import { FLAGS, startRename, useHistory } from '@/session/history';
import type { Activity } from '@/session/store';
import { firstLine, when } from './dates';
import { Facts } from './Facts';

type Props = {
  row: ConversationSummary;
  now: number;
  current: boolean;
  /** It is the one Tab comes to. */
  reachable: boolean;
  activity: Activity | undefined;
  onOpen: (id: string) => void;
  onRemove: (id: string) => void;
  onRemoved: (id: string) => void;
  onFocus: (id: string) => void;
};

/** A conversation: its title and what it does now, then what it did. */
export const Row = memo(function Row(props: Props) {
  const { row, now, current, reachable, activity, onOpen, onRemove, onRemoved, onFocus } = props;
  const { t } = useTranslation();
  const [menu, setMenu] = useState(false);
  // Most rows are only scrolled past: a menu is made when the pointer or the focus comes.
  const [near, setNear] = useState(false);
  const renaming = useHistory(
    ({ renaming }) => renaming?.id === row.id && renaming.where === 'list',
  );
  const words = (row.damaged ?? firstLine(row)) || (row.model && modelName(row.model));
  const second = words !== '' || row.cost > 0 || FLAGS.some((flag) => row[flag]);
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'F2' && row.damaged === undefined) startRename(row.id, 'list');
    else if (event.key === 'Delete') onRemove(row.id);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) setMenu(true);
    else return;
    event.preventDefault();
  };
  if (renaming) {
    return (
      <TitleField
        id={row.id}
        title={row.title}
        after={`[data-conversation="${CSS.escape(row.id)}"]`}
        className="h-8 px-2"
      />
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu also opens by its button and by key
    <div
      className="group/row relative"
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
      onContextMenu={(event) => {
        event.preventDefault();
        setNear(true);
        setMenu(true);
      }}
    >
      <button
        type="button"
        tabIndex={reachable ? 0 : -1}
        aria-current={current || undefined}
        data-conversation={row.id}
        title={row.title}
        onClick={() => onOpen(row.id)}
        onFocus={() => onFocus(row.id)}
        onKeyDown={keys}
        className="flex w-full flex-col justify-center rounded-2 px-2 py-1 text-start transition-colors duration-(--d-1) hover:bg-hover group-has-data-[state=open]/row:bg-hover aria-[current=true]:bg-selected [[data-density=roomy]_&]:py-2"
      >
        <span className="flex min-w-0 items-center gap-1.5 self-stretch">
          {row.damaged !== undefined && (
            <Icon of={TriangleAlert} size={14} className="text-warning" />
          )}
          <span className="min-w-0 flex-1 truncate group-has-aria-[current=true]/row:font-strong">
            {row.title || t('sidebar.untitled')}
          </span>
          <span className="flex h-5 flex-none items-center group-focus-within/row:invisible group-hover/row:invisible group-has-data-[state=open]/row:invisible">
            <Doing row={row} now={now} activity={activity} />
          </span>
        </span>
        {second && (
          <span className="flex min-h-4 min-w-0 items-center gap-1.5 self-stretch text-11 text-muted [[data-density=compact]_&]:hidden">
            <Facts row={row} />
            <span className="min-w-0 flex-1 truncate" title={row.damaged}>
              {row.damaged !== undefined && (
                <span className="sr-only">{t('history.damaged')}: </span>
              )}
              {words}
            </span>
            {row.cost > 0 && <span className="num flex-none">{dollars(row.cost)}</span>}
          </span>
        )}
      </button>
      {(near || reachable) && (
        <ConversationMenu
          id={row.id}
          where="list"
          open={menu}
          onOpenChange={setMenu}
          onRemoved={() => onRemoved(row.id)}
        >
          <IconButton
            small
            icon={Ellipsis}
            name={t('history.menu', { title: row.title || t('sidebar.untitled') })}
            title={t('header.menu')}
            tabIndex={reachable ? 0 : -1}
            className="absolute end-1 top-0.5 opacity-0 focus-visible:opacity-100 group-focus-within/row:opacity-100 group-hover/row:opacity-100 data-[state=open]:opacity-100 [[data-density=roomy]_&]:top-1"
          />
        </ConversationMenu>
      )}
    </div>
  );
});

/** Its state, else when it was used last. */
function Doing({ row, now, activity }: Pick<Props, 'row' | 'now' | 'activity'>) {
  const { t } = useTranslation();
  if (activity?.waiting) {
    return (
      <span title={t('sidebar.waiting')}>
        <span className="sr-only">, {t('sidebar.waiting')}</span>
        <Icon of={Hand} size={14} />
      </span>
    );
  }
  if (activity?.live) {
    return (
      <span className="rounded-1 border border-agent-deep bg-agent px-1.5 font-strong text-11 text-agent-deep">
        {t('sidebar.live')}
      </span>
    );
  }
  if (activity?.responding) {
    return (
      <span title={t('sidebar.running')}>
        <span className="sr-only">, {t('sidebar.running')}</span>
        <Ring />
      </span>
    );
  }
  return (
    <span className="num flex items-center gap-1 font-regular text-11 text-muted">
      {row.pinned && row.archived && <Icon of={Pin} size={12} />}
      <bdi>{when(row.updated, now)}</bdi>
    </span>
  );
}
