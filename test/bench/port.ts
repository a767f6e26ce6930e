import { request } from "node:http";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Waits until a GET on this port answers 200, asking every `everyMs`. Fails after `limitMs` or when `gone` settles. */
export async function untilServed(port: number, gone: Promise<unknown>, everyMs = 20, limitMs = 15_000): Promise<void> {
  const end = performance.now() + limitMs;
  let exited = false;
  void gone.then(() => (exited = true));
  let last = "no answer";
  while (performance.now() < end) {
    if (exited) throw new Error("wait for the proxy: it ended before it served a request");
    const status = await statusOf(port);
    if (status === 200) return;
    if (status !== undefined) last = `status ${status}`;
    await pause(everyMs);
  }
  throw new Error(`wait for the proxy on port ${port}: ${last} after ${limitMs} ms`);
}

/** The text of an answer to a GET on loopback. Rejects where it is not 200. */
export function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ask = request({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.once("end", () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(`get "${path}": status ${answer.statusCode}`))));
    });
    ask.once("error", reject);
    ask.end();
  });
}

function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const ask = request({ host: "127.0.0.1", port, path: "/pass/ready", agent: false }, (answer) => {
      answer.once("data", () => resolve(answer.statusCode));
      answer.resume().once("end", () => resolve(answer.statusCode));
    });
    ask.once("error", () => resolve(undefined));
    ask.setTimeout(2000, () => ask.destroy());
    ask.end();
  });
}
