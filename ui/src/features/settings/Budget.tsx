import { useTranslation } from 'react-i18next';
import { dollars } from '@/components/format';
import { useSession } from '@/session/context';
import { shown } from '@/session/store';
import { Group, Nothing, NumberRow, Page, Unread } from './parts';
import { useQuery } from './useQuery';
import { useSetting } from './useSetting';

/** Limits, with what is spent beside each. */
export function Budget() {
  const { t } = useTranslation();
  const costs = useQuery({ query: 'costs' });
  const open = useSession((state) => (state.current ? shown(state).meta.cost : null));
  return (
    <Page name="budget" lead={t('settings.budget.lead')}>
      <Group>
        <Limit of="max_budget_turn" spent={null} where="" />
        <Limit of="max_budget" spent={open} where={t('settings.budget.open')} />
        <Limit
          of="max_budget_day"
          spent={costs.answer?.day ?? null}
          where={t('settings.budget.today')}
        />
        <Limit
          of="max_budget_month"
          spent={costs.answer?.month ?? null}
          where={t('settings.budget.month')}
        />
        {costs.answer?.incomplete && <Nothing title={t('settings.budget.incomplete')} />}
        {costs.failure && <Unread failure={costs.failure} again={costs.again} />}
      </Group>
    </Page>
  );
}

type LimitProps = {
  of: 'max_budget_turn' | 'max_budget' | 'max_budget_day' | 'max_budget_month';
  spent: number | null;
  where: string;
};

function Limit({ of, spent, where }: LimitProps) {
  const { t } = useTranslation();
  const { value } = useSetting(of);
  const limit = typeof value === 'number' && value > 0 ? value : null;
  const part = limit && spent !== null ? Math.min(1, spent / limit) : 0;
  const tone = part >= 1 ? 'bg-danger' : part >= 0.8 ? 'bg-warning' : 'bg-accent';
  return (
    <NumberRow
      of={of}
      before="$"
      least={0}
      whole={false}
      below={
        spent !== null && (
          <div className="flex items-center gap-3 text-12 text-muted">
            {limit && (
              <span
                aria-hidden
                className="h-1 w-40 flex-none overflow-hidden rounded-full bg-pressed"
              >
                <span className={`block h-full ${tone}`} style={{ width: `${part * 100}%` }} />
              </span>
            )}
            <span className="num">
              {limit
                ? t('settings.budget.spentOf', { spent: dollars(spent), limit: dollars(limit) })
                : t('settings.budget.spent', { spent: dollars(spent) })}{' '}
              {where}
            </span>
          </div>
        )
      }
    />
  );
}
