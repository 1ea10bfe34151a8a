// Reads the channel in a thread of its own and passes everything on. When the run
// is to be interrupted and the main thread does not react by itself, because a
// callback keeps it busy, the callback is broken off through the inspector.
"use strict";
const inspector = require("inspector");
const { Socket } = require("net");
const { workerData } = require("worker_threads");

const { channel, shared, port } = workerData;
const ARRIVED = 0;
const RUNNING = 1;

let rest = "";

function look(data) {
  rest += data.toString("latin1");
  const lines = rest.split("\n");
  rest = lines.pop();
  if (rest.length > 200) rest = rest.slice(0, 200);
  for (const line of lines) {
    if (!line.startsWith('{"type":"interrupt"')) continue;
    const { id } = JSON.parse(line);
    const again = setInterval(() => {
      if (Atomics.load(shared, RUNNING) !== id) return clearInterval(again);
      // Only for this moment: at its end the program would wait for a session that is open.
      const session = new inspector.Session();
      session.connectToMainThread();
      session.post("Runtime.terminateExecution", () => session.disconnect());
      // What it was about to do with the message may have been broken off as well.
      tell(Buffer.from(`${line}\n`));
    }, 20);
  }
}

function tell(data) {
  port.postMessage(data);
  Atomics.add(shared, ARRIVED, 1);
  Atomics.notify(shared, ARRIVED);
}

const socket = new Socket({ fd: channel, readable: true, writable: false });
socket.on("data", (data) => {
  look(data);
  tell(data);
});
socket.on("end", () => process.kill(process.pid, "SIGKILL"));
socket.on("error", () => process.kill(process.pid, "SIGKILL"));
