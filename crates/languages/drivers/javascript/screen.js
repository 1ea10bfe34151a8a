// `computer`: the Computer API of the host, over a local socket. Every call gives a promise.
"use strict";
const net = require("net");

class ComputerError extends Error {
  constructor({ code, message = "It failed.", remedy }) {
    super(remedy ? `${message} ${remedy}` : message);
    this.name = "ComputerError";
    this.code = code;
    this.remedy = remedy;
  }
}

function connect(address, token) {
  const kind = address.slice(0, address.indexOf(":"));
  const place = address.slice(kind.length + 1);
  const link =
    kind === "unix"
      ? net.connect(place)
      : net.connect(Number(place.slice(place.lastIndexOf(":") + 1)), place.slice(0, place.lastIndexOf(":")));
  const open = new Map();
  let rest = "";
  const lost = (error) => {
    for (const { reject } of open.values()) {
      reject(new ComputerError({ code: "unavailable", message: `The computer API was lost (${error?.message ?? "closed"}).` }));
    }
    open.clear();
    link.dead = true;
  };
  link.setEncoding("utf8");
  link.unref();
  link.write(JSON.stringify({ token }) + "\n");
  link.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line) continue;
      const answer = JSON.parse(line);
      const call = open.get(answer.id);
      if (!call) continue;
      open.delete(answer.id);
      if (open.size === 0) link.unref();
      if (answer.error) call.reject(new ComputerError(answer.error));
      else call.resolve(answer.result);
    }
  });
  link.on("error", lost);
  link.on("close", () => lost());
  let count = 0;
  link.call = (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      open.set(id, { resolve, reject });
      link.ref();
      link.write(JSON.stringify({ id, method, params }) + "\n");
    });
  return link;
}

exports.computer = (address, token, showPicture) => {
  let link;
  const call = async (name, values) => {
    if (!link || link.dead) link = connect(address, token);
    const last = values[values.length - 1];
    const options = last && typeof last === "object" && !Array.isArray(last) ? values.pop() : {};
    const result = await link.call(name, values.length ? { args: values, ...options } : { ...options });
    if (result && typeof result === "object" && result.image && result.image.base64) {
      if (options.show !== false) showPicture(result.image);
      Object.defineProperties(result, {
        width: { value: result.image.width },
        height: { value: result.image.height },
        png: { get: () => Buffer.from(result.image.base64, "base64") },
        [Symbol.for("nodejs.util.inspect.custom")]: {
          value: () => `<picture ${result.image.width}x${result.image.height}>`,
        },
      });
    }
    return result;
  };
  const name = (parts) =>
    new Proxy(function () {}, {
      get: (_target, key) => (typeof key === "symbol" || key === "then" ? undefined : name([...parts, key])),
      apply: (_target, _this, values) => call(parts.join("."), [...values]),
    });
  return name([]);
};
