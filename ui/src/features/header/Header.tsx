import { Coins, MousePointerClick, PanelLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { Chip } from '@/components/Chip';
import { dollars } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useSession } from '@/session/context';
import { choices, shown } from '@/session/store';
import { show, useView } from '@/session/view';
import { ConversationMenu } from './ConversationMenu';
import { ModeChip } from './ModeChip';
import { ModelChip } from './ModelChip';

/** Title, model, how much is asked, cost: always to be seen. */
export function Header() {
  const { t } = useTranslation();
  const title = useSession((state) => (state.current ? shown(state).meta.title : ''));
  const current = useSession((state) => state.current);
  const cost = useSession((state) => shown(state).meta.cost);
  const usage = useSession((state) => shown(state).usage);
  const live = useSession((state) => shown(state).os !== undefined);
  const free = useSession((state) => {
    const { model } = choices(state);
    return (
      cost === 0 &&
      (state.models.find(({ name }) => name === model)?.local ?? model?.startsWith('builtin/'))
    );
  });
  const sidebar = useView((view) => view.sidebar);
  const spent = cost > 0 || usage.input_tokens > 0;
  return (
    <header
      data-region="header"
      className={`flex min-h-12 flex-none flex-wrap items-center gap-1.5 border-border border-b py-1 pr-3 wide:flex-nowrap wide:gap-2 ${sidebar ? 'pl-2 wide:pl-5' : 'pl-2'}`}
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
      <h1 className="min-w-40 flex-1 wide:min-w-12 truncate font-strong text-14">
        {title || t(current ? 'sidebar.untitled' : 'sidebar.new')}
      </h1>
      {live && (
        <span className="inline-flex h-6 flex-none items-center gap-1.5 rounded-1 border border-agent-deep bg-agent px-2 font-strong text-12 text-agent-deep">
          <Icon of={MousePointerClick} size={14} />
          <span className="max-wide:sr-only">{t('header.live')}</span>
        </span>
      )}
      <div className="flex min-w-0 items-center gap-1.5 max-wide:basis-full wide:gap-2">
        <ModelChip />
        <ModeChip />
        {(spent || free) && (
          <Chip icon={Coins} title={t('header.cost')}>
            <span className="sr-only">{t('header.cost')}: </span>
            <span className="num">{free ? t('header.free') : dollars(cost)}</span>
          </Chip>
        )}
        {current && <ConversationMenu id={current} title={title} />}
      </div>
    </header>
  );
}
