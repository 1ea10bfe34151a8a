/*
 * Moves the transcript to a place in it, drawn or not: from the search, the find
 * bar and the keyboard. The transcript that is shown takes the wish.
 */
import { create } from 'zustand';

/** A place to show. */
export type Place = {
  item: string;
  /** Which occurrence of `text` in the item, from 0. */
  index: number;
  /** What is marked there; absent: the item as a whole is shown. */
  text?: string;
};

type Jump = {
  /** Where to go next; null once the transcript is there, or has no such item. */
  place: Place | null;
  /** The words that stay marked after a jump, until `unmark`. */
  marked: Place | null;
};

export const useJump = create<Jump>(() => ({ place: null, marked: null }));

/**
 * Shows an item of the conversation that is open, older pages included, and marks
 * the occurrence of a text in it where one is given. Open the conversation first:
 * `await actions.open(id); goTo(item)`.
 */
export function goTo(item: string, index = 0, text?: string): void {
  const place = { item, index, ...(text && { text }) };
  useJump.setState({ place, marked: text ? place : null });
}

/** Takes the marks of `goTo` away, as when the find bar closes. */
export function unmark(): void {
  useJump.setState({ marked: null });
}

type Step = (what: 'turn' | 'card', by: 1 | -1) => void;
let stepper: Step = () => {};

/** To the next or last turn or card, from the one with the focus; drawn or not. */
export const stepTo: Step = (what, by) => stepper(what, by);

/** The transcript that is shown says how; gives the function that takes it back. */
export function takeSteps(step: Step): () => void {
  stepper = step;
  return () => {
    if (stepper === step) stepper = () => {};
  };
}
