import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NOT_STORED_WORDS } from "../../src/admin/not-stored-words.ts";
import { NOT_STORED } from "../../src/cache/reasons.ts";
import type { SharedTier } from "../../src/cache/shared-tier.ts";
import { cacheUnderTest, TWO_SITES, type CacheUnderTest } from "./cache-setup.ts";

const PURGE = "POST /api/v1/cache/purge";
const INSPECT = "GET /api/v1/cache/inspect";

/** Four entries of two URLs and two regions, and one of another route. */
async function filled(yaml?: string, shared: SharedTier | null = null): Promise<CacheUnderTest> {
  const test = cacheUnderTest(yaml, shared);
  for (const region of ["beijing", "guangdong"]) for (const url of ["/api/codes?type=1", "/api/codes?type=2"]) await test.store(url, { region });
  await test.store("/api/files/a", { route: "files", headers: ["cache-control", "max-age=60"] });
  assert.equal(test.cache.stats().entries, 5);
  return test;
}

const PURGES: readonly (readonly [string, number, object])[] = [
  ["url=%2Fapi%2Fcodes%3Ftype%3D1", 2, { kind: "url", soft: false, site: "default", path: "/api/codes", query: "?type=1" }],
  ["url=/api/%2563odes?type=1", 2, { kind: "url", soft: false, site: "default", path: "/api/codes", query: "?type=1" }],
  ["url=/api/x/../codes?type=1", 2, { kind: "url", soft: false, site: "default", path: "/api/codes", query: "?type=1" }],
  ["url=/api/codes", 0, { kind: "url", soft: false, site: "default", path: "/api/codes", query: "" }],
  ["path=/api/codes", 4, { kind: "url", soft: false, site: "default", path: "/api/codes", query: null }],
  ["path=/api/codes&soft=true", 4, { kind: "url", soft: true, site: "default", path: "/api/codes", query: null }],
  ["url=/api/files/a%252Fb", 0, { kind: "url", soft: false, site: "default", path: "/api/files/a%2Fb", query: "" }],
  ["tag=codes", 4, { kind: "tag", soft: false, tag: "codes" }],
  ["tag=codes-beijing&site=default&soft=false", 2, { kind: "tag", soft: false, tag: "codes-beijing" }],
  ["region=guangdong", 2, { kind: "region", soft: false, site: "default", region: "guangdong" }],
  ["route=codes", 4, { kind: "route", soft: false, site: "default", route: "codes" }],
  ["all=true", 5, { kind: "all", soft: false }],
];

describe("a purge", () => {
  for (const [query, entries, what] of PURGES) {
    test(`of ${query} hits ${entries} entries`, async () => {
      const { ask, cache } = await filled();
      const { status, body } = await ask(PURGE, query);
      const soft = query.endsWith("soft=true");
      assert.deepEqual([status, body], [200, { result: soft ? "stale" : "purged", what, entries, told: null }]);
      assert.equal(cache.stats().entries, soft ? 5 : 5 - entries);
      assert.equal((await ask(PURGE, query)).body["entries"], soft ? entries : 0);
    });
  }

  test("is logged with its kind and its reach, without the URL or tag that may name somebody", async () => {
    const { ask, log } = await filled();
    await ask(PURGE, "url=/api/codes?type=1&soft=true");
    assert.deepEqual(log, [{ event: "cache purged", fields: { kind: "url", soft: true, entries: 2 } }]);
  });
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [PURGE, "", /^got none of url, path, tag, region, route, all, want exactly one$/],
  [PURGE, "url=/a&tag=b", /^got url and tag of /],
  [PURGE, "tag=a&tag=b", /^parameter 'tag' stands there twice$/],
  [PURGE, "tag=", /^parameter 'tag' is empty$/],
  [PURGE, "tag=a&sofft=true", /^parameter 'sofft' is not known; there are: url, path, tag, region, route, all, site, soft$/],
  [PURGE, "tag=a&soft=yes", /^parameter 'soft': got 'yes', want true or false$/],
  [PURGE, "all=1", /^parameter 'all': got '1', want true$/],
  [PURGE, "tag=%FF", /^parameter 'tag' is not percent-encoded UTF-8$/],
  [PURGE, `tag=${"t".repeat(1001)}`, /^parameter 'tag' has 1001 characters, at most 1000 are taken$/],
  [PURGE, `url=/${"p".repeat(8192)}`, /^parameter 'url' has 8193 characters, at most 8192 are taken$/],
  [PURGE, `url=${"%41".repeat(12_000)}`, /^the query has 36004 characters, at most 32768 are taken$/],
  [PURGE, "url=http://tax.example/api/codes", /want what stands behind the host, such as \/api\/codes$/],
  [PURGE, "url=/api/codes*", /there are no wildcards: 'path' takes all queries/],
  [PURGE, "path=/api/codes?type=1", /with a query; 'url' takes one query/],
  [PURGE, "region=nowhere", /^region 'nowhere' is not known in site 'default'; there are: beijing, guangdong$/],
  [PURGE, "route=nothing", /^route 'nothing' is not known in site 'default'; there are: codes, asked, files, sealed, rest$/],
  [PURGE, "tag=a&site=other", /^site 'other' is not known; there are: default$/],
  [PURGE, `tag=a&site=${"s".repeat(200)}`, /^site 's{100}…' is not known/],
  [INSPECT, "", /^got none of url, path, want exactly one$/],
  [INSPECT, "tag=a", /^parameter 'tag' is not known; there are: url, path, site$/],
  [INSPECT, "url=/a&site=other", /^site 'other' is not known/],
];

const REFUSED_BY_THE_PIPELINE: readonly (readonly [string, string])[] = [
  ["/api/codes%23a", "fragment"],
  ["/api codes", "malformed-target"],
  ["/api/%2500", "encoded-nul"],
  ["/api/%252e%252e/codes", "encoded-dot-segment"],
  ["/api/codes%252Fa", "encoded-slash"],
  ["/api/codes;a", "path-parameters"],
  ["/api/codes%252541", "encoded-percent"],
];

describe("what cannot be understood is refused as a problem, and nothing is purged", () => {
  for (const [line, query, detail] of REFUSED) {
    test(`${line} with '${query.slice(0, 60)}'`, async () => {
      const { ask, cache } = await filled();
      const { status, body } = await ask(line, query);
      assert.deepEqual([status, body["status"], body["code"]], [400, 400, "malformed-request"]);
      assert.match(String(body["detail"]), detail);
      assert.equal(cache.stats().entries, 5);
    });
  }

  for (const [url, code] of REFUSED_BY_THE_PIPELINE) {
    for (const line of [PURGE, INSPECT]) {
      test(`${line} of ${url} is refused as the pipeline would: ${code}`, async () => {
        const { status, body } = await cacheUnderTest().ask(line, `url=${url}`);
        assert.deepEqual([status, body["code"]], [400, code]);
      });
    }
  }
});

const WITH_TWO_SITES: readonly (readonly [string, number | RegExp])[] = [
  ["url=/api/codes", /^there are several sites: name one by 'site': china, india$/],
  ["route=codes", /^there are several sites/],
  ["url=/api/codes&site=india", 2],
  ["route=lists&site=india", 2],
  ["route=codes&site=india", /^route 'codes' is not known in site 'india'; there are: lists$/],
  ["region=beijing", 2],
  ["region=beijing&site=china", 1],
  ["region=south&site=china", /^region 'south' is not known in site 'china'; there are: beijing, guangdong$/],
  ["region=north", /^region 'north' is not known; there are: beijing, guangdong, south$/],
  ["tag=codes", 4],
  ["tag=codes&site=china", /^a tag is purged in every site: leave 'site' out/],
  ["all=true&site=china", /^all=true is purged in every site/],
];

describe("where there are two sites", () => {
  for (const [query, expected] of WITH_TWO_SITES) {
    test(`a purge of ${query} ${typeof expected === "number" ? `hits ${expected}` : "is refused"}`, async () => {
      const { ask, store } = cacheUnderTest(TWO_SITES);
      for (const region of ["beijing", "guangdong"]) await store("/api/codes", { site: "china", region });
      for (const region of ["beijing", "south"]) await store("/api/codes", { site: "india", route: "lists", region });
      const { body } = await ask(PURGE, query);
      if (typeof expected === "number") assert.equal(body["entries"], expected);
      else assert.match(String(body["detail"]), expected);
    });
  }
});

/** A tier that says so about an invalidation, at once or never. */
function tier(told: Promise<boolean>): SharedTier {
  return { state: "up", get: () => Promise.resolve({ answer: null, purged: false, ticket: null }), put: () => undefined, invalidate: () => told, stop: () => Promise.resolve() };
}

describe("the other instances", () => {
  for (const [name, told, expected] of [
    ["have been told", Promise.resolve(true), true],
    ["could not be told", Promise.resolve(false), false],
    ["could not even be asked", Promise.reject(new Error("gone")), false],
  ] as const) {
    test(`${name}: the answer says ${expected}`, async () => {
      const { ask } = await filled(undefined, tier(told));
      assert.equal((await ask(PURGE, "all=true")).body["told"], expected);
    });
  }

  test("are waited for a second and no longer", async () => {
    const { ask, clock } = await filled(undefined, tier(new Promise(() => undefined)));
    let answered = false;
    const asking = ask(PURGE, "all=true").finally(() => {
      answered = true;
    });
    await new Promise(setImmediate);
    clock.advance(999);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(answered, false);
    clock.advance(1);
    assert.equal((await asking).body["told"], false);
  });
});

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
