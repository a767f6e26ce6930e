import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RATES } from "../../src/sandbox/kinds/pl-ksef/limits.ts";
import { claimTable, type Claim } from "./claim.ts";
import { runPaceDrill } from "./pace-drill.ts";
import { limitsOf, SHORT_PACE_PLAN, type Kind, type PacePlan } from "./pace-plan.ts";
import type { PaceRecord, PaceSample } from "./pace-record.ts";
import { judgePace, paceTable } from "./pace-verdict.ts";
import type { LimitReport } from "./sandbox-process.ts";

/** A minute of one company that sends, and does nothing else; its hour is to be used up, which takes no time here. */
const PLAN: PacePlan = { ...SHORT_PACE_PLAN, loads: [{ context: "c", seconds: 60 }], overload: 1, kinds: ["send"], used: 90, hours: ["invoiceSend"] };
const { perSecond, perMinute, perHour } = RATES.invoiceSend;

function sample(number: number, change: Partial<PaceSample> = {}): PaceSample {
  return { kind: "send", context: "c", isFirst: true, invoice: `c/${number}`, sentAt: 0, doneAt: 1, status: 202, code: "", retryAfter: null, isInForm: false, ...change };
}

function told(number: number, change: Partial<PaceSample> = {}): PaceSample {
  return sample(number, { status: 503, code: "limited-by-platform", retryAfter: 3000, isInForm: true, ...change });
}

function limit(name: string, highest: readonly number[], exceeded = 0): LimitReport {
  const counts = [perSecond, perMinute, perHour];
  return { name, exceeded, windows: counts.map((count, index) => ({ count, ms: 1, exceeded, highest: highest[index] ?? 0 })) };
}

const DONE = Array.from({ length: perMinute }, (_, number) => sample(number));
const ISSUED = DONE.map(({ invoice }) => ({ orderNo: String(invoice), invoiceNo: "1" }));
const LIMITS = [limit("invoiceSend", [perSecond, perMinute, perHour])];
const WELL: PaceRecord = {
  plan: PLAN, alone: { startedAt: 0, samples: [...DONE, told(99)], limits: LIMITS }, intruded: { samples: [told(100)], refused: 1 },
  issued: ISSUED, repeats: 0, settled: 5,
};

describe("the pace drill's judgement", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);
  const alone = (change: Partial<PaceRecord["alone"]>): Partial<PaceRecord> => ({ alone: { ...WELL.alone, ...change } });
  const seen = (...more: readonly PaceSample[]): Partial<PaceRecord> => alone({ samples: [...WELL.alone.samples, ...more] });
  const intruded = (change: Partial<PaceRecord["intruded"]>): Partial<PaceRecord> => ({ intruded: { ...WELL.intruded, ...change } });
  const ODD = "answers that are neither good nor a 503 in the platform's form that says when to come again";
  const TWICE = "invoices in the ledger more than once, or sent again";
  const MOST = "invoiceSend: most in a second, a minute, an hour";
  const cases: readonly (readonly [string, Partial<PaceRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["holds where somebody comes back and is served", { ...seen(told(50), sample(50, { isFirst: false })), issued: [...ISSUED, { orderNo: "c/50", invoiceNo: "1" }] }, []],
    ["notices a 429", seen(told(50, { status: 429 })), ["answers of 429 to callers", ODD]],
    ["notices a refusal that does not say when", seen(told(50, { retryAfter: null })), [ODD]],
    ["notices a refusal in another form", seen(told(50, { isInForm: false })), [ODD]],
    ["notices another refusal", seen(told(50, { code: "overloaded" })), [ODD]],
    ["notices an answer that never came", seen(sample(50, { status: 0 })), [ODD]],
    ["notices what the platform refused", alone({ limits: [...LIMITS, limit("other", [1, 1, 1], 1)] }), ["requests that the platform refused for a limit"]],
    ["notices one too many in a second", alone({ limits: [limit("invoiceSend", [perSecond + 1, perMinute, perHour])] }), [MOST]],
    ["notices one too many in a minute", alone({ limits: [limit("invoiceSend", [perSecond, perMinute + 1, perHour])] }), [MOST]],
    ["notices one too many in an hour", alone({ limits: [limit("invoiceSend", [perSecond, perMinute, perHour + 1])] }), [MOST]],
    ["notices a limit of which the platform knows nothing", alone({ limits: [] }), [MOST, "invoiceSend: most in an hour"]],
    ["notices an hour that is not used up", alone({ limits: [limit("invoiceSend", [perSecond, perMinute, perHour / 2])] }), ["invoiceSend: most in an hour"]],
    ["notices a wait that is not the hour's", alone({ samples: [...DONE, told(99, { retryAfter: 60 })] }), ["invoiceSend: longest wait told"]],
    ["notices that nobody had to wait", alone({ samples: DONE }), ["invoiceSend: longest wait told", "told when to come again"]],
    ["notices a limit that nobody comes near", { ...alone({ samples: [...DONE.slice(0, perMinute / 2), told(99)] }), issued: ISSUED.slice(0, perMinute / 2) }, ["invoiceSend: asked for at first, of what is allowed", "invoiceSend: used of what is allowed in the time"]],
    ["notices what was done after the load alone", alone({ samples: WELL.alone.samples.map((one) => ({ ...one, doneAt: 60_001 })) }), ["invoiceSend: used of what is allowed in the time"]],
    ["notices an invoice that was issued twice", { issued: [...ISSUED, { orderNo: "c/0", invoiceNo: "2" }] }, [TWICE]],
    ["notices an invoice that was sent again", { repeats: 1 }, [TWICE]],
    ["notices an invoice that is lost", { issued: ISSUED.slice(1) }, ["invoices told as taken in, and not in the ledger"]],
    ["notices an invoice that was told to wait and is there", { issued: [...ISSUED, { orderNo: "c/99", invoiceNo: "1" }] }, ["invoices told to wait, and in the ledger all the same"]],
    ["notices work that never ends", { settled: null }, ["settled after the load"]],
    ["notices an intruder who never came", intruded({ refused: 0 }), ["with an intruder: requests that the platform refused"]],
    ["notices a 429 beside an intruder", intruded({ samples: [told(100, { status: 429 })] }), ["with an intruder: answers of 429 to callers", `with an intruder: ${ODD}`]],
    ["notices that the platform is not listened to", intruded({ refused: perSecond + 1 }), ["with an intruder: the same, none after the platform said to wait"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgePace({ ...WELL, ...change })), expected));
});

test("what is opened and what is closed count against one limit", () => {
  const kinds: readonly Exclude<Kind, "close">[] = ["send", "open", "state"];
  assert.deepEqual(limitsOf({ ...PLAN, kinds }), ["invoiceSend", "onlineSession", "invoiceStatus"]);
});

test("the short drill holds: KSeF's limits are kept, and whoever asks for more is told to wait in its form", async () => {
  const record = await runPaceDrill(SHORT_PACE_PLAN, () => {});
  const claims = judgePace(record);
  assert.ok(claims.every(({ holds }) => holds), `${paceTable(record)}\n${claimTable(claims)}`);
});
