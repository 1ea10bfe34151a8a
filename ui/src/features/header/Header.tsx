import { Ellipsis, MousePointerClick, PanelLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { ConversationMenu } from '@/components/ConversationMenu';
import { Icon } from '@/components/Icon';
import { useSession } from '@/session/context';
import { shown } from '@/session/store';
import { show, useView } from '@/session/view';
import { CostChip } from './CostChip';
import { ModeChip } from './ModeChip';
import { ModelChip } from './ModelChip';
import { Title } from './Title';
import { UpdateChip } from './UpdateChip';

/** Title, model, how much is asked, cost: always to be seen. */
export function Header() {
  const { t } = useTranslation();
  const title = useSession((state) => (state.current ? shown(state).meta.title : ''));
  const current = useSession((state) => state.current);
  const live = useSession((state) => shown(state).os !== undefined);
  const sidebar = useView((view) => view.sidebar);
  return (
    // What fits in one row depends on the size of the text, not on the window alone.
    <div className="@container flex-none">
      <header
        data-region="header"
        className={`flex min-h-12 flex-wrap items-center gap-1.5 border-border border-b py-1 pe-3 @min-[32rem]:flex-nowrap @min-[32rem]:gap-2 ${sidebar ? 'ps-2 wide:ps-4' : 'ps-2'}`}
      >
        <IconButton
          icon={PanelLeft}
          name={t('sidebar.toggle')}
          className={sidebar ? 'wide:hidden' : ''}
          onClick={() =>
            matchMedia('(min-width: 760px)').matches
              ? show({ sidebar: true })
              : show({ drawer: true })
          }
        />
        <div className="flex min-w-40 flex-1 @min-[32rem]:min-w-12">
          <Title id={current} title={title} />
        </div>
        {live && (
          <button
            type="button"
            onClick={() => show({ steps: true })}
            title={t('control.open')}
            data-action="steps"
            className="inline-flex h-6 flex-none items-center gap-1.5 rounded-1 border border-agent-deep bg-agent px-2 font-strong text-12 text-agent-deep"
          >
            <Icon of={MousePointerClick} size={14} />
            <span className="max-wide:sr-only">{t('header.live')}</span>
          </button>
        )}
        <div className="flex min-w-0 items-center gap-1.5 @max-[32rem]:basis-full @max-[32rem]:flex-wrap @min-[32rem]:gap-2">
          <ModelChip />
          <ModeChip />
          <CostChip />
          <UpdateChip />
          {current && (
            <ConversationMenu
              id={current}
              where="header"
              onRemoved={() => document.getElementById('composer')?.focus()}
            >
              <IconButton icon={Ellipsis} name={t('header.menu')} data-action="menu" />
            </ConversationMenu>
          )}
        </div>
      </header>
    </div>
  );
}
