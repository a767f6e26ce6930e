import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFaults, type FaultTerms } from "../../src/sandbox/fault-check.ts";

const TERMS: FaultTerms = { operations: ["issue", "query", "unknown"], settings: { processingMs: 100, login: true }, limits: ["send"] };

const WRONG: readonly (readonly [value: unknown, errors: readonly string[]])[] = [
  [[], ['reading faults: document: got "[]", want an object']],
  [null, ['reading faults: document: got "null", want an object']],
  [{ errorBefore: 0.5 }, ['reading faults: errorBefore: got "0.5", want an object']],
  [{ errorBefore: { probability: "0.5" } }, ['reading faults: errorBefore.probability: got "0.5", want a number from 0 to 1']],
  [{ errorBefore: { probability: 1.01 } }, ['reading faults: errorBefore.probability: got "1.01", want a number from 0 to 1']],
  [{ errorBefore: undefined }, ['reading faults: errorBefore: got "undefined", want an object']],
  [{ errorBefore: { odds: 1 } }, ["reading faults: errorBefore.odds: unknown field, want one of probability, on, times"]],
  [{ errorAfter: {} }, ["reading faults: errorAfter.as: missing"]],
  [{ errorAfter: { as: "both" } }, ['reading faults: errorAfter.as: got "both", want one of "reset", "504", "either"']],
  [{ refuseDuplicates: { on: ["issue"] } }, ["reading faults: refuseDuplicates.on: unknown field, want one of forMs"]],
  [{ html: { status: 500 } }, ['reading faults: html.status: got "500", want one of 403, 502, 503']],
  [{ latency: { minMs: 10, maxMs: 5 } }, ['reading faults: latency.maxMs: got "5", want at least minMs, which is "10"']],
  [{ capacity: { concurrent: 0, queue: 1.5 } }, [
    'reading faults: capacity.concurrent: got "0", want a whole number from 1 to 1000000',
    'reading faults: capacity.queue: got "1.5", want a whole number from 0 to 1000000',
  ]],
  [{ halfOpen: { on: ["submit"] } }, [
    'reading faults: halfOpen.on: got "["submit"]", want a list of issue, query, unknown',
  ]],
  [{ limits: {} }, ["reading faults: limits.enforce: missing"]],
  [{ settings: { processingMs: "1", login: 1, other: 1 } }, [
    'reading faults: settings.processingMs: got "1", want a number',
    'reading faults: settings.login: got "1", want a boolean',
    "reading faults: settings.other: unknown field, want one of processingMs, login",
  ]],
  [{ blackout: { forMs: 2 ** 31 } }, ['reading faults: blackout.forMs: got "2147483648", want milliseconds from 0 to 2073600000']],
  [JSON.parse('{"__proto__": {}}'), [
    "reading faults: __proto__: unknown field, want one of blackout, refuseConnections, capacity, latency, halfOpen, garbage, html, " +
    "unauthorized, errorBefore, errorAfter, resetAfterProcessing, resetMidAnswer, slowBody, clockSkew, lateVisibility, refuseDuplicates, limits, settings",
  ]],
];

for (const [value, errors] of WRONG) {
  test(`a fault set ${JSON.stringify(value)} is refused with every mistake named`, () => {
    assert.deepEqual(checkFaults(value, TERMS), { ok: false, errors });
  });
}

test("a full fault set is accepted as it is", () => {
  const faults = {
    blackout: { forMs: 10 }, refuseConnections: {}, capacity: { concurrent: 2, queue: 0 },
    latency: { minMs: 150, maxMs: 220, tail: { probability: 0.2, alpha: 1.2, minMs: 5000, capMs: 60_000 }, on: ["issue"] },
    halfOpen: { probability: 0 }, garbage: { issued: true }, html: { status: 502 }, unauthorized: { times: 1 },
    errorBefore: { probability: 0.087 }, errorAfter: { as: "504" }, resetAfterProcessing: { on: ["issue", "query"] },
    resetMidAnswer: { as: "close" }, slowBody: { bytesPerSecond: 100 }, clockSkew: { ms: -3_600_000 }, lateVisibility: { ms: 1000 }, refuseDuplicates: {},
    limits: { enforce: false, windows: { send: [{ count: 3, ms: 1000 }] } }, settings: { processingMs: 0 },
  };
  assert.deepEqual(checkFaults(faults, TERMS), { ok: true, faults });
});
