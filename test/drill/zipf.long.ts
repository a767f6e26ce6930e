import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Claim } from "./claim.ts";
import { expectedHitRate } from "./zipf-odds.ts";
import { SHORT_ZIPF_PLAN } from "./zipf-plan.ts";
import type { ZipfRecord, ZipfRow } from "./zipf-record.ts";
import { judgeZipf } from "./zipf-verdict.ts";

const FULL: ZipfRow = { second: 0, resident: 200, heap: 100, external: 10, entries: 100, entriesMegabytes: 60, evictions: 5, hits: 0, lookUps: 0 };
/** A hundred keys that are asked for alike: of so many entries as there are keys, all are hits. */
const WELL: ZipfRecord = {
  plan: { ...SHORT_ZIPF_PLAN, keys: 100, exponent: 0 }, idle: 100, requests: 100, failures: 0,
  resident: [150, 200, 210, 205, 208, 209], rows: [0, 50, 100].map((count) => ({ ...FULL, second: count, hits: count, lookUps: count })),
};

describe("the Zipf drill's judgement", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);
  const rows = (change: Partial<ZipfRow>): Partial<ZipfRecord> => ({ rows: WELL.rows.map((row) => ({ ...row, ...change })) });
  const cases: readonly (readonly [string, Partial<ZipfRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices a process that is too large", { resident: [150, 228, 227, 227, 227, 227] }, ["resident above the process that was idle after 1,000 requests, largest"]],
    ["notices a process that grows", { resident: [150, 160, 170, 180, 190, 200] }, ["resident: largest of the last third above largest of the second"]],
    ["notices entries above the bound", rows({ entriesMegabytes: 67.2 }), ["entries by the cache's own reckoning, largest"]],
    ["notices a bound that was never reached", rows({ evictions: 0 }), ["evictions: the bound was reached"]],
    ["notices a cache that forgets what it should keep", { rows: WELL.rows.map((row) => ({ ...row, hits: row.hits * 0.97 })) }, ["hit rate in the second half"]],
    ["notices a request that fails", { failures: 1 }, ["requests that failed, of 100"]],
    ["notices a load that never came", { requests: 0 }, ["requests that failed, of 0"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeZipf({ ...WELL, ...change })), expected));
});

test("a store gives the hit rate that the approximation says, by a plain simulation", () => {
  const [keys, exponent, entries, requests] = [2000, 0.9, 200, 200_000];
  const sums: number[] = [];
  for (let rank = 1; rank <= keys; rank += 1) sums.push((sums.at(-1) ?? 0) + rank ** -exponent);
  // A fixed sequence (Park and Miller), so that the test says the same each time.
  let state = 1;
  const draw = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const kept = new Map<number, true>();
  let hits = 0;
  for (let request = 0; request < requests; request += 1) {
    const at = draw() * (sums.at(-1) as number);
    const key = sums.findIndex((sum) => sum >= at);
    if (kept.delete(key)) hits += 1;
    kept.set(key, true);
    if (kept.size > entries) kept.delete(kept.keys().next().value as number);
  }
  assert.ok(Math.abs(hits / requests - expectedHitRate(keys, exponent, entries)) < 0.01, `${hits / requests} against ${expectedHitRate(keys, exponent, entries)}`);
});
