import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimTable, type Claim } from "./claim.ts";
import type { Order } from "./legacy-client.ts";
import { runOverloadDrill } from "./overload-drill.ts";
import { capacityOf, FULL_OVERLOAD_PLAN, SHORT_OVERLOAD_PLAN, type OverloadPlan } from "./overload-plan.ts";
import type { ModeRecord, OverloadRecord } from "./overload-record.ts";
import { judgeOverload, overloadTable } from "./overload-verdict.ts";
import type { Sample } from "./request.ts";

/** Of 100 a second, and 25 while it is down. */
const PLAN: OverloadPlan = { ...FULL_OVERLOAD_PLAN, workers: 8, workersLeft: 2, work: { minMs: 60, maxMs: 100 }, length: 40_000, warm: 1000, from: 10_000, to: 20_000 };

const NOTHING = { path: "/", sentAt: 0, fault: null, code: null, by: null, madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null };

function read(doneAt: number, status = 200): Sample {
  return { ...NOTHING, kind: "read", doneAt, status };
}

function order(number: number, change: Partial<Order> = {}): Order {
  return { ...NOTHING, kind: "submission", doneAt: 5000, status: 200, said: 0, orderNo: `T-${number}`, invoiceNo: `I-${number}`, tries: 1, seen: ["200"], ...change };
}

/** Reads at an even pace from one ms to another. */
function served(perSecond: number, from: number, to: number): Sample[] {
  return Array.from({ length: ((to - from) * perSecond) / 1000 }, (_, index) => read(from + (index * 1000) / perSecond));
}

const ORDERS = [order(1), order(2)];
const ISSUED = ORDERS.map(({ orderNo, invoiceNo }) => ({ orderNo, invoiceNo: String(invoiceNo) }));
const WELL: ModeRecord = {
  startedAt: 0, orders: ORDERS, issued: ISSUED, repeats: 0, settled: 10, slots: [],
  reads: [...served(98, 0, 10_000), ...served(24, 10_000, 20_000), ...served(98, 22_000, 40_000)],
};
const WORSE: ModeRecord = { ...WELL, reads: served(1, 0, 40_000) };

describe("the overload drill's judgement", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);
  const without = (from: number, to: number): Partial<ModeRecord> => ({ reads: WELL.reads.filter(({ doneAt }) => doneAt < from || doneAt >= to) });
  const HOLES = "seconds below 60 % of the capacity, of 33";
  const BEFORE = "goodput before, of the platform's capacity";
  const DOWN = "goodput while it is down, of the platform's capacity";
  const AFTER = "goodput after, of the platform's capacity";
  const cases: readonly (readonly [string, Partial<ModeRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices too little before", without(2000, 4000), [BEFORE]],
    ["notices too little while the capacity is down", without(12_000, 15_000), [DOWN]],
    ["notices too little afterwards", without(26_000, 29_000), [AFTER]],
    ["notices holes", without(12_000, 20_000), [DOWN, HOLES]],
    ["notices that the capacity is used too late", without(22_000, 25_500), ["until its capacity is used again"]],
    ["notices that it is never used again", without(22_000, 40_000), [AFTER, "until its capacity is used again", HOLES]],
    ["does not count refusals", { reads: WELL.reads.map((one) => (one.doneAt >= 2000 && one.doneAt < 4000 ? { ...one, status: 503 } : one)) }, [BEFORE]],
    ["notices an invoice that was issued twice", { issued: [...ISSUED, { orderNo: "T-1", invoiceNo: "I-3" }] }, ["invoices issued twice"]],
    ["notices an invoice that was sent again", { repeats: 1 }, ["invoices issued twice"]],
    ["notices an invoice that is lost", { issued: ISSUED.slice(1) }, ["told as issued, and not in the ledger"]],
    ["notices an order that failed, and was issued", { orders: [order(1), order(2, { status: 503, said: null })] }, ["told as failed to the end, and issued all the same", "orders that were never told of their invoice"]],
    ["notices an order that was never issued", { orders: [...ORDERS, order(3, { status: 503, said: null })] }, ["orders that were never told of their invoice"]],
    ["notices an invoice that nobody asked for", { issued: [...ISSUED, { orderNo: "X", invoiceNo: "I-9" }] }, ["issued, and never submitted"]],
    ["notices work that never ends", { settled: null }, ["settled after the load"]],
  ];
  const judged = (adaptive: ModeRecord, off = WORSE): OverloadRecord => ({ plan: PLAN, modes: { adaptive, off } });
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeOverload(judged({ ...WELL, ...change }))), expected));

  test("notices that it is no better than nothing", () => {
    const better: ModeRecord = { ...WELL, reads: served(25, 10_000, 20_000) };
    assert.deepEqual(failing(judgeOverload(judged(WELL, better))), ["without it: goodput while the capacity is down"]);
  });

  test("fails where nothing ran", () => assert.equal(failing(judgeOverload({ plan: PLAN, modes: {} })).length, 1));
});

test("the platform's capacity is its workers by the time that they need", () => {
  assert.deepEqual([capacityOf(PLAN, 8), capacityOf(PLAN, 2)], [100, 25]);
});

test("the short drill holds: what the platform can do is used, and no invoice is lost or issued twice", async () => {
  const record = await runOverloadDrill(SHORT_OVERLOAD_PLAN, () => {});
  const claims = judgeOverload(record);
  assert.ok(claims.every(({ holds }) => holds), `${overloadTable(record)}\n${claimTable(claims)}`);
});
