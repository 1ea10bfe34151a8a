import { useActions, useBackend, useSession } from '@/session/context';
import { shown } from '@/session/store';
import { isStep } from '@/session/turns';
import { Pill } from './Pill';

/**
 * The pill of the conversation that is shown, while it controls the computer;
 * alone in its window, it fills it.
 */
export function LivePill({ alone = false }: { alone?: boolean }) {
  const actions = useActions();
  const { shell } = useBackend();
  const os = useSession((state) => shown(state).os);
  const items = useSession((state) => shown(state).items);
  const cost = useSession((state) => shown(state).meta.cost);
  if (!os) return null;
  const start = items.findLastIndex(({ role }) => role === 'user');
  const steps = items.slice(start + 1).filter(isStep).length;
  const answer = () => {
    if (alone) {
      void shell?.showMain();
      return;
    }
    const card = document.querySelector<HTMLElement>('[data-card][data-state="awaiting"]');
    card?.scrollIntoView({ block: 'nearest' });
    card?.focus({ preventScroll: true });
  };
  return (
    <div
      className={
        alone
          ? 'flex h-full items-center justify-center bg-agent-deep px-2'
          : 'flex flex-none justify-center px-4 pt-2 pb-1'
      }
    >
      <Pill
        os={os}
        steps={steps}
        cost={cost}
        onStop={() => actions.panic()}
        onPause={() => actions.pause()}
        onResume={() => actions.resume()}
        onAnswer={answer}
      />
    </div>
  );
}
