import { create } from 'zustand';
import { type KeyDraft, NO_KEY } from '@/components/keys/KeyForm';

export type Step = 'where' | 'key' | 'may' | 'try';
export const STEPS: readonly Step[] = ['where', 'key', 'may', 'try'];
export type Where = 'local' | 'key' | 'later';

type Progress = { step: Step; where: Where | null; model: string | null; draft: KeyDraft };

/** Kept while the window is open, so that one can leave and come back. */
export const useProgress = create<Progress>(() => ({
  step: 'where',
  where: null,
  model: null,
  draft: NO_KEY,
}));

export const go = (progress: Partial<Progress>): void => useProgress.setState(progress);

/** The step after this one: a key is only asked for where one is wanted. */
export function after(step: Step, where: Where): Step | null {
  if (step === 'where') return where === 'key' ? 'key' : 'may';
  if (step === 'key') return 'may';
  return step === 'may' ? 'try' : null;
}

export function before(step: Step, where: Where): Step | null {
  if (step === 'try') return 'may';
  if (step === 'may') return where === 'key' ? 'key' : 'where';
  return step === 'key' ? 'where' : null;
}
