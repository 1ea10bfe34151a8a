import { ArrowDown, Hand } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { useActions, useSession } from '@/session/context';
import { choices, shown } from '@/session/store';
import { reuse, type Turn, turns } from '@/session/turns';
import { show } from '@/session/view';
import { ErrorNote, RetryNote } from './ErrorNote';
import { TurnView } from './TurnView';

/** Within this many pixels of the end the view follows what is written. */
const NEAR = 32;

/** The conversation that is shown. Follows its end until the person scrolls up. */
export function Transcript() {
  const { t } = useTranslation();
  const actions = useActions();
  const current = useSession((state) => state.current);
  const transcript = useSession(shown);
  const loaded = useSession((state) => (state.current ? state.loaded[state.current] : undefined));
  const openFailed = useSession((state) => state.openFailed);
  const model = useSession((state) => choices(state).model ?? '');
  const arranged = useTurns(transcript.items);
  const { box, content, pinned, toEnd } = usePinned(
    current,
    transcript.items.at(-1)?.role === 'user',
  );
  const waiting = transcript.pending.length + transcript.inputs.length;

  const again = useCallback(
    (turn: Turn, goesOn: boolean) => {
      void actions.send(
        goesOn
          ? t('error.continueText')
          : turn.said.map(({ content: said }) => String(said ?? '')).join('\n\n'),
      );
    },
    [actions, t],
  );

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={box}
        aria-label={t('transcript.label')}
        data-region="transcript"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="flex min-h-0 flex-1 scroll-py-4 flex-col overflow-y-auto overflow-x-hidden [overflow-anchor:none] -outline-offset-2"
      >
        <div
          ref={content}
          className="mx-auto flex w-full max-w-214 flex-none flex-col gap-4 p-4 wide:px-6"
        >
          {loaded?.more && (
            <div className="text-center">
              <Button look="quiet" onClick={() => actions.showEarlier()}>
                {t('transcript.earlier')}
              </Button>
            </div>
          )}
          {arranged.map((turn, at) => (
            <TurnView
              key={turn.id}
              turn={turn}
              number={at + 1}
              last={at === arranged.length - 1}
              responding={transcript.responding && at === arranged.length - 1}
              pending={transcript.pending}
              inputs={transcript.inputs}
              model={model}
              onAgain={again}
            />
          ))}
          {loaded?.retry && (
            <RetryNote
              retry={loaded.retry}
              onModel={() => show({ models: true })}
              onCancel={() => actions.stop()}
            />
          )}
          {openFailed && (
            <ErrorNote
              failure={openFailed}
              onAgain={current ? () => actions.open(current) : undefined}
            />
          )}
        </div>
      </section>
      <div className="pointer-events-none absolute right-6 bottom-3 flex gap-2 *:pointer-events-auto">
        {waiting > 0 && !pinned && (
          <Button
            icon={Hand}
            onClick={() => {
              const card = box.current?.querySelector<HTMLElement>(
                '[data-card][data-state="awaiting"], [data-card][data-state="needs_input"]',
              );
              card?.scrollIntoView({ block: 'nearest' });
              card?.focus({ preventScroll: true });
            }}
          >
            {t('transcript.waiting', { count: waiting })}
          </Button>
        )}
        {!pinned && (
          <Button icon={ArrowDown} onClick={toEnd}>
            {t('transcript.jump')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The arranged items; turns that did not change keep their identity. */
function useTurns(items: ReturnType<typeof shown>['items']): readonly Turn[] {
  const last = useRef<readonly Turn[]>([]);
  const now = useMemo(() => reuse(last.current, turns(items)), [items]);
  useEffect(() => {
    last.current = now;
  }, [now]);
  return now;
}

function usePinned(conversation: string | null, spoke: boolean) {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const [pinned, setPinned] = useState(true);

  const toEnd = useCallback(() => {
    follow.current = true;
    setPinned(true);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useEffect(() => {
    const area = box.current;
    const inner = content.current;
    if (!area || !inner) return;
    let top = area.scrollTop;
    const scrolled = () => {
      const near = area.scrollHeight - area.scrollTop - area.clientHeight <= NEAR;
      // Only a move up lets go: content that grows also moves the end away.
      if (near) follow.current = true;
      else if (area.scrollTop < top) follow.current = false;
      top = area.scrollTop;
      setPinned(follow.current);
    };
    const grown = new ResizeObserver(() => {
      if (follow.current) area.scrollTop = area.scrollHeight;
    });
    area.addEventListener('scroll', scrolled, { passive: true });
    grown.observe(inner);
    grown.observe(area);
    return () => {
      area.removeEventListener('scroll', scrolled);
      grown.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: jumps when these change, whatever they are
  useLayoutEffect(toEnd, [conversation, spoke, toEnd]);
  return { box, content, pinned, toEnd };
}
