/* Work that can wait until the page has drawn what was asked of it. */

/** Longer than this no picture is held up, in milliseconds. */
const SLICE = 8;
/** Waits at most this long where the page is never idle. */
const PATIENCE = 500;

let waiting: (() => void)[] = [];
let asked = false;

/** Does something once the page is idle, one after the other; what comes back takes it back. */
export function whenIdle(work: () => void): () => void {
  waiting.push(work);
  if (!asked) ask();
  return () => {
    waiting = waiting.filter((other) => other !== work);
  };
}

function ask(): void {
  asked = true;
  if (typeof requestIdleCallback === 'function') {
    requestIdleCallback(doSome, { timeout: PATIENCE });
  }
  // After the next picture, then: WebKit has no other word for it.
  else requestAnimationFrame(() => setTimeout(doSome));
}

function doSome(): void {
  asked = false;
  const begun = performance.now();
  try {
    do waiting.shift()?.();
    while (waiting.length > 0 && performance.now() - begun < SLICE);
  } finally {
    if (waiting.length > 0) ask();
  }
}
