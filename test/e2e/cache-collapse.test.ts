import assert from "node:assert/strict";
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { startTaxgate, type RunningTaxgate } from "../support/taxgate.ts";
import { until } from "../support/until.ts";

/** Milliseconds within which something must have come across loopback. */
const BOUND = 15_000;

/** A real HTTP platform whose every answer is written by the test. */
interface Platform {
  readonly port: number;
  readonly asked: readonly { readonly request: IncomingMessage; readonly response: ServerResponse }[];
}

async function platform(t: TestContext, answer: (number: number, response: ServerResponse) => void): Promise<Platform> {
  const asked: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    asked.push({ request, response });
    answer(asked.length - 1, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

async function proxy(t: TestContext, { port }: Platform): Promise<RunningTaxgate> {
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
regions: { beijing: { endpoints: [{ url: "http://127.0.0.1:${port}" }] } }
routes: [{ name: codes, class: read, match: { path: "/**" }, cache: {} }]
`);
  t.after(() => taxgate.stop());
  return taxgate;
}

/** What one caller got: status and body, or "cut off" where his connection ended before they were whole. */
function get(taxgate: RunningTaxgate, agent: Agent, path: string): Promise<string> {
  return new Promise((resolve) => {
    const asking = request({ host: "127.0.0.1", port: taxgate.port("plain"), path, agent }, (answer) => {
      let text = "";
      answer.setEncoding("latin1").on("data", (piece: string) => (text += piece));
      answer.on("close", () => resolve(answer.complete ? `${answer.statusCode} ${text}` : "cut off"));
    });
    asking.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code === "ECONNRESET" ? "cut off" : fault.message));
    asking.end();
  });
}

function crowd(t: TestContext, taxgate: RunningTaxgate, count: number): Promise<string>[] {
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
  t.after(() => agent.destroy());
  return Array.from({ length: count }, () => get(taxgate, agent, "/codes"));
}

async function waiting(taxgate: RunningTaxgate, count: number): Promise<boolean> {
  return until(async () => Number(/^taxgate_cache_waiting(?:\{[^}]*\})? (\d+)$/m.exec(await taxgate.metrics())?.[1]) === count, BOUND);
}

function tally(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

const HEAD = { "Content-Type": "text/plain", "Cache-Control": "max-age=60" };

test("a thousand simultaneous misses of one key reach the platform once, and all get its answer", async (t) => {
  const upstream = await platform(t, () => undefined);
  const taxgate = await proxy(t, upstream);
  const all = crowd(t, taxgate, 1000);
  assert.ok(await waiting(taxgate, 999), "999 callers wait for the one that asks");
  upstream.asked[0]?.response.writeHead(200, HEAD).end("the codes");
  assert.deepEqual(tally(await Promise.all(all)), { "200 the codes": 1000 });
  assert.equal(upstream.asked.length, 1);
});

test("a leader that is cut off in mid-body leaves the others served by one new fetch", async (t) => {
  const whole = "0123456789".repeat(1000);
  const upstream = await platform(t, (number, response) => {
    if (number > 0) response.writeHead(200, { ...HEAD, "Content-Length": whole.length }).end(whole);
  });
  const taxgate = await proxy(t, upstream);
  const all = crowd(t, taxgate, 200);
  assert.ok(await waiting(taxgate, 199));
  const response = upstream.asked[0]?.response as ServerResponse;
  response.writeHead(200, { ...HEAD, "Content-Length": whole.length });
  response.write(whole.slice(0, whole.length / 2), () => response.socket?.resetAndDestroy());
  const answers = await Promise.all(all);
  assert.deepEqual(tally(answers.map((answer) => answer.replace(whole, "whole"))), { "cut off": 1, "200 whole": 199 });
  assert.equal(upstream.asked.length, 2);
});

test("an answer that cannot be shared makes nobody wait for anybody", async (t) => {
  const upstream = await platform(t, () => undefined);
  const taxgate = await proxy(t, upstream);
  const all = crowd(t, taxgate, 40);
  assert.ok(await waiting(taxgate, 39));
  const answer = (index: number): void => void upstream.asked[index]?.response.writeHead(200, { "Cache-Control": "private" }).end("own");
  answer(0);
  // None of the others is answered before all of them have asked.
  assert.ok(await until(() => upstream.asked.length === 40, BOUND), `${upstream.asked.length} of 40 asked`);
  for (let i = 1; i < 40; i++) answer(i);
  assert.deepEqual(tally(await Promise.all(all)), { "200 own": 40 });
});
