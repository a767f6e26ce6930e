import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Claim } from "./claim.ts";
import type { Sample } from "./request.ts";
import { noAttackers } from "./slow-attack.ts";
import { runSlowDrill } from "./slow-drill.ts";
import { FULL_SLOW_PLAN, SHORT_SLOW_PLAN, SLOW_KINDS } from "./slow-plan.ts";
import type { SlowRecord, SlowRound } from "./slow-record.ts";
import { judgeSlow, slowTable } from "./slow-verdict.ts";

const STRETCH = 10_000;
const ROUND: Omit<SlowRound, "kind" | "quiet" | "attacked"> = { report: { ended: 700, longest: 4500, oldest: 3900, most: 500, open: 500, refused: 0 }, before: 100e6, during: 120e6, honest: 200 };
const ROUNDS: readonly SlowRound[] = SLOW_KINDS.map((kind, index) => ({ ...ROUND, kind, quiet: [2 * index * STRETCH, (2 * index + 1) * STRETCH], attacked: [(2 * index + 1) * STRETCH, (2 * index + 2) * STRETCH] }));

function sample(sentAt: number, took = 2): Sample {
  return { kind: "read", path: "/api/codes", sentAt, doneAt: sentAt + took, status: 200, fault: null, code: null, by: null, madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null };
}

const EVEN = Array.from({ length: 6000 }, (_, index) => sample(index * 10));
const WELL: SlowRecord = { plan: FULL_SLOW_PLAN, rounds: ROUNDS, samples: EVEN, socketsLeft: 0, tool: [{ mode: "-H", looks: 4, unavailable: 0, exit: "" }] };

describe("the judgement of slow attackers", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map(({ name }) => name.replace(/ \(quiet.*/, ""));
  const head = (change: Partial<SlowRound>): Partial<SlowRecord> => ({ rounds: ROUNDS.map((round) => (round.kind === "head" ? { ...round, ...change } : round)) });
  const slower = (share: number, took: number): Partial<SlowRecord> => ({ samples: EVEN.map((one, index) => (one.sentAt >= STRETCH && one.sentAt < 2 * STRETCH && index % 1000 < 1000 * share ? sample(one.sentAt, took) : one)) });
  const cases: readonly (readonly [string, Partial<SlowRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices three in a hundred that are slower", slower(0.03, 2.5), ["slow head: the others' 99th percentile, times the quiet one"]],
    ["lets one in a thousand be slow", slower(0.001, 50), []],
    ["notices an attacker that outlives its bound", head({ report: { ...ROUND.report, oldest: 60_000 } }), ["slow head: longest life of one"]],
    ["notices attackers that never were", head({ report: { ...ROUND.report, most: 3, ended: 3 } }), ["slow head: attackers at once", "slow head: attackers that were ended"]],
    ["notices memory", head({ during: 900e6 }), ["slow head: resident memory for each"]],
    ["notices an honest client that is cut", head({ honest: 0 }), ["honest clients on a slow line that were cut"]],
    ["notices a request that fails", { samples: [...EVEN, { ...sample(5), status: 503 }] }, ["requests of others that failed"]],
    ["notices sockets that stay", { socketsLeft: 400 }, ["client sockets left at the end"]],
    ["notices what the tool says", { tool: [{ mode: "-H", looks: 4, unavailable: 1, exit: "" }] }, ["slowhttptest -H: looks that found no service"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeSlow({ ...WELL, ...change })), expected));
});

test("slow attackers go within the bounds, and neither an honest slow client nor anybody else does", { skip: noAttackers() ?? false }, async () => {
  const record = await runSlowDrill(SHORT_SLOW_PLAN, () => undefined);
  assert.ok(typeof record !== "string", "there is a python3");
  assert.deepEqual(judgeSlow(record).filter(({ holds }) => !holds), [], slowTable(record));
});
