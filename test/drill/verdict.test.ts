import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Issue } from "../../src/sandbox/ledger.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { submissionClaims } from "./exactly-once.ts";
import { metricValue } from "./metrics-text.ts";
import { SHORT_REGION_PLAN, STAGES } from "./region-plan.ts";
import type { RegionRecord } from "./region-record.ts";
import { judgeRegion } from "./region-verdict.ts";
import type { ReloadRecord, ReloadStep } from "./reload-record.ts";
import { judgeReload } from "./reload-verdict.ts";
import type { Sample } from "./request.ts";

const GOOD: Sample = { kind: "read", path: "/api/codes", sentAt: 0, doneAt: 1, status: 200, fault: null, code: null, by: "first", madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null };

function submitted(orderNo: string, rest: Partial<Sample> = {}): Sample {
  return { ...GOOD, kind: "submission", orderNo, invoiceNo: `1${orderNo}`, ...rest };
}

function issue(orderNo: string, invoiceNo = `1${orderNo}`): Issue {
  return { orderNo, invoiceNo, sellerTaxNo: "x", amount: 1, sha256: "", issuedAt: "", at: 0 };
}

const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);

describe("claims", () => {
  test("a figure that could not be measured, and none of nothing, do not hold", () => {
    assert.deepEqual([atMost("a", Number.NaN, 1).holds, atLeast("b", Number.NaN, 0).holds, noneOf("c", [], 0).holds], [false, false, false]);
    assert.deepEqual([atMost("a", 1, 1).holds, atMost("a", 1.01, 1).holds, atLeast("b", 1, 1).holds, noneOf("c", ["x"], 9).holds], [true, false, true, false]);
  });

  const cases: readonly (readonly [string, readonly Sample[], readonly Issue[], readonly string[]])[] = [
    ["hold where each accepted order is issued once", [submitted("A")], [issue("A")], []],
    ["notice an order that is issued twice", [submitted("A")], [issue("A"), issue("A", "2")], ["submissions issued twice"]],
    ["notice an accepted order that is in no ledger", [submitted("A"), submitted("B")], [issue("A")], ["answered as issued, and not in the ledger under that number"]],
    ["notice another number than the ledger's", [submitted("A", { invoiceNo: "9" })], [issue("A")], ["answered as issued, and not in the ledger under that number"]],
    ["notice an order that was called unsent and is issued", [submitted("A"), submitted("B", { status: 503, code: "open" })], [issue("A"), issue("B")], ["answered as not sent, and in the ledger all the same"]],
    ["leave open what became of an order in doubt", [submitted("A"), submitted("B", { status: 504, code: "in-doubt" })], [issue("A"), issue("B")], []],
    ["notice an invoice that nobody asked for", [submitted("A")], [issue("A"), issue("Z")], ["issued, and never submitted"]],
  ];
  for (const [name, samples, issued, expected] of cases) {
    test(`of submissions ${name}`, () => assert.deepEqual(failing(submissionClaims(samples, issued)), expected));
  }
});

/** A drill in which everything went as it should: a read and a submission every 10 ms, and a ramp in its third stage. */
function wellRun(): RegionRecord {
  let at = 0;
  const samples: Sample[] = [];
  const stages = STAGES.map((name) => {
    const from = at;
    at += SHORT_REGION_PLAN.stages[name];
    for (let sentAt = from; sentAt < at; sentAt += 10) samples.push(...pair(name, sentAt, sentAt - from));
    return { name, from, to: at };
  });
  return { plan: SHORT_REGION_PLAN, stages, samples, ledgers: { beijing: [], second: [], first: samples.filter((one) => one.orderNo !== null && one.status === 200).map((one) => issue(one.orderNo ?? "")) } };
}

function pair(stage: (typeof STAGES)[number], sentAt: number, since: number): Sample[] {
  const away = stage === "the region refuses" || stage === "the region hangs";
  const weight = Math.min(1, since / SHORT_REGION_PLAN.health.slowStart);
  const turn = (sentAt / 10) % 20 < (20 * weight) / (1 + weight);
  const home = stage === "it comes back" && turn ? "second" : "first";
  const order = submitted(`G-${sentAt}`, { sentAt, by: home });
  return [{ ...GOOD, sentAt, by: away ? "beijing" : home }, away ? { ...order, status: 503, code: "open", by: null, invoiceNo: null } : order];
}

function changed(record: RegionRecord, stage: (typeof STAGES)[number], after: number, change: (sample: Sample) => Sample): RegionRecord {
  const from = (record.stages.find((one) => one.name === stage)?.from ?? 0) + after;
  const index = record.samples.findIndex((sample) => sample.kind === "read" && sample.sentAt >= from);
  return { ...record, samples: record.samples.map((sample, i) => (i === index ? change(sample) : sample)) };
}

describe("the region drill's judgement", () => {
  const good = wellRun();
  const bad = (sample: Sample): Sample => ({ ...sample, status: 502, code: "unreachable", by: null });
  const flat = good.samples.map((sample, index) => ({ ...sample, by: sample.by === "beijing" ? sample.by : ["first", "second"][index % 2] ?? null }));
  const cases: readonly (readonly [string, RegionRecord, readonly string[]])[] = [
    ["holds where all went well", good, []],
    ["notices a failure while all is well", changed(good, "all is well", 100, bad), ["all is well: requests that fail"]],
    ["allows a read to fail within the health interval", changed(good, "one endpoint refuses", 300, bad), []],
    ["notices a read that fails after it", changed(good, "one endpoint refuses", 900, bad), ["one endpoint refuses: reads fail for"]],
    ["notices a read that the fallback region does not take", changed(good, "the region refuses", 900, (sample) => ({ ...sample, by: "first" })), ["the region refuses: reads answered by the fallback region after that"]],
    ["notices reads that stay away from home", changed(good, "it wakes up", 2400, (sample) => ({ ...sample, by: "beijing" })), ["it wakes up: reads are at home after"]],
    ["notices a submission in the fallback region's ledger", { ...good, ledgers: { ...good.ledgers, beijing: good.ledgers.first, first: [] } }, ["submissions in the ledger of the fallback region"]],
    ["notices a recovered endpoint that takes its full share at once", { ...good, samples: flat }, ["it comes back: its share in the first third of slow start", "it comes back: how much more it takes in the last third"]],
  ];
  for (const [name, record, expected] of cases) test(name, () => assert.deepEqual(failing(judgeRegion(record)), expected));
});

const HELD = { residentMegabytes: 100, descriptors: 20, clientSockets: 0, upstreamSockets: 0, generations: 1 };
const SOUND: ReloadStep = { index: 1, way: "request", sound: true, result: "applied", problems: [], generation: [1, 2], successGauge: 1, sameConfig: false, breakerState: 2 };
const BROKEN: ReloadStep = { ...SOUND, index: 0, sound: false, result: "refused", problems: ["1:1: x"], generation: [1, 1], successGauge: 0, sameConfig: true };
const RELOADED: ReloadRecord = {
  plan: { reloads: 2, pause: 0, warmUp: 0 }, steps: [BROKEN, SOUND], samples: [GOOD, submitted("A")], issued: [issue("A")], errors: [],
  holdings: { before: HELD, warm: HELD, loaded: HELD, rest: HELD }, refusedByBreaker: { before: "read 503 open", after: "read 503 open" },
};

describe("the reload drill's judgement", () => {
  const cases: readonly (readonly [string, Partial<ReloadRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices a request that was reset", { samples: [{ ...GOOD, status: 0, fault: "ECONNRESET" }, submitted("A")] }, ["read: not answered 2xx, or reset"]],
    ["notices a sound file that is not taken", { steps: [BROKEN, { ...SOUND, result: "unchanged", generation: [1, 1] }] }, ["sound files that were not applied"]],
    ["notices a broken file that is taken", { steps: [{ ...BROKEN, result: "applied", generation: [1, 2] }, SOUND] }, ["broken files that were not refused", "broken files that changed the configuration in use"]],
    ["notices a gauge that stays", { steps: [{ ...BROKEN, successGauge: 1 }, SOUND] }, ["reloads after which the gauge tells the wrong result"]],
    ["notices a breaker that a reload closes", { steps: [BROKEN, { ...SOUND, breakerState: 0 }], refusedByBreaker: { before: "read 503 open", after: "read 200" } }, ["reloads after which the open breaker is not open", "a read for its region, once the platform is back"]],
    ["notices a configuration that stays alive", { holdings: { ...RELOADED.holdings, rest: { ...HELD, generations: 2 } } }, ["configurations alive at rest"]],
    ["notices sockets that stay open", { holdings: { ...RELOADED.holdings, rest: { ...HELD, upstreamSockets: 3, descriptors: 23 } } }, ["sockets to platforms at rest", "descriptors at rest"]],
    ["notices memory that grows", { holdings: { ...RELOADED.holdings, loaded: { ...HELD, residentMegabytes: 140 } } }, ["resident memory: growth under load since the warm-up"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeReload({ ...RELOADED, ...change })), expected));
});

test("a metric's value is the sum over the samples with these labels, and no number where there is none", () => {
  const text = '# HELP m x\nm{a="1",b="2"} 3\nm{a="1",b="3"} 4\nm_total 9\n';
  assert.deepEqual([metricValue(text, "m", { a: "1" }), metricValue(text, "m", { b: "3" }), metricValue(text, "m_total"), metricValue(text, "m", { a: "2" })], [7, 4, 9, Number.NaN]);
});
