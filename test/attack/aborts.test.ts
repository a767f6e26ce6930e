import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { sendRaw } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { laneOfThisFile } from "./attack-lane.ts";
import { bytes, get, post } from "./attack-case.ts";
import { probe } from "./run-request-case.ts";

const CLIENTS = 10_000;
const AT_ONCE = 50;
const WHOLE = bytes([
  get("/one"), post(["Content-Length: 300"], "x".repeat(300)), get("/two"),
  post(["Transfer-Encoding: chunked"], `${"5\r\nhello\r\n".repeat(20)}0\r\n\r\n`), get("/three"), post(["Expect: 100-continue", "Content-Length: 2"], "hi"),
].join(""));

const running = laneOfThisFile();

/** Numbers from 0 to 1, the same in every run (Lehmer's generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function abortOne(random: () => number, port: number): Promise<void> {
  const cut = 1 + Math.floor(random() * WHOLE.length);
  const afterwards = random() < 0.7 ? "reset" : "half-close";
  const wanted = Math.floor(random() * 300);
  await sendRaw(port, { pieces: [WHOLE.subarray(0, cut)], afterwards, isDone: (received) => received.length > wanted, deadline: 3000 });
}

/** The value of one sample in the text form of the metrics; undefined where it is missing. */
function sample(metrics: string, name: string): number | undefined {
  const line = metrics.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

async function leftOver(): Promise<Record<string, number | undefined>> {
  const metrics = await running().taxgate.metrics();
  return { client: sample(metrics, 'taxgate_open_sockets{side="client"}'), exchanges: sample(metrics, "taxgate_exchanges_in_flight") };
}

test("ten thousand clients that abort at random bytes leave nothing behind", async () => {
  const { taxgate, upstream } = running();
  const random = seeded(20_261_121);
  const port = taxgate.port("plain");
  let left = CLIENTS;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left > 0) {
      left -= 1;
      await abortOne(random, port);
    }
  }));
  await until(async () => Object.values(await leftOver()).every((value) => value === 0), 10_000);
  deepEqual(await leftOver(), { client: 0, exchanges: 0 });
  await until(() => upstream.halfRequests() === 0, 2000);
  equal(upstream.halfRequests(), 0);
  deepEqual(await probe(port), []);
});

test("the upstream side holds no more sockets than its pool keeps", async () => {
  const { taxgate, upstream } = running();
  await until(async () => sample(await taxgate.metrics(), 'taxgate_open_sockets{side="upstream"}') === upstream.openConnections(), 2000);
  equal(sample(await taxgate.metrics(), 'taxgate_open_sockets{side="upstream"}'), upstream.openConnections());
});
