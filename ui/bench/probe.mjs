/*
 * What runs in the page and measures it there, as `window.probe`: pictures, long
 * tasks, and how soon a key shows.
 */

/** Installs the probe; `page.addInitScript` sends this function to the page. */
export function install() {
  let seen = null;

  /** Runs when the picture that is being made now was handed on. */
  const painted = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        then(performance.now());
      };
      port2.postMessage(null);
    });

  // When the field was there, with the keyboard in it.
  document.addEventListener(
    'focusin',
    ({ target }) => {
      if (target.id === 'composer') window.probe.field ??= performance.now();
    },
    true,
  );

  let key = 0;
  document.addEventListener(
    'keydown',
    (event) => {
      key = event.timeStamp;
    },
    true,
  );
  document.addEventListener(
    'input',
    ({ target }) => {
      if (!seen || !key) return;
      const [begun, length, into] = [key, target.value.length, seen];
      key = 0;
      painted((now) => {
        // What was typed is there, and nothing took it away again.
        if (target.value.length >= length) into.echoes.push(now - begun);
      });
    },
    true,
  );
  const tasks = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen?.tasks.push(duration);
  });
  tasks.observe({ entryTypes: ['longtask'] });

  window.probe = {
    painted,

    /** Begins to note; `stop` gives what was noted. */
    start() {
      seen = { frames: [], tasks: [], echoes: [], begun: performance.now() };
      const mine = seen;
      let last = 0;
      const frame = (now) => {
        if (seen !== mine) return;
        if (last) mine.frames.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    stop() {
      const noted = { ...seen, ms: performance.now() - seen.begun };
      seen = null;
      return noted;
    },

    /**
     * From the next click until `is` holds and that picture was drawn; `still` is the
     * last change after it, once nothing changed for a while.
     */
    afterClick(is, quiet = 500) {
      return new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('it was not shown within a minute')), 60_000);
        addEventListener(
          'click',
          ({ timeStamp: begun }) => {
            let last = begun;
            const note = () =>
              painted((now) => {
                last = Math.max(last, now);
              });
            const changes = new MutationObserver(note);
            changes.observe(document.body, {
              subtree: true,
              childList: true,
              attributes: true,
              characterData: true,
            });
            document.addEventListener('load', note, true);
            const look = () => {
              if (!is()) return requestAnimationFrame(look);
              painted((shown) => {
                last = Math.max(last, shown);
                const settle = () => {
                  if (performance.now() - last < quiet) return setTimeout(settle, 50);
                  changes.disconnect();
                  document.removeEventListener('load', note, true);
                  resolve({ shown: shown - begun, still: last - begun });
                };
                settle();
              });
            };
            requestAnimationFrame(look);
          },
          { capture: true, once: true },
        );
      });
    },

    /** From the next input until `is` holds and that picture was drawn. */
    afterInput(is) {
      return new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('it was not shown within a minute')), 60_000);
        addEventListener(
          'input',
          ({ timeStamp: begun }) => {
            const look = () => {
              if (!is()) return requestAnimationFrame(look);
              painted((now) => resolve(now - begun));
            };
            requestAnimationFrame(look);
          },
          { capture: true, once: true },
        );
      });
    },

    /** Elements and texts of the page. */
    nodes() {
      const walk = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
      let count = 1;
      while (walk.nextNode()) count++;
      return count;
    },
  };
}

/** Loads the app anew: another address of the same page would load nothing. */
export async function afresh(page, address) {
  await page.goto('about:blank');
  await page.goto(address);
}

/**
 * The reference: a page with nothing but what comes, as plain text, and a field. It
 * speaks to the same server, whose address a page must have for that.
 */
export async function plainPage(page, address) {
  await page.goto(new URL('/first.js', address).href);
  await page.evaluate(async () => {
    const box = document.createElement('div');
    box.id = 'text';
    Object.assign(box.style, { height: '600px', overflow: 'auto', whiteSpace: 'pre-wrap' });
    const field = document.createElement('textarea');
    field.id = 'composer';
    document.body.replaceChildren(box, field);
    const token = sessionStorage.getItem('interpreter.token');
    const address = `ws://${location.host}/api/events`;
    const socket = new WebSocket(address, ['interpreter.v1', `interpreter.token.${token}`]);
    const waiting = new Map();
    let next = 1;
    let text;
    let arrived = '';
    const plain = {
      complete: 0,
      ask: (request) =>
        new Promise((resolve, reject) => {
          waiting.set(next, { resolve, reject });
          socket.send(JSON.stringify({ id: next++, ...request }));
        }),
      empty() {
        text = document.createTextNode('');
        box.replaceChildren(text);
      },
    };
    plain.empty();
    window.plain = plain;
    const draw = () => {
      text.appendData(arrived);
      arrived = '';
      box.scrollTop = box.scrollHeight;
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      const found = frame.answer ?? frame.receipt ?? frame.subscribed;
      if (found) waiting.get(found.id)?.resolve(found.answer ?? found.receipt);
      if (frame.error) waiting.get(frame.error.id)?.reject(new Error(frame.error.error.message));
      const chunk = frame.event?.chunk;
      if (!chunk) return;
      if (chunk.type === 'status' && chunk.content === 'complete') plain.complete++;
      if (chunk.role !== 'assistant' || typeof chunk.content !== 'string') return;
      if (arrived === '') requestAnimationFrame(draw);
      arrived += chunk.content;
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error('the server takes no connection'));
    });
  });
}
