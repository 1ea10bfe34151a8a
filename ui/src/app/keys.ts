/* Keys that work everywhere in the window. Those of a card are on the card. */
import type { Actions, SessionState } from '@/session/store';
import { shown } from '@/session/store';
import { show, useView } from '@/session/view';

const REGIONS = ['sidebar', 'header', 'transcript', 'composer'];

export function windowKeys(actions: Actions, state: () => SessionState) {
  return (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    let done = true;
    if (chord && !event.shiftKey && !event.altKey && key === 'n') {
      void actions.open(null);
      focusOn('composer');
    } else if (chord && !event.shiftKey && key === 'k') {
      show({ sidebar: true });
      requestAnimationFrame(() => focusOn('search'));
    } else if (chord && !event.shiftKey && key === 'l') focusOn('composer');
    else if (chord && !event.shiftKey && key === 'b')
      show({ sidebar: !useView.getState().sidebar });
    else if (chord && key === '.') stop(actions, state());
    else if (event.key === 'F6') nextRegion(event.shiftKey ? -1 : 1);
    else if (event.altKey && !chord && (key === 'arrowup' || key === 'arrowdown')) {
      step(event.shiftKey ? '[data-card]' : '[data-turn]', key === 'arrowdown' ? 1 : -1);
    } else done = false;
    if (done) event.preventDefault();
  };
}

/** The run that goes on, else the whole turn. */
function stop(actions: Actions, state: SessionState): void {
  const transcript = shown(state);
  const running = transcript.items.findLast(
    ({ run }) => run?.state === 'running' || run?.state === 'needs_input',
  );
  if (running?.type === 'code') void actions.interrupt(running.id);
  else if (transcript.responding) void actions.stop();
}

function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}

function nextRegion(by: 1 | -1): void {
  const regions = REGIONS.map((name) =>
    document.querySelector<HTMLElement>(`[data-region="${name}"]`),
  ).filter((region) => region !== null && region.offsetParent !== null);
  const here = regions.findIndex((region) => region?.contains(document.activeElement));
  const next = regions[(here + by + regions.length) % regions.length];
  if (!next) return;
  const first = next.matches('[tabindex="0"]')
    ? next
    : next.querySelector<HTMLElement>('textarea, [aria-current], input, button');
  first?.focus();
}

/** To the next turn or card, from the one that has the focus, else from the end. */
function step(selector: string, by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const here = all.findIndex((element) => element.contains(document.activeElement));
  const at = here === -1 ? (by === -1 ? all.length - 1 : 0) : here + by;
  const next = all[Math.max(0, Math.min(all.length - 1, at))];
  if (!next) return;
  if (!next.hasAttribute('tabindex')) next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}
