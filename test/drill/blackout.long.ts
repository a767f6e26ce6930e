import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runBlackoutDrill } from "./blackout-drill.ts";
import { BLACKOUT_STAGES, SHORT_BLACKOUT_PLAN } from "./blackout-plan.ts";
import { freshnessOf, type BlackoutRecord, type BlackoutStage } from "./blackout-record.ts";
import { blackoutTable, judgeBlackout } from "./blackout-verdict.ts";
import type { Claim } from "./claim.ts";
import type { Sample } from "./request.ts";

const STAGE_MS = 3000;
const STEP_MS = 50;
const NONE = { attempts: 0, refused: 0, opened: 0, connections: 0 };
const AT = Object.fromEntries(BLACKOUT_STAGES.map((name, index) => [name, index * STAGE_MS])) as Record<BlackoutStage["name"], number>;

/** An answer that was made at 0, or again a second after the platform is back, and lives for a second. */
function read(kind: string, sentAt: number): Sample {
  const away = sentAt < AT["well again"] + 1000;
  const madeAt = sentAt < 900 || away ? 0 : AT["well again"] + 1000;
  const ttl = 1000 - (sentAt - madeAt);
  const mark = ttl >= 0 ? "" : `; detail=${ttl < -1000 ? "if-error" : "while-revalidate"}`;
  const answered = { kind, path: "/api/codes/1", sentAt, doneAt: sentAt + 1, status: 200, fault: null, code: null, orderNo: null, invoiceNo: null, madeAt };
  return { ...answered, by: kind.replace(/.* /, ""), age: Math.floor((sentAt - madeAt) / 1000), cacheStatus: `taxgate; hit; ttl=${Math.floor(ttl / 1000)}${mark}` };
}

function national(sentAt: number): Sample {
  return { ...read("national of hunan", sentAt), by: "beijing", cacheStatus: `taxgate; fwd=uri-miss; ttl=${Math.floor((1000 - sentAt) / 1000)}; detail=other-region` };
}

function wellRun(): BlackoutRecord {
  const kinds = ["codes of guangdong", "codes of sichuan", "rates of guangdong", "rates of sichuan"];
  const times = Array.from({ length: (BLACKOUT_STAGES.length * STAGE_MS) / STEP_MS }, (_, index) => index * STEP_MS);
  const isDark = (at: number): boolean => at >= AT["dark: hangs"] && at < AT["well again"];
  const counts = { beijing: NONE, guangdong: NONE, sichuan: NONE, hunan: NONE };
  const hung = [0, 1500].map((after) => ({ path: "/api/codes/1", at: AT["dark: hangs"] + after }));
  return {
    plan: SHORT_BLACKOUT_PLAN,
    stages: BLACKOUT_STAGES.map((name) => ({ name, from: AT[name], to: AT[name] + STAGE_MS, counts, retries: 0 })),
    samples: times.flatMap((at) => [...kinds.map((kind) => read(kind, at)), ...(isDark(at) ? [national(at)] : [])]),
    arrivals: { beijing: [], guangdong: hung, sichuan: hung, hunan: [] },
  };
}

/** The record with its first sample of a kind from that time on changed. */
function changed(record: BlackoutRecord, kind: string, from: number, change: Partial<Sample>): BlackoutRecord {
  const index = record.samples.findIndex((sample) => sample.kind === kind && sample.sentAt >= from);
  return { ...record, samples: record.samples.map((sample, at) => (at === index ? { ...sample, ...change } : sample)) };
}

const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);

describe("the blackout drill's judgement", () => {
  const good = wellRun();
  const [codes, deep] = ["codes of guangdong", AT["dark: refuses"] + 500];
  const marks = "always: answers that outlived their life and are not marked, or marked and young";
  const late = "dark for longer than a life: reads not answered stale and marked";
  const again = [0, 900].map((after) => ({ path: "/api/codes/1", at: AT["dark: hangs"] + after }));
  const stages = good.stages.map((stage) => ({ ...stage, counts: { ...stage.counts, sichuan: { ...NONE, attempts: 281 } } }));
  const cases: readonly (readonly [string, BlackoutRecord, readonly string[]])[] = [
    ["holds where all went well", good, []],
    ["notices a read that fails in the dark", changed(good, codes, deep, { status: 503, cacheStatus: null }), ["dark: reads of warm entries not answered 200", late]],
    ["notices a read that another region answers", changed(good, codes, deep, { by: "beijing" }), ["dark: of these, answered by another region"]],
    ["notices a stale answer without its reason", changed(good, codes, deep, { cacheStatus: "taxgate; hit; ttl=-5" }), [late, marks]],
    ["notices a stale answer that is called fresh", changed(good, codes, deep, { cacheStatus: "taxgate; hit; ttl=1" }), [late, marks]],
    ["notices an Age that began anew", changed(good, codes, deep, { age: 0 }), ["always: Age that is not the answer's"]],
    ["notices an answer without Age", changed(good, codes, deep, { age: null }), ["always: Age that is not the answer's"]],
    ["notices national data that is not served", changed(good, "national of hunan", deep, { status: 502, by: null }), ["dark: reads of national data without an entry at home, not answered from Beijing's entry"]],
    ["notices a key that is asked for too soon", { ...good, arrivals: { ...good.arrivals, sichuan: again } }, ["sichuan hangs: requests sooner than an interval after the one before for the same key"]],
    ["notices a breaker that lets nothing through, which shows nothing", { ...good, arrivals: { ...good.arrivals, sichuan: [] } }, ["sichuan hangs: requests sooner than an interval after the one before for the same key"]],
    ["notices too many attempts where nobody listens", { ...good, stages }, ["sichuan refuses: attempts"]],
    ["notices a caller who waits though a stale answer is there", changed(good, codes, deep, { doneAt: deep + 700 }), ["dark: longest a read with stale-while-revalidate takes"]],
    ["notices a caller who waits for two attempts", changed(good, "rates of sichuan", deep, { doneAt: deep + 2100 }), ["dark: longest a read without it takes"]],
    ["notices an entry that stays old", changed(good, codes, AT["well again"] + 2800, { madeAt: 0, age: 11, cacheStatus: "taxgate; hit; ttl=-11; detail=if-error" }), ["well again: guangdong serves what was made before, for"]],
  ];
  for (const [name, record, expected] of cases) test(name, () => assert.deepEqual(failing(judgeBlackout(record)), expected));
});

test("Cache-Status is read in one word, and a negative ttl without a reason is no mark", () => {
  const cases = [
    ["taxgate; hit; ttl=3", "fresh"], ["taxgate; fwd=stale; fwd-status=304; ttl=3", "fresh"], ["taxgate; fwd=uri-miss; collapsed; ttl=3", "fresh"],
    ["taxgate; hit; ttl=-1; detail=while-revalidate", "while-revalidate"], ["taxgate; fwd=stale; ttl=-1; detail=if-error", "if-error"],
    ["taxgate; fwd=uri-miss; ttl=9; detail=other-region", "other-region"], ["taxgate; fwd=uri-miss; fwd-status=200; stored", "forwarded"],
    ["taxgate; hit; ttl=-1", "unmarked"], ["taxgate; hit; ttl=3; detail=if-error", "unmarked"], [null, "unmarked"],
  ] as const;
  for (const [cacheStatus, want] of cases) assert.equal(freshnessOf({ ...read("codes of guangdong", 0), cacheStatus }), want, String(cacheStatus));
});

test("a region that goes dark under read load is answered for by its own stale entries, and asked once a key and interval", async () => {
  const record = await runBlackoutDrill(SHORT_BLACKOUT_PLAN, () => undefined);
  assert.deepEqual(failing(judgeBlackout(record)), [], blackoutTable(record));
});
