import { CircleAlert, Coins, TriangleAlert } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { ChipButton } from '@/components/Chip';
import { dollars, whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useBackend, useSession } from '@/session/context';
import { useHistory, useHistoryActions } from '@/session/history';
import { openPage } from '@/session/pages';
import { choices, shown } from '@/session/store';
import { budgets, worst } from './budget';

/** The pointer rests this long before the card opens, in milliseconds. */
const REST = 250;

/** What the conversation cost; a card with the parts, today, the month, and what is left. */
export function CostChip() {
  const { t } = useTranslation();
  const { loadCosts } = useHistoryActions();
  const cost = useSession((state) => shown(state).meta.cost);
  const usage = useSession((state) => shown(state).usage);
  const near = useSession((state) => shown(state).near);
  const current = useSession((state) => state.current);
  const local = useSession((state) => {
    const { model } = choices(state);
    return (
      state.models.find(({ name }) => name === model)?.local ??
      model?.startsWith('builtin/') ??
      false
    );
  });
  const costs = useHistory((history) => history.costs);
  const limit = useLimit(current, cost);
  const [open, setOpen] = useState<'peek' | 'kept' | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const chip = useRef<HTMLButtonElement>(null);
  const card = useId();
  useEffect(() => () => clearTimeout(timer.current), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with each cost
  useEffect(() => {
    void loadCosts();
  }, [cost, current, loadCosts]);

  const tokens = (count: number) => t('header.tokens', { count, number: whole(count) });
  const used = cost > 0 || usage.input_tokens > 0;
  const free = local && cost === 0;
  const unknown = used && !local && cost === 0 && usage.cost_usd === undefined;
  const list = budgets(cost, limit, costs, near);
  const state = worst(list);
  if (!used && !free && state === null) return null;

  const rest = (next: 'peek' | null) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => setOpen((now) => (now === 'kept' ? now : next)),
      next ? REST : REST / 2,
    );
  };
  const sum = free ? t('header.free') : unknown ? t('header.unknown') : dollars(cost);
  const word =
    state === null
      ? ''
      : state.share >= 1
        ? t('header.budgetReached')
        : t('header.budgetNear', { percent: Math.floor(state.share * 100) });
  return (
    <Popover.Root open={open !== null} onOpenChange={(next) => setOpen(next ? 'kept' : null)}>
      <Popover.Trigger asChild>
        <ChipButton
          ref={chip}
          icon={state === null ? Coins : state.share >= 1 ? CircleAlert : TriangleAlert}
          data-control="cost"
          data-budget={state === null ? undefined : state.share >= 1 ? 'reached' : 'near'}
          aria-describedby={open === 'peek' ? card : undefined}
          onPointerEnter={(event) => event.pointerType === 'mouse' && rest('peek')}
          onPointerLeave={() => rest(null)}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && rest('peek')}
          onBlur={() => rest(null)}
          onClick={(event) => {
            // A click on the peeking card keeps it.
            if (open !== 'peek') return;
            event.preventDefault();
            setOpen('kept');
          }}
          className={`flex-none ${state === null ? '' : state.share >= 1 ? 'border-danger [&_svg]:text-danger' : 'border-warning [&_svg]:text-warning'}`}
        >
          <span className="sr-only">{t('header.cost')}: </span>
          <span className="num">{sum}</span>
          {word && <span className="font-strong max-wide:sr-only">{word}</span>}
        </ChipButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          id={card}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('header.costs')}
          onOpenAutoFocus={(event) => open === 'peek' && event.preventDefault()}
          onCloseAutoFocus={(event) => {
            if (document.activeElement === document.body) chip.current?.focus();
            event.preventDefault();
          }}
          onPointerEnter={() => clearTimeout(timer.current)}
          onPointerLeave={() => rest(null)}
          className="z-30 w-72 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-3 text-12 outline-none"
        >
          <dl className="flex flex-col gap-1">
            <Line name={t('header.costHere')} value={sum} strong />
            {used && (
              <>
                <Line name={t('header.input')} value={tokens(usage.input_tokens)} part />
                {usage.cached_tokens > 0 && (
                  <Line name={t('header.cached')} value={tokens(usage.cached_tokens)} part />
                )}
                <Line name={t('header.output')} value={tokens(usage.output_tokens)} part />
                {usage.image_tokens > 0 && (
                  <Line name={t('header.images')} value={tokens(usage.image_tokens)} part />
                )}
              </>
            )}
            {costs && (
              <>
                <Line name={t('header.day')} value={dollars(costs.day)} strong />
                <Line name={t('header.month')} value={dollars(costs.month)} strong />
              </>
            )}
          </dl>
          {list.length > 0 && (
            <ul className="mt-2 flex flex-col gap-1.5 border-border border-t pt-2">
              {list.map(({ name, spent, limit: most, share }) => (
                <li key={name}>
                  <p className="flex items-center gap-1.5">
                    {share >= 0.8 && (
                      <Icon
                        of={share >= 1 ? CircleAlert : TriangleAlert}
                        size={12}
                        className={share >= 1 ? 'text-danger' : 'text-warning'}
                      />
                    )}
                    <span className="flex-1">{t(`header.budget_${name}`)}</span>
                    <span className="num text-muted">
                      {share >= 1
                        ? t('header.over', { spent: dollars(spent), limit: dollars(most) })
                        : t('header.left', { left: dollars(most - spent), limit: dollars(most) })}
                    </span>
                  </p>
                  <span
                    aria-hidden
                    className="mt-1 block h-1 overflow-hidden rounded-full bg-pressed"
                  >
                    <span
                      className={`block h-full ${share >= 1 ? 'bg-danger' : share >= 0.8 ? 'bg-warning' : 'bg-accent'}`}
                      style={{ width: `${Math.min(100, share * 100)}%` }}
                    />
                  </span>
                </li>
              ))}
            </ul>
          )}
          <p className="mt-2 text-muted">
            {free
              ? t('header.freeWhy')
              : unknown || costs?.incomplete
                ? t('header.estimated')
                : t('header.prices')}
          </p>
          <Button look="quiet" className="-ml-2 mt-1" onClick={() => openPage('settings/budget')}>
            {t('header.budgets')}
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type LineProps = { name: string; value: string; strong?: boolean; part?: boolean };

function Line({ name, value, strong = false, part = false }: LineProps) {
  return (
    <div className={`flex gap-2 ${part ? 'ps-3 text-muted' : ''}`}>
      <dt className="flex-1">{name}</dt>
      <dd className={`num ${strong ? 'font-strong' : ''}`}>{value}</dd>
    </div>
  );
}

/** The most this conversation may cost, as the settings for it say. */
function useLimit(conversation: string | null, cost: number): number | null {
  const backend = useBackend();
  const [limit, setLimit] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with each cost
  useEffect(() => {
    let latest = true;
    backend.query({ query: 'settings', ...(conversation !== null && { conversation }) }).then(
      ({ settings }) => {
        const value = settings.find(({ key }) => key === 'max_budget')?.value;
        if (latest) setLimit(typeof value === 'number' && value > 0 ? value : null);
      },
      () => {
        // Then no limit is shown.
      },
    );
    return () => {
      latest = false;
    };
  }, [backend, conversation, cost]);
  return limit;
}
