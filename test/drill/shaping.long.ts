import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFaults } from "../../src/sandbox/fault-check.ts";
import { GENERIC_JSON } from "../../src/sandbox/kinds/generic-json/generic-json.ts";
import { termsOf } from "../../src/sandbox/routes.ts";
import { claimTable, type Claim } from "./claim.ts";
import type { Sample } from "./request.ts";
import { runShapingDrill } from "./shaping-drill.ts";
import { fairShares, jainIndex } from "./shaping-fairness.ts";
import { FULL_SHAPING_PLAN, SHORT_SHAPING_PLAN, shapingFaults, type ShapingPlan } from "./shaping-plan.ts";
import type { ShapingRecord, TaxpayerRecord } from "./shaping-record.ts";
import { judgeShaping, shapingTable } from "./shaping-verdict.ts";

const SHARES: readonly (readonly [asked: readonly number[], capacity: number, shares: readonly number[]])[] = [
  [[1, 1, 1], 6, [1, 1, 1]],
  [[10, 10], 6, [3, 3]],
  [[1, 100, 5], 9, [1, 4, 4]],
  [[8, 2, 2, 8], 12, [4, 2, 2, 4]],
  [[5], 0, [0]],
];
for (const [asked, capacity, shares] of SHARES) {
  test(`of ${capacity}, those who ask for ${asked.join(", ")} have a share of ${shares.join(", ")}`, () => assert.deepEqual(fairShares(asked, capacity), shares));
}

test("Jain's index is 1 where all have the same, and a quarter where one of four has all", () => {
  assert.deepEqual([jainIndex([2, 2, 2, 2]), jainIndex([5, 0, 0, 0]), jainIndex([3, 1])], [1, 0.25, 0.8]);
  assert.ok(Number.isNaN(jainIndex([])));
});

/** A second in which 44 may go and 124 come. */
const PLAN: ShapingPlan = { ...SHORT_SHAPING_PLAN, windows: [{ count: 44, ms: 1000 }, { count: 1000, ms: 60_000 }], length: 1000, overload: 2.8 };

function sample(change: Partial<Sample>): Sample {
  return { kind: "read", path: "/", sentAt: 0, doneAt: 100, status: 200, fault: null, code: null, by: null, madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null, ...change };
}

const TOLD = { status: 503, code: "limited-by-platform", retryAfter: 2 } as const;

/** Two modest ones get all that they ask for; the others get two of six. */
const TAXPAYERS: readonly TaxpayerRecord[] = [
  ...["m", "n"].map((name) => ({ kind: "modest" as const, samples: [sample({}), sample({ kind: "submission", orderNo: name, doneAt: 50 })] })),
  ...Array.from({ length: 20 }, (_, index) => ({ kind: "flooding" as const, samples: [sample({}), sample({ kind: "submission", orderNo: `f${index}`, doneAt: 50 }), sample(TOLD), sample(TOLD), sample(TOLD), sample({ ...TOLD, kind: "submission", orderNo: `g${index}` })] })),
];
const ISSUED = TAXPAYERS.flatMap(({ samples }) => samples).filter(({ orderNo, status }) => orderNo !== null && status === 200).map(({ orderNo }) => ({ orderNo: orderNo ?? "", invoiceNo: "1" }));
const LIMITS = [{ name: "all", exceeded: 0, windows: [{ count: 44, ms: 1000, exceeded: 0, highest: 44 }, { count: 1000, ms: 60_000, exceeded: 0, highest: 44 }] }];
const WELL: ShapingRecord = { plan: PLAN, taxpayers: TAXPAYERS, limits: LIMITS, issued: ISSUED, repeats: 0, settled: 100 };

function failing(claims: readonly Claim[]): string[] {
  return claims.filter(({ holds }) => !holds).map(({ name }) => name);
}

/** Every sample of the taxpayers of a kind as it is changed. */
function changed(change: (one: Sample, taxpayer: number) => Sample): Pick<ShapingRecord, "taxpayers"> {
  return { taxpayers: TAXPAYERS.map((one, taxpayer) => ({ ...one, samples: one.samples.map((each) => change(each, taxpayer)) })) };
}

const VERDICTS: readonly (readonly [what: string, change: Partial<ShapingRecord>, failing: readonly string[]])[] = [
  ["a good run", {}, []],
  ["a window that was exceeded", { limits: LIMITS.map((one) => ({ ...one, windows: one.windows.map((window) => ({ ...window, highest: 45 })) })) }, ["most at the platform in 1 s"]],
  ["a refusal of the platform", { limits: LIMITS.map((one) => ({ ...one, exceeded: 1 })) }, ["requests that the platform refused for a limit"]],
  ["a platform that counts nothing", { limits: [] }, ["most at the platform in 1 s", "most at the platform in 60 s", "requests that the platform refused for a limit"]],
  ["a 429 to a caller", changed((one, taxpayer) => (taxpayer === 2 && one.status === 503 && one.orderNo === null ? { ...one, status: 429 } : one)), ["answers of 429", "answers that are neither good nor a 503 that says when to come again"]],
  ["a wait that is not told", changed((one) => (one.status === 503 ? { ...one, retryAfter: null } : one)), ["answers that are neither good nor a 503 that says when to come again", "told when to come again", "submissions told when to come again"]],
  ["some who get all, where others get nothing", changed((one, taxpayer) => (taxpayer < 2 || one.orderNo !== null ? one : sample(taxpayer % 2 === 0 ? {} : TOLD))), ["Jain's index of what they got of it"]],
  ["modest ones who are kept waiting", changed((one, taxpayer) => (taxpayer < 2 && one.orderNo === null ? sample(TOLD) : one)), ["who asked for less got"]],
  ["submissions behind reads", changed((one) => (one.orderNo === null ? one : { ...one, doneAt: 500 })), ["wait of submissions, 99 %"]],
  ["an invoice that was issued twice", { issued: [...ISSUED, ...ISSUED.slice(0, 1)] }, ["invoices in the ledger more than once, or sent again"]],
  ["an invoice that was sent again", { repeats: 1 }, ["invoices in the ledger more than once, or sent again"]],
  ["an invoice that is lost", { issued: ISSUED.slice(1) }, ["told as issued, and not in the ledger"]],
  ["an invoice that was told to wait and is there", { issued: [...ISSUED, { orderNo: "g1", invoiceNo: "1" }] }, ["told to wait, and in the ledger all the same"]],
  ["work that never ends", { settled: null }, ["settled after the load"]],
];
for (const [what, change, expected] of VERDICTS) {
  test(`the verdict on ${what}`, () => assert.deepEqual(failing(judgeShaping({ ...WELL, ...change })), expected));
}

test("the platform knows the limits of both plans", () => {
  for (const plan of [FULL_SHAPING_PLAN, SHORT_SHAPING_PLAN]) {
    const faults = shapingFaults(plan);
    assert.deepEqual(checkFaults(faults, termsOf(GENERIC_JSON)), { ok: true, faults });
  }
});

test("both plans ask for three times what a second allows, for a hundred taxpayers", () => {
  for (const { kinds, windows, overload } of [FULL_SHAPING_PLAN, SHORT_SHAPING_PLAN]) {
    assert.equal(kinds.reduce((sum, { taxpayers }) => sum + taxpayers, 0), 100);
    assert.equal(kinds.reduce((sum, { taxpayers, perSecond }) => sum + taxpayers * perSecond, 0), overload * (windows[0]?.count ?? 0));
  }
});

test("the short drill holds: the platform's limit is kept, and all taxpayers have their share of it", async () => {
  const record = await runShapingDrill(SHORT_SHAPING_PLAN, () => {});
  const claims = judgeShaping(record);
  assert.ok(claims.every(({ holds }) => holds), `${shapingTable(record)}\n${claimTable(claims)}`);
});
