import assert from "node:assert/strict";
import { test } from "node:test";
import type { Headers } from "../../src/http/message.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { ask, caching, fresh, type Parts } from "./recall-setup.ts";
import { answered } from "./setup.ts";

const FAR: Headers = ["X-Region", "r2"];
const STALE = { staleIfError: "1h" };

/** What a region's open breaker says: no attempt was made, and no pause comes before the next region. */
const OPEN: AttemptResult = { kind: "refused", cause: "breaker-open", detail: "", retryAfter: 5 };

/** Regions that say their name, or are down. r1 falls back to r2. */
function regions(cache: unknown, down: () => readonly string[] = () => [], answer: (region: string) => AttemptResult = (region) => fresh(region)): Parts {
  return caching(cache, (_call, _control, _number, region) => (down().includes(region) ? OPEN : answer(region)), { attempts: 2 });
}

test("each region's callers have answers of their own", async () => {
  const parts = regions({});
  assert.deepEqual([(await ask(parts)).text, (await ask(parts, "GET /codes", FAR)).text], ["r1", "r2"]);
  assert.deepEqual([(await ask(parts)).text, (await ask(parts, "GET /codes", FAR)).text], ["r1", "r2"]);
  assert.deepEqual(parts.ends.map(({ cache }) => cache), ["miss", "miss", "hit", "hit"]);
});

test("another region's answer is marked, and not kept for the home's callers", async () => {
  const parts = regions({}, () => ["r1"]);
  const first = await ask(parts);
  assert.deepEqual([first.text, first.header("taxgate-region"), first.header("cache-status")], ["r2", "r2", "taxgate; fwd=uri-miss; fwd-status=200"]);
  assert.equal((await ask(parts)).cached, "miss");
  assert.deepEqual(parts.notStored, ["other-region", "other-region"]);
  assert.equal((await ask(parts, "GET /codes", FAR)).header("taxgate-region"), undefined);
});

test("where the data is national it is kept, and stays marked", async () => {
  const parts = regions({ scope: "national" }, () => ["r1"]);
  await ask(parts);
  const second = await ask(parts);
  assert.deepEqual([second.text, second.cached, second.header("taxgate-region")], ["r2", "hit", "r2"]);
});

test("a stale answer of the home comes before a fresh one of another region", async () => {
  let down: string[] = [];
  const parts = regions({ ...STALE, scope: "national" }, () => down);
  await ask(parts);
  await ask(parts, "GET /codes", FAR);
  parts.clock.advance(60_001);
  down = ["r1"];
  const seen = await ask(parts);
  assert.deepEqual([seen.text, seen.cached, seen.header("taxgate-region")], ["r1", "stale", undefined]);
  assert.equal(seen.header("cache-status"), "taxgate; fwd=stale; ttl=-1; detail=if-error");
  assert.deepEqual(parts.calls.map(({ region }) => region), ["r1", "r2", "r1"]);
});

test("another region's entry is used only where the data is national and no region answers", async () => {
  for (const scope of ["home", "national"]) {
    let down: string[] = [];
    const parts = regions({ ...STALE, scope }, () => down);
    await ask(parts, "GET /codes", FAR);
    parts.clock.advance(60_001);
    down = ["r1", "r2"];
    const seen = await ask(parts);
    if (scope === "home") assert.equal(seen.code, "503 open");
    else assert.deepEqual([seen.text, seen.cached, parts.staleServed], ["r2", "stale", ["other-region"]]);
  }
});

test("another region's entry is marked with its region", async () => {
  let down: string[] = [];
  const parts = regions({ ...STALE, scope: "national" }, () => down);
  await ask(parts, "GET /codes", FAR);
  down = ["r1", "r2"];
  assert.equal((await ask(parts)).header("taxgate-region"), "r2");
});

test("another region's entry is bounded by its own window", async () => {
  let down: string[] = [];
  const parts = regions({ ...STALE, scope: "national" }, () => down);
  await ask(parts, "GET /codes", FAR);
  down = ["r1", "r2"];
  parts.clock.advance(3_660_001);
  assert.equal((await ask(parts)).code, "503 open");
});

test("another region that must not be served stale is not", async () => {
  let down: string[] = [];
  const parts = regions({ ...STALE, scope: "national" }, () => down, (region) => fresh(region, "max-age=60, must-revalidate"));
  await ask(parts, "GET /codes", FAR);
  down = ["r1", "r2"];
  parts.clock.advance(60_001);
  assert.equal((await ask(parts)).code, "503 open");
});

test("who says how fresh it has to be gets nothing of another region either", async () => {
  let down: string[] = [];
  const parts = regions({ ...STALE, scope: "national" }, () => down);
  await ask(parts, "GET /codes", FAR);
  down = ["r1", "r2"];
  assert.equal((await ask(parts, "GET /codes", ["Cache-Control", "max-age=60"])).code, "503 open");
});

test("a 304 of another region does not make the home's entry fresh", async () => {
  let down: string[] = [];
  const parts = regions({}, () => down, (region) => (region === "r1" ? fresh("r1", "max-age=60", ["ETag", '"1"']) : answered(304, "", ["ETag", '"1"', "Cache-Control", "max-age=60"])));
  await ask(parts);
  parts.clock.advance(60_001);
  down = ["r1"];
  assert.equal((await ask(parts)).header("taxgate-region"), "r2");
  assert.notEqual((await ask(parts)).cached, "hit");
});
