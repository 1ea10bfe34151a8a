import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from './Icon';

export type Tone = 'ask' | 'quiet' | 'run' | 'ok' | 'warn' | 'bad';

const TONES: Record<Tone, string> = {
  ask: 'text-text',
  quiet: 'text-muted',
  run: 'text-accent',
  ok: 'text-success',
  warn: 'text-warning',
  bad: 'text-danger',
};

type Props = { tone: Tone; icon?: LucideIcon | 'ring'; word: string; extra?: ReactNode };

/** Icon, word and a figure: a state never shows by colour alone. */
export function Status({ tone, icon, word, extra }: Props) {
  return (
    <span
      className={`inline-flex flex-none items-center gap-1.5 whitespace-nowrap text-12 ${TONES[tone]}`}
    >
      {icon === 'ring' ? <Ring /> : icon && <Icon of={icon} size={14} />}
      <span className="font-strong">{word}</span>
      {extra && <span className="num text-muted">{extra}</span>}
    </span>
  );
}

/** A quarter turn with each tick of the clock; nothing glides. */
export function Ring() {
  const tick = useTick(true);
  return (
    <span aria-hidden className="quarter" style={{ transform: `rotate(${(tick % 4) * 90}deg)` }} />
  );
}

const TICK = 250;

/** Counts quarter seconds while `running` and the page is seen. */
export function useTick(running: boolean): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => {
      if (!document.hidden) setTick((count) => count + 1);
    }, TICK);
    return () => clearInterval(timer);
  }, [running]);
  return tick;
}

/** Milliseconds since this began, or what it took where it is over. */
export function useElapsed(running: boolean, ms: number | undefined): number | undefined {
  const [began, setBegan] = useState(() => Date.now() - (ms ?? 0));
  const [was, setWas] = useState(running);
  if (running !== was) {
    setWas(running);
    if (running) setBegan(Date.now() - (ms ?? 0));
  }
  useTick(running);
  return running ? Date.now() - began : ms;
}
