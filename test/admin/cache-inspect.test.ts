import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NOT_STORED_WORDS } from "../../src/admin/not-stored-words.ts";
import { NOT_STORED } from "../../src/cache/reasons.ts";
import { cacheUnderTest, filled, INSPECT, PURGE, type CacheUnderTest } from "./cache-setup.ts";

describe("an inspection", () => {
  test("shows an entry with its life, its use and what chose it", async () => {
    const { ask, store, clock } = cacheUnderTest();
    const answer = { headers: ["vary", "accept-language"], asking: ["Accept-Language", "zh"], answeredBy: "beijing", body: "[1]" };
    assert.deepEqual([await store("/api/codes?type=1", answer), await store("/api/codes?type=1", answer)], ["fetch", "hit"]);
    clock.advance(1500);
    const { status, body } = await ask(INSPECT, "url=/api/codes?type=1");
    const [entry] = body["entries"] as { readonly bytes: number }[];
    assert.equal(status, 200);
    assert.ok((entry?.bytes ?? 0) > 900);
    assert.deepEqual(body, {
      site: "default", path: "/api/codes", query: "?type=1", route: { name: "codes", keeps: true }, total: 1, otherQueries: 0, misses: [], shared: "none", why: null,
      entries: [{
        site: "default", route: "codes", home: "beijing", region: "beijing", query: "?type=1", status: 200, state: "fresh", ageSeconds: 1.5, lifetimeSeconds: 3600,
        freshForSeconds: 3598.5, staleForSeconds: 0, staleWhileRevalidateSeconds: 300, staleIfErrorSeconds: 86_400, bytes: entry?.bytes, bodyBytes: 3,
        vary: [{ name: "accept-language", value: "zh" }], tags: ["codes", "codes-beijing"], encodings: [], hits: 1, purged: false, failing: false, retryInSeconds: 0,
      }],
    });
  });

  const one = async ({ ask }: CacheUnderTest): Promise<Record<string, unknown>> => ((await ask(INSPECT, "url=/api/codes?type=1")).body["entries"] as Record<string, unknown>[])[0] ?? {};

  test("says by how much an entry is stale, and why", async () => {
    const aged = await filled();
    aged.clock.advance(3_600_000 + 2500);
    const stale = await one(aged);
    assert.deepEqual([stale["state"], stale["freshForSeconds"], stale["staleForSeconds"], stale["purged"]], ["stale", 0, 2.5, false]);
    const purged = await filled();
    await purged.ask(PURGE, "all=true&soft=true");
    const soft = await one(purged);
    assert.deepEqual([soft["state"], soft["staleForSeconds"], soft["purged"]], ["stale", 0, true]);
  });

  test("says that the last fetch failed, and when the next one comes", async () => {
    const failing = await filled();
    failing.clock.advance(3_600_000);
    for (const resident of failing.cache.inspect("default", "/api/codes", "?type=1").entries) Object.assign(resident, { failing: true, retryAt: failing.clock.now() + 4000 });
    const entry = await one(failing);
    assert.deepEqual([entry["failing"], entry["retryInSeconds"]], [true, 4]);
  });

  test("tells one query from all queries of a path", async () => {
    const { ask } = await filled();
    const counts = async (query: string): Promise<unknown[]> => {
      const { body } = await ask(INSPECT, query);
      return [body["total"], body["otherQueries"], body["query"]];
    };
    assert.deepEqual(await counts("url=/api/codes?type=1"), [2, 2, "?type=1"]);
    assert.deepEqual(await counts("path=/api/codes"), [4, 0, null]);
    assert.deepEqual(await counts("url=/api/codes"), [0, 4, ""]);
  });

  test("lists a hundred entries at most, and says how many there are", async () => {
    const { ask, store } = cacheUnderTest();
    for (let index = 0; index < 130; index += 1) await store(`/api/codes?type=${index}`);
    const { body } = await ask(INSPECT, "path=/api/codes");
    assert.deepEqual([(body["entries"] as unknown[]).length, body["total"]], [100, 130]);
  });

  test("never shows credentials, secrets of the configuration, keys or bodies", async () => {
    const { ask, store } = cacheUnderTest();
    const asking = ["authorization", "Bearer let-me-in", "cookie", "sid=crumbs", "x-app", "it says hush-hush", "x-api-key", "open-up"];
    await store("/api/sealed/a", { route: "sealed", principal: "cn=somebody", asking, headers: ["vary", "authorization, cookie, x-api-key, x-app, x-none", "cache-control", "public, max-age=60"], body: "the body" });
    const { body, text } = await ask(INSPECT, "url=/api/sealed/a");
    const [entry] = body["entries"] as { readonly vary: unknown }[];
    assert.deepEqual(entry?.vary, [
      { name: "authorization", value: "[redacted]" }, { name: "cookie", value: "[redacted]" }, { name: "x-api-key", value: "[redacted]" }, { name: "x-app", value: "it says [redacted]" }, { name: "x-none", value: null },
    ]);
    for (const hidden of ["let-me-in", "open-up", "crumbs", "hush-hush", "somebody", "the body"]) assert.ok(!text.includes(hidden), hidden);
  });

  test("says why nothing was stored, in words, with what to do", async () => {
    const { ask, store } = cacheUnderTest();
    for (let times = 0; times < 3; times += 1) await store("/api/codes?type=1", { headers: ["set-cookie", "a=b"] });
    const { body } = await ask(INSPECT, "url=/api/codes?type=1");
    assert.deepEqual([body["total"], body["why"]], [0, null]);
    assert.deepEqual(body["misses"], [{ url: "/api/codes?type=1", reason: "set-cookie", times: 3, lastAt: "2026-09-21T14:13:20.000Z", ...NOT_STORED_WORDS["set-cookie"] }]);
  });

  for (const [name, url, why] of [
    ["no route", "/nowhere", /^no route takes a GET of it/],
    ["a route that keeps nothing", "/rest/a", /^route 'rest' keeps nothing: give it 'cache: \{\}'/],
    ["a route that keeps answers to POST", "/api/ask", /^nobody has asked for it/],
    ["a URL that nobody asked for", "/api/codes/x", /^no route/],
    ["a query that nobody asked for", "/api/codes?type=9", /^it is not stored with this query, but with others/],
    ["a file that nobody asked for", "/api/files/b", /^nobody has asked for it since the start, or it went again/],
  ] as const) {
    test(`of ${name} says so`, async () => assert.match(String((await (await filled()).ask(INSPECT, `url=${url}`)).body["why"]), why));
  }
});

test("every reason has words and one sentence of advice, in the manner of messages", () => {
  assert.deepEqual(Object.keys(NOT_STORED_WORDS).toSorted(), [...NOT_STORED].toSorted());
  for (const { words, hint } of Object.values(NOT_STORED_WORDS)) {
    for (const text of [words, hint]) assert.match(text, /^[a-z][^.]*(?:\S\.\S[^.]*)*[^.]$/);
  }
});

test("the figures count since the start, with every result and reason at least at 0", async () => {
  const { ask, metrics, cache } = await filled();
  await ask(PURGE, "tag=codes");
  metrics.staleServed("if-error");
  metrics.evicted();
  const { body } = await ask("GET /api/v1/cache/stats", "");
  const { entries, bytes, maxBytes } = cache.stats();
  assert.deepEqual(
    { ...body, notStored: Object.values(body["notStored"] as object).every((count) => count === 0) },
    {
      since: "2026-09-21T14:13:20.000Z", entries, bytes, maxBytes, waiting: 0, shared: "none",
      requests: { "hit": 0, "shared-hit": 0, "stale": 0, "revalidated": 0, "collapsed": 0, "miss": 0, "bypass": 0, "refused": 0 },
      stale: { "while-revalidate": 0, "if-error": 1, "other-region": 0 },
      notStored: true, evictions: 1, invalidations: { url: 0, tag: 1, region: 0, route: 0, all: 0 }, invalidatedEntries: 4,
    },
  );
});
