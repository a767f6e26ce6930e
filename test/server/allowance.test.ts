import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { Allowance, type Bounds } from "../../src/server/allowance.ts";
import { RequestBody } from "../../src/server/request-body.ts";

const BOUNDS: Bounds = { pause: 30_000, minRate: 500 };

/** Seconds until a client that sends so many bytes every so many ms is cut; Infinity where it is not within an hour. */
function lasts(bytes: number, every: number, bounds: Bounds = BOUNDS): number {
  const allowance = new Allowance(bounds);
  for (let at = 0; at < 3_600_000; at += every) {
    if (allowance.left < every) return (at + allowance.left) / 1000;
    allowance.waited(every, bytes);
  }
  return Infinity;
}

const cases: readonly (readonly [what: string, bytes: number, every: number, seconds: readonly [number, number]])[] = [
  ["nothing at all", 0, 30_001, [30, 30]],
  ["a byte every ten seconds", 1, 10_000, [30, 31]],
  ["ten bytes a second", 10, 1000, [30, 31]],
  ["400 bytes a second", 400, 1000, [145, 155]],
  ["500 bytes a second", 500, 1000, [Infinity, Infinity]],
  ["2 kB a second", 2000, 1000, [Infinity, Infinity]],
  ["60 kB every 29 s, as a line that hangs", 60_000, 29_000, [Infinity, Infinity]],
  ["16 kB every 8 s, as a system that tells late what was taken", 16_384, 8000, [Infinity, Infinity]],
];

for (const [what, bytes, every, [from, to]] of cases) {
  test(`the allowance of ${what} ${from === Infinity ? "never runs out" : "runs out"}`, () => {
    const seconds = lasts(bytes, every);
    assert.ok(seconds >= from && seconds <= to, String(seconds));
  });
}

test("what was sent fast earlier buys one pause and no more", () => {
  const allowance = new Allowance(BOUNDS);
  allowance.waited(10, 100_000_000);
  assert.equal(allowance.left, 30_000);
  allowance.waited(29_990, 1);
  assert.equal(allowance.left, 0);
});

test("without a least rate pauses alone are bounded", () => {
  assert.equal(lasts(1, 29_000, { pause: 30_000, minRate: 0 }), Infinity);
  assert.equal(lasts(0, 29_000, { pause: 30_000, minRate: 0 }), 30);
});

test("bounds that tighten hold at the next look", () => {
  const bounds = { ...BOUNDS };
  const allowance = new Allowance(bounds);
  bounds.pause = 7500;
  assert.equal(allowance.left, 7500);
});

test("a body that drips is given up, and the time in which nobody reads it does not count", async () => {
  const clock = manualClock();
  const stream = new PassThrough();
  const body = new RequestBody(stream, null, clock, { pause: 1000, minRate: 500 }, null);
  let reading = body.read();
  for (let i = 0; i < 5; i++) {
    clock.advance(190);
    stream.write("x");
    assert.equal(Buffer.from((await reading) as Uint8Array).toString(), "x");
    // The platform keeps us from reading: not the client's fault.
    clock.advance(10_000);
    reading = body.read();
  }
  clock.advance(100);
  await assert.rejects(async () => reading, { reason: "timeout" });
});
