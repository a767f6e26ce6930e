import assert from "node:assert/strict";
import { test } from "node:test";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { eventually, get, parse, rawClient, reported, submit, talk } from "./raw-client.ts";
import { type Started, started } from "./started.ts";

const ANSWERED: readonly (readonly [faults: FaultSet, status: number, body: RegExp, issued: number])[] = [
  [{ errorBefore: {} }, 503, /^\{"code":5030,/, 0],
  [{ unauthorized: {} }, 401, /^\{"code":4010,/, 0],
  [{ html: { status: 403 } }, 403, /^<!DOCTYPE html>/, 0],
  [{ html: { status: 502, issued: true } }, 502, /^<!DOCTYPE html>/, 1],
  [{ errorAfter: { as: "504" } }, 504, /^\{"code":5040,/, 1],
];

for (const [faults, status, body, issued] of ANSWERED) {
  test(`${JSON.stringify(faults)} answers ${status} and issues ${issued}`, async (t) => {
    const { origin, ledger } = await started(t, faults);
    const answer = parse(await talk(origin, submit("A-1")));
    assert.equal(answer.status, status);
    assert.match(answer.body, body);
    assert.equal(ledger.totals().issued, issued);
  });
}

test("an error after processing may be now a reset and now 504, and issues either way", async (t) => {
  const { origin, ledger } = await started(t, { errorAfter: { as: "either" } });
  const seen = new Set<string>();
  for (let i = 0; i < 20; i += 1) seen.add((await talk(origin, submit(`A-${i}`))).text.slice(0, 12));
  assert.deepEqual([...seen].toSorted(), ["", "HTTP/1.1 504"]);
  assert.equal(ledger.totals().issued, 20);
});

const RESETS: readonly (readonly [faults: FaultSet, issued: number])[] = [
  [{ errorAfter: { as: "reset" } }, 1],
  [{ resetAfterProcessing: {} }, 1],
  [{ blackout: {} }, 0],
];

for (const [faults, issued] of RESETS) {
  test(`${JSON.stringify(faults)} resets without a byte and issues ${issued}`, async (t) => {
    const { origin, ledger } = await started(t, faults);
    const seen = await talk(origin, submit("A-1"));
    assert.deepEqual([seen.ending, seen.text], ["reset", ""]);
    assert.equal(ledger.totals().issued, issued);
  });
}

for (const as of ["reset", "close"] as const) {
  test(`an answer cut in the middle with ${as} promises more than it brings`, async (t) => {
    const { origin, ledger } = await started(t, { resetMidAnswer: { as } });
    const seen = await talk(origin, submit("A-1"));
    const { headers, body } = parse(seen);
    assert.equal(body.length, Math.floor(Number(headers["content-length"]) / 2));
    assert.equal(seen.ending, as === "reset" ? "reset" : "end");
    assert.equal(ledger.totals().issued, 1);
  });
}

for (const issued of [false, true]) {
  test(`garbage is not HTTP, and the order is ${issued ? "" : "not "}issued`, async (t) => {
    const { origin, ledger } = await started(t, { garbage: { issued } });
    const seen = await talk(origin, submit("A-1"));
    assert.ok(seen.bytes.length > 0 && !seen.text.startsWith("HTTP/"), seen.text);
    assert.equal(seen.ending, "end");
    assert.equal(ledger.totals().issued, issued ? 1 : 0);
  });
}

test("a half-open platform accepts, reads no body, sends no 100 and never answers", async (t) => {
  const { origin, ledger, clock } = await started(t, { halfOpen: {} });
  const client = rawClient(origin);
  t.after(() => client.socket.destroy());
  client.send("POST /api/echo HTTP/1.1\r\nHost: sandbox\r\nExpect: 100-continue\r\nContent-Length: 64000000\r\n\r\n");
  client.send(Buffer.alloc(64_000_000));
  await reported(origin, ({ byEnding }) => byEnding.held === 1);
  clock.advance(3_600_000);
  assert.equal((await reported(origin, () => true)).bytesRead, 0);
  assert.ok(client.socket.writableLength > 0, "the body has found a reader");
  assert.deepEqual([client.seen().ending, client.seen().text, ledger.totals().issued], ["open", "", 0]);
});

test("latency holds the issue back, and a caller that leaves does not prevent it", async (t) => {
  const { origin, ledger, clock } = await started(t, { latency: { minMs: 15_000, maxMs: 15_000 } });
  const client = rawClient(origin);
  client.send(submit("A-1"));
  await eventually(() => clock.pending() === 1, "the request is worked on");
  clock.advance(14_999);
  client.socket.destroy();
  assert.equal(ledger.totals().issued, 0);
  clock.advance(1);
  await eventually(() => ledger.totals().issued === 1, "the invoice is issued");
});

test("a slow body arrives at its speed", async (t) => {
  const { origin, clock } = await started(t, { slowBody: { bytesPerSecond: 1000 } });
  const client = rawClient(origin);
  client.send(get("/api/echo?bytes=5000"));
  const done = client.until();
  const start = clock.now();
  await eventually(() => {
    if (clock.pending() > 0) clock.advance(100);
    return client.seen().ending === "end";
  }, "the body is complete");
  assert.equal(parse(await done).body.length, 5000);
  assert.equal(clock.now() - start, 5000);
});

test("a skewed clock shows in Date and issuedAt", async (t) => {
  const { origin } = await started(t, { clockSkew: { ms: -3_600_000 } });
  const { headers, body } = parse(await talk(origin, submit("A-1")));
  assert.equal(headers.date, "Mon, 21 Sep 2026 13:13:20 GMT");
  assert.equal(JSON.parse(body).issuedAt, "2026-09-21T21:13:20+08:00");
});

test("an issued invoice is not found before its time", async (t) => {
  const { origin, ledger, clock } = await started(t, { lateVisibility: { ms: 2000 } });
  await talk(origin, submit("A-1"));
  const query = async (): Promise<number> => parse(await talk(origin, get("/api/invoices?orderNo=A-1"))).status;
  clock.advance(1999);
  assert.equal(await query(), 404);
  assert.equal(parse(await talk(origin, get(`/api/invoices/${ledger.ofOrder("A-1")[0]?.invoiceNo}`))).status, 404);
  clock.advance(1);
  assert.equal(await query(), 200);
});

test("beyond its capacity the platform queues, and beyond its queue it refuses", async (t) => {
  const sandbox = await started(t, { capacity: { concurrent: 1, queue: 1 }, latency: { minMs: 100, maxMs: 100 } });
  const [first, second] = [talk(sandbox.origin, submit("A-1")), await queued(sandbox)];
  const third = parse(await talk(sandbox.origin, submit("A-3")));
  assert.deepEqual([third.status, JSON.parse(third.body).code], [503, 5031]);
  sandbox.clock.advance(100);
  assert.equal(parse(await first).status, 200);
  await eventually(() => sandbox.clock.pending() === 1, "the second is worked on");
  sandbox.clock.advance(100);
  assert.equal(parse(await second.answer).status, 200);
  assert.deepEqual(sandbox.ledger.page(0, 9).map((issue) => issue.orderNo), ["A-1", "A-2"]);
});

async function queued({ origin, clock }: Started): Promise<{ answer: ReturnType<typeof talk> }> {
  await eventually(() => clock.pending() === 1, "the first is worked on");
  const answer = talk(origin, submit("A-2"));
  await reported(origin, ({ now }) => now.queued === 1);
  return { answer };
}

test("the same seed brings the same outcomes on the wire, another seed others", async (t) => {
  const faults: FaultSet = {
    errorBefore: { probability: 0.2 }, errorAfter: { probability: 0.2, as: "504" }, resetAfterProcessing: { probability: 0.2 },
    garbage: { probability: 0.1 }, html: { probability: 0.1, status: 403 }, resetMidAnswer: { probability: 0.2 },
  };
  const outcomes = async (seed: number): Promise<string[]> => {
    const { origin, faults: desk } = await started(t, faults, { seed });
    const seen: string[] = [];
    for (let i = 0; i < 40; i += 1) seen.push(await outcome(origin, `A-${i}`));
    await desk.clear();
    return seen;
  };
  const first = await outcomes(11);
  assert.ok(new Set(first.map((one) => one.slice(0, 18))).size >= 5, first.join("\n"));
  assert.deepEqual(await outcomes(11), first);
  assert.notDeepEqual(await outcomes(12), first);
});

async function outcome(origin: string, orderNo: string): Promise<string> {
  const { ending, text } = await talk(origin, submit(orderNo));
  return `${ending} ${text}`;
}
