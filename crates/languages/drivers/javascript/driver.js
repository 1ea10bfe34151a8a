// Runs blocks of JavaScript for the host, as docs/driver-protocol.md describes.
//
// Code is evaluated in V8's REPL mode (the one the developer tools use), through
// an inspector session inside this very process: top-level await works, and
// `const`, `let` and `class` may be declared again in a later block.
"use strict";
const fs = require("fs");
const vm = require("vm");
const util = require("util");
const path = require("path");
const inspector = require("inspector");
const { createRequire } = require("module");

const place = process.env.INTERPRETER_DRIVER;
delete process.env.INTERPRETER_DRIVER;
const channel = place.startsWith("fd:") ? Number(place.slice(3)) : fs.openSync(place.slice(5), "r+");

// The channel

const wait = new Int32Array(new SharedArrayBuffer(4));

function writeAll(fd, data) {
  let bytes = Buffer.isBuffer(data) ? data : Buffer.from(data, "utf8");
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(fd, bytes));
    } catch (error) {
      if (error.code === "EAGAIN") Atomics.wait(wait, 0, 0, 1);
      else if (error.code !== "EINTR") return;
    }
  }
}

function send(message) {
  writeAll(channel, JSON.stringify(message) + "\n");
}

const held = [];
let rest = Buffer.alloc(0);

function take(data) {
  rest = rest.length ? Buffer.concat([rest, data]) : data;
  let end;
  while ((end = rest.indexOf(10)) >= 0) {
    const line = rest.subarray(0, end).toString("utf8");
    rest = rest.subarray(end + 1);
    if (line) held.push(JSON.parse(line));
  }
}

// Waits for one message, with the program standing still.
function waitFor(matches) {
  const buffer = Buffer.alloc(65536);
  for (;;) {
    const index = held.findIndex(matches);
    if (index >= 0) return held.splice(index, 1)[0];
    if (watcher) {
      const count = Atomics.load(shared, ARRIVED);
      const arrived = takeFromWatcher();
      if (!arrived) Atomics.wait(shared, ARRIVED, count);
      continue;
    }
    let size;
    try {
      size = fs.readSync(channel, buffer);
    } catch (error) {
      if (error.code === "EAGAIN") {
        Atomics.wait(wait, 0, 0, 5);
        continue;
      }
      if (error.code === "EINTR") continue;
      throw error;
    }
    if (size === 0) process.reallyExit(0);
    take(Buffer.from(buffer.subarray(0, size)));
  }
}

// The watcher: a second thread that reads the channel from the first run on. It can
// break off code that keeps this thread busy. (A signal cannot: while Node's own
// way of breaking off a script comes and goes, a signal may end the process.)

const ARRIVED = 0;
const RUNNING = 1;
const shared = new Int32Array(new SharedArrayBuffer(8));
let watcher = null;
let watcherPort = null;

function startWatcher() {
  if (watcher) return;
  const { Worker, MessageChannel } = require("worker_threads");
  const { port1, port2 } = new MessageChannel();
  socket.pause();
  // pause() alone would go on reading ahead.
  socket._read = () => {};
  socket._handle.reading = false;
  socket._handle.readStop();
  watcher = new Worker(path.join(__dirname, "watch.js"), {
    workerData: { channel, shared, port: port2 },
    transferList: [port2],
    stdout: false,
    stderr: false,
  });
  watcherPort = port1;
  port1.on("message", (data) => {
    take(Buffer.from(data));
    pump();
  });
  watcher.on("error", () => process.reallyExit(1));
  // Keeps the process alive in the socket's place.
  port1.ref();
}

function takeFromWatcher() {
  const { receiveMessageOnPort } = require("worker_threads");
  const arrived = receiveMessageOnPort(watcherPort);
  if (arrived) take(Buffer.from(arrived.message));
  return Boolean(arrived);
}

let requests = 0;

function ask(prompt, secret) {
  flush();
  const request = String(++requests);
  send({ type: "input_request", request, prompt, secret: Boolean(secret) });
  const { text } = waitFor((m) => m.type === "input" && m.request === request);
  emit(1, prompt + (secret || text === null ? "" : text) + "\n");
  return text;
}

const waiting = new Map();

function askLater(prompt) {
  flush();
  const request = String(++requests);
  send({ type: "input_request", request, prompt, secret: false });
  return new Promise((resolve) => waiting.set(request, resolve));
}

let syncs = 0;

function show(message) {
  flush();
  const sync = ++syncs;
  send({ ...message, sync });
  waitFor((m) => m.type === "seen" && m.sync === sync);
}

// What is printed

const ownTimeout = setTimeout;
let text = [];
let textSize = 0;
let textFd = 1;
let slot = 0;
let writes = 0;
let timer = null;

function flush() {
  if (timer) {
    clearTimeout(timer);
    timer = null;
  }
  if (!text.length) return;
  const data = text.length === 1 ? text[0] : Buffer.concat(text.map((t) => Buffer.from(t)));
  text = [];
  textSize = 0;
  writeAll(textFd, data);
}

// Prints at once, unless the program prints so fast that grouping pays.
function emit(fd, data) {
  if (fd !== textFd) {
    flush();
    textFd = fd;
  }
  text.push(data);
  textSize += data.length;
  if (++writes > 64) {
    const now = performance.now();
    if (now - slot > 10) {
      slot = now;
      writes = 0;
    } else if (textSize < 16384) {
      if (!timer) timer = ownTimeout(flush, 10);
      return;
    }
  }
  flush();
}

function replaceStream(name, fd) {
  const { Writable } = require("stream");
  let stream;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (!stream) {
        stream = new Writable({
          decodeStrings: false,
          write(chunk, encoding, done) {
            emit(fd, typeof chunk === "string" && !/^utf-?8$/i.test(encoding) ? Buffer.from(chunk, encoding) : chunk);
            done();
          },
        });
        // At once, not after what is queued: the order of all output is kept.
        stream.write = (chunk, encoding, done) => {
          if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
          if (typeof chunk === "string") {
            emit(fd, encoding && !/^utf-?8$/i.test(encoding) ? Buffer.from(chunk, encoding) : chunk);
          } else {
            emit(fd, Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset ?? 0, chunk.byteLength));
          }
          if (typeof done === "function") process.nextTick(done);
          return true;
        };
        stream.fd = fd;
        stream.isTTY = false;
        stream._type = "pipe";
      }
      return stream;
    },
  });
}

function replaceConsole() {
  const { Console } = require("console");
  const own = new Console({ stdout: process.stdout, stderr: process.stderr });
  for (const key of Object.keys(own)) {
    if (typeof own[key] === "function") console[key] = own[key];
  }
}

function replaceInput() {
  let stream;
  Object.defineProperty(process, "stdin", {
    configurable: true,
    enumerable: true,
    get() {
      if (!stream) {
        const { Readable } = require("stream");
        let wanted = false;
        const want = () => {
          // Only once the code that got the last line has run: it may want no more.
          if (!wanted || stream.isPaused() || running === null) return;
          wanted = false;
          askLater("").then((line) => {
            if (line !== null) stream.push(line + "\n");
            else if (running === null) wanted = true;
            else stream.push(null);
          });
        };
        stream = new Readable({
          highWaterMark: 0,
          read() {
            wanted = true;
            setImmediate(want);
          },
        });
        stream.on("resume", () => setImmediate(want));
        stream.fd = 0;
        stream.isTTY = false;
      }
      return stream;
    },
  });
}

// Running a block

const session = new inspector.Session();
session.connect();
let running = null;
let interrupted = false;
let settle = null;

function post(method, params) {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

let given;

// The real value behind what the inspector hands out.
function valueOf(remote) {
  const argument = remote.objectId
    ? { objectId: remote.objectId }
    : remote.unserializableValue
      ? { unserializableValue: remote.unserializableValue }
      : remote.type === "undefined"
        ? {}
        : { value: remote.value };
  given = undefined;
  session.post("Runtime.callFunctionOn", {
    functionDeclaration: "function (value) { globalThis[Symbol.for('interpreter.give')](value); }",
    arguments: [argument],
    objectId: anchor,
  });
  return given;
}
Object.defineProperty(globalThis, Symbol.for("interpreter.give"), {
  value: (value) => {
    given = value;
  },
});
let anchor;
session.post("Runtime.evaluate", { expression: "({})" }, (_error, answer) => {
  anchor = answer.result.objectId;
});

// import, which the inspector's code cannot have: the statement becomes a call of our own.
Object.defineProperty(globalThis, "__importModule", {
  value: (name) => {
    const { pathToFileURL } = require("url");
    if (/^\.{0,2}\//.test(name)) return import(pathToFileURL(path.resolve(name)).href);
    try {
      const found = globalThis.require.resolve(name);
      if (path.isAbsolute(found)) return import(pathToFileURL(found).href);
    } catch {}
    return import(name);
  },
});

function translateImports(code) {
  if (!/\bimport\b/.test(code)) return code;
  const load = (name) => `await __importModule(${name})`;
  return code
    .replace(/^[ \t]*import\s+(?!\()(?:([\w$*{},\s]+?)\s+from\s+)?(['"][^'"\n]+['"])[ \t]*;?/gm, (_all, what, name) => {
      if (!what) return `${load(name)};`;
      const parts = [];
      const braces = what.match(/\{([^}]*)\}/);
      const rest = what.replace(/\{[^}]*\}/, "");
      let whole = null;
      for (const part of rest.split(",").map((word) => word.trim())) {
        const star = part.match(/^\*\s+as\s+(.+)$/);
        if (star) whole = star[1];
        else if (part) parts.push(`default: ${part}`);
      }
      if (braces) parts.push(braces[1].replace(/\s+as\s+/g, ": "));
      const from = whole ? `const ${whole} = ${load(name)};` : "";
      if (!parts.length) return from;
      return `${from}const { ${parts.join(", ")} } = ${whole ?? load(name)};`;
    })
    .replace(/(^|[^.\w$'"`])import\s*\(/g, "$1__importModule(");
}

function evaluate(code, name) {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  settle = (answer) => {
    Atomics.store(shared, RUNNING, 0);
    resolve(answer);
  };
  let expression = translateImports(code);
  // As in the developer tools: a block that starts with `{` may be an object.
  if (/^\s*\{/.test(expression) && !/;\s*$/.test(expression)) {
    try {
      new vm.Script(`(${expression}\n)`);
      expression = `(${expression}\n)`;
    } catch {}
  }
  Atomics.store(shared, RUNNING, running);
  session.post(
    "Runtime.evaluate",
    { expression: `${expression}\n//# sourceURL=${name}`, replMode: true, awaitPromise: true },
    (error, answer) => {
      if (!settle) return;
      if (error && /terminated/.test(error.message)) interrupted = true;
      if (error && !interrupted) reject(error);
      else settle(error ? null : answer);
    },
  );
  return promise;
}

function cleanStack(error) {
  if (!(error instanceof Error) || typeof error.stack !== "string") return;
  const lines = error.stack.split("\n");
  const kept = lines.filter(
    (line) => !(/^\s+at /.test(line) && (line.includes("node:") || line.includes(__filename))),
  );
  try {
    error.stack = kept.join("\n");
  } catch {}
}

function describe(error) {
  cleanStack(error);
  if (!(error instanceof Error)) return `Uncaught ${util.inspect(error)}`;
  // Without any frame left, inspect would put it in brackets.
  return /\n\s+at /.test(error.stack) ? util.inspect(error) : `${error.name}: ${error.message}`;
}

async function run({ id, code }) {
  startWatcher();
  running = id;
  writes = 0;
  interrupted = false;
  send({ type: "started", id });
  let status = "ok";
  let message = null;
  try {
    const answer = await evaluate(code, `cell-${id}`);
    if (interrupted || !answer) {
      status = "interrupted";
    } else if (answer.exceptionDetails) {
      status = "error";
      const { exception, text, lineNumber } = answer.exceptionDetails;
      const error = exception ? valueOf(exception) : text;
      let shown = describe(error);
      if (error instanceof SyntaxError && typeof lineNumber === "number" && !/cell-/.test(shown)) {
        shown = `cell-${id}:${lineNumber + 1}\n${(code.split("\n")[lineNumber] ?? "").trimEnd()}\n\n${shown}`;
      }
      emit(2, shown + "\n");
      message = String(error instanceof Error ? `${error.name}: ${error.message}` : util.inspect(error)).slice(0, 500);
    } else {
      const value = valueOf(answer.result);
      if (value !== undefined && !/;\s*$/.test(code)) emit(1, util.inspect(value) + "\n");
    }
  } catch (error) {
    status = "error";
    message = String(error);
    emit(2, message + "\n");
  }
  if (running === id) finish(id, interrupted ? "interrupted" : status, message);
}

function finish(id, status, message) {
  running = null;
  settle = null;
  busy = false;
  timers.clear();
  Atomics.store(shared, RUNNING, 0);
  if (status === "interrupted") emit(2, "Interrupted\n");
  flush();
  send({ type: "done", id, status, exit: null, message });
}

function interrupt() {
  if (running === null) return;
  interrupted = true;
  for (const forget of timers) forget();
  timers.clear();
  if (settle) settle(null);
  const id = running;
  ownTimeout(() => {
    // Our own work was broken off along with the code, so nobody waits for its end.
    if (running === id) finish(id, "interrupted", null);
  }, 20);
}

// The signal is for the programs below; here it could arrive in the next run. The
// message that comes with it is what counts.
process.on("SIGINT", () => {});

// What a run has put off. After an interrupt it is not to happen any more.
const timers = new Set();

function keepTimers(start, stop) {
  const own = globalThis[start];
  const replaced = (callback, ...rest) => {
    if (running === null || typeof callback !== "function") return own(callback, ...rest);
    const timer = own(
      (...values) => {
        if (start !== "setInterval") timers.delete(forget);
        return callback(...values);
      },
      ...rest,
    );
    const forget = () => globalThis[stop](timer);
    timers.add(forget);
    return timer;
  };
  const { custom } = util.promisify;
  const later = (delay, value) => new Promise((resolve) => replaced(resolve, delay, value));
  if (own[custom]) replaced[custom] = start === "setImmediate" ? (value) => new Promise((resolve) => replaced(resolve, value)) : later;
  Object.defineProperty(replaced, "name", { value: start });
  globalThis[start] = replaced;
}
process.on("uncaughtException", (error) => {
  emit(2, describe(error) + "\n");
  flush();
});
process.on("unhandledRejection", (error) => {
  emit(2, "Unhandled rejection: " + describe(error) + "\n");
  flush();
});
process.on("exit", () => flush());

// What the user's code finds

replaceStream("stdout", 1);
replaceStream("stderr", 2);
replaceConsole();
replaceInput();
keepTimers("setTimeout", "clearTimeout");
keepTimers("setInterval", "clearInterval");
keepTimers("setImmediate", "clearImmediate");
globalThis.require = createRequire(path.join(process.cwd(), "cell.js"));
globalThis.module = { exports: {}, require: globalThis.require };
globalThis.exports = globalThis.module.exports;
globalThis.__dirname = process.cwd();
globalThis.__filename = path.join(process.cwd(), "cell.js");
globalThis.prompt = (question = "") => ask(question ? `${question} ` : "", false);
globalThis.alert = (words = "") => console.log(words);
globalThis.display = (value) => {
  if (value && typeof value === "object" && value.image && value.image.base64) showPicture(value.image);
  else if (value && typeof value.outerHTML === "string") show({ type: "html", html: value.outerHTML });
  else if (Buffer.isBuffer(value) && value.subarray(1, 4).toString() === "PNG") {
    showPicture({
      media_type: "image/png",
      base64: value.toString("base64"),
      width: value.readUInt32BE(16),
      height: value.readUInt32BE(20),
    });
  } else console.log(value);
};

function showPicture({ media_type = "image/png", base64, width = null, height = null }) {
  show({ type: "image", media_type, base64, width, height });
}

if (process.env.INTERPRETER_COMPUTER) {
  const address = process.env.INTERPRETER_COMPUTER;
  const token = process.env.INTERPRETER_COMPUTER_TOKEN ?? "";
  delete process.env.INTERPRETER_COMPUTER;
  delete process.env.INTERPRETER_COMPUTER_TOKEN;
  let computer;
  Object.defineProperty(globalThis, "computer", {
    configurable: true,
    get: () => (computer ??= require("./screen.js").computer(address, token, showPicture)),
  });
}

// The loop

const { Socket } = require("net");
const socket = new Socket({ fd: channel, readable: true, writable: false });
socket.on("data", (data) => {
  take(data);
  pump();
});
socket.on("end", () => process.reallyExit(0));
socket.on("error", () => process.reallyExit(0));

let busy = false;

function pump() {
  for (let index = 0; index < held.length; ) {
    const message = held[index];
    if (message.type === "input" && waiting.has(message.request)) {
      held.splice(index, 1);
      waiting.get(message.request)(message.text);
      waiting.delete(message.request);
    } else if (message.type === "interrupt") {
      // The signal alone is not enough: Node loses one that comes as a script ends.
      held.splice(index, 1);
      if (message.id === running) interrupt();
    } else index += 1;
  }
  if (busy) return;
  const index = held.findIndex((message) => message.type === "run");
  if (index < 0) return;
  busy = true;
  const [message] = held.splice(index, 1);
  run(message).then(pump);
}

send({
  type: "hello",
  protocol: 1,
  language: "javascript",
  place: `Node.js ${process.version}, ${process.execPath}`,
  interrupt: process.platform === "win32" ? "message" : "both",
  exits: true,
});
