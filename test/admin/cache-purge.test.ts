import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SharedTier } from "../../src/cache/shared-tier.ts";
import { cacheUnderTest, filled, INSPECT, PURGE, TWO_SITES } from "./cache-setup.ts";

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

  test("is logged with its kind and its reach, without the query or tag that may name somebody", async () => {
    const { ask, log } = await filled();
    await ask(PURGE, "url=/api/codes?type=1&soft=true");
    assert.deepEqual(log, [{ event: "cache purged", fields: { kind: "url", soft: true, entries: 2, site: "default", path: "/api/codes" } }]);
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
      assert.deepEqual([status, body["status"], body["code"]], [400, 400, "bad-parameter"]);
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
  ] as const) {
    test(`${name}: the answer says ${expected}`, async () => {
      const { ask } = await filled(tier(told));
      assert.equal((await ask(PURGE, "all=true")).body["told"], expected);
    });
  }

  test("are waited for a second and no longer", async () => {
    const { ask, clock } = await filled(tier(new Promise(() => undefined)));
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
