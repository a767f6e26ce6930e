import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InspectView } from "../../src/admin/cache-inspect.ts";
import type { CacheEntryView, CacheStatsView } from "../../src/admin/cache-views.ts";
import { bytesText, countsText, printable, secondsText } from "../../src/cli/amounts.ts";
import type { AdminReply } from "../../src/cli/admin-client.ts";
import { run, VIEW } from "./console.ts";

/** A running Taxgate that gives `body`; what it was asked. */
function running(body: unknown, status = 200) {
  const asked: string[] = [];
  return {
    asked,
    loadConfig: () => Promise.resolve({ ok: true as const, config: VIEW, warnings: [] }),
    readText: () => "own",
    callAdmin: ({ origin }: { readonly origin: string }, method: string, path: string): Promise<AdminReply> => {
      asked.push(`${method} ${origin}${path}`);
      return Promise.resolve({ kind: "answer", status, body });
    },
  };
}

const PURGED = { result: "purged", what: { kind: "tag", soft: false, tag: "codes" }, entries: 3, told: null };
const PURGES: readonly (readonly [string, string])[] = [
  ["cache purge --url /api/codes?type=1&x=a+b", "url=%2Fapi%2Fcodes%3Ftype%3D1%26x%3Da%2Bb"],
  ["cache purge --path /api/codes --soft", "path=%2Fapi%2Fcodes&soft=true"],
  ["cache purge --tag codes", "tag=codes"],
  ["cache purge --region beijing --site china", "region=beijing&site=china"],
  ["cache purge --route codes --site china", "route=codes&site=china"],
  ["cache purge --all", "all=true"],
];

describe("cache purge", () => {
  for (const [line, query] of PURGES) {
    test(`'${line}' asks for ${query}`, async () => {
      const taxgate = running(PURGED);
      assert.equal((await run(line, taxgate)).code, 0);
      assert.deepEqual(taxgate.asked, [`POST http://127.0.0.1:9900/api/v1/cache/purge?${query}`]);
    });
  }

  for (const line of ["cache purge", "cache purge --soft --site china", "cache purge --all --tag codes", "cache purge --url /a --path /a"]) {
    test(`'${line}' is wrong usage, and nothing is asked`, async () => {
      assert.deepEqual(await run(line), { code: 2, out: "", err: "taxgate: say what to purge by exactly one of --url, --path, --tag, --region, --route, --all\n" });
    });
  }

  for (const [name, body, line, said] of [
    ["one URL", { ...PURGED, what: { kind: "url", soft: false, site: "china", path: "/api/codes", query: "?a=1" }, entries: 1 }, "--url /api/codes?a=1", "/api/codes?a=1 of site china: 1 entry in memory removed\n"],
    ["a path, softly", { ...PURGED, result: "stale", what: { kind: "url", soft: true, site: "china", path: "/api/codes", query: null } }, "--path /api/codes", "/api/codes with any query of site china: 3 entries in memory made stale\n"],
    ["a tag", PURGED, "--tag codes", "tag codes: 3 entries in memory removed\n"],
    ["a region of every site", { ...PURGED, what: { kind: "region", soft: false, site: null, region: "beijing" } }, "--region beijing", "region beijing: 3 entries in memory removed\n"],
    ["all, with others", { ...PURGED, what: { kind: "all", soft: false }, entries: 0, told: true }, "--all", "everything: 0 entries in memory removed\nthe other instances have been told\n"],
  ] as const) {
    test(`says what became of ${name}`, async () => assert.deepEqual(await run(`cache purge ${line}`, running(body)), { code: 0, out: said, err: "" }));
  }

  test("ends with 3 where the other instances could not be told, and says what to do", async () => {
    const untold = { ...PURGED, told: false };
    const { code, out, err } = await run("cache purge --tag codes", running(untold));
    assert.deepEqual([code, out], [3, "tag codes: 3 entries in memory removed\n"]);
    assert.match(err, /^the other instances have NOT been told: the shared tier does not answer\./);
    const { code: jsonCode, out: json } = await run("cache purge --tag codes --json", running(untold));
    assert.deepEqual([jsonCode, JSON.parse(json)], [3, untold]);
  });

  test("gives the API's own words where a name is refused, and ends with 2", async () => {
    const said = await run("cache purge --route cods", running({ detail: "route 'cods' is not known; there are: codes" }, 400));
    assert.deepEqual(said, { code: 2, out: "", err: "route 'cods' is not known; there are: codes\n" });
  });

  test("calls another address by --admin, because --url is what is purged", async () => {
    const taxgate = running(PURGED);
    await run("cache purge --url /a --admin http://gate.example:9901", taxgate);
    assert.deepEqual(taxgate.asked, ["POST http://gate.example:9901/api/v1/cache/purge?url=%2Fa"]);
    assert.match((await run("cache purge --url /a --admin gate", taxgate)).err, /^reading --admin: got 'gate'/);
  });
});

const ENTRY: CacheEntryView = {
  site: "china", route: "codes", home: "guangdong", region: "beijing", query: "?type=1", status: 200, state: "fresh", ageSeconds: 90, lifetimeSeconds: 3600, freshForSeconds: 3510, staleForSeconds: 0,
  staleWhileRevalidateSeconds: 300, staleIfErrorSeconds: 86_400, bytes: 3000, bodyBytes: 1536, vary: [{ name: "accept-language", value: "zh\u009b1m" }, { name: "x-a", value: null }],
  tags: ["codes", "codes-44"], encodings: ["br"], hits: 12, purged: false, failing: false, retryInSeconds: 0,
};
const BARE: CacheEntryView = {
  ...ENTRY, region: "guangdong", state: "stale", freshForSeconds: 0, staleForSeconds: 4.25, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0, vary: [], tags: [], encodings: [], hits: 1,
  purged: true, failing: true, retryInSeconds: 3,
};
const FOUND: InspectView = { site: "china", path: "/api/codes", query: "?type=1", route: { name: "codes", keeps: true }, total: 2, entries: [ENTRY, BARE], otherQueries: 1, misses: [], shared: "down", why: null };
const MISS = { url: "/rest/a", reason: "set-cookie", times: 1, lastAt: "2026-11-03T08:00:00.000Z", words: "the answer sets a cookie", hint: "have the platform leave it out" } as const;
const NOTHING: InspectView = { ...FOUND, path: "/rest/a", query: null, route: { name: "rest", keeps: false }, total: 0, entries: [], otherQueries: 0, misses: [MISS], shared: "none", why: "route 'rest' keeps nothing" };

describe("cache inspect", () => {
  test("shows entries to a person, without what a terminal would obey", async () => {
    const taxgate = running(FOUND);
    assert.deepEqual(await run("cache inspect /api/codes?type=1 --site china", taxgate), {
      code: 0,
      err: "",
      out: `/api/codes?type=1 of site china (route codes): 2 entries in memory
  /api/codes?type=1, region guangdong, route codes: status 200, fresh for another 58 min 30 s
    1 min 30 s old of a life of 1 h; may be served stale for 5 min while it is fetched anew, for 1 d where the platform fails
    12 hits, 1.5 KiB of body, 2.9 KiB in all, kept as br too
    answered by region beijing
    chosen by accept-language zh?1m; x-a absent
    tags: codes, codes-44
  /api/codes?type=1, region guangdong, route codes: status 200, stale for 4.3 s, made so by a soft purge
    1 min 30 s old of a life of 1 h; never served stale
    1 hit, 1.5 KiB of body, 2.9 KiB in all
    the last fetch failed, the next one in 3 s at the earliest
1 entry with another query: see --any-query
the shared tier is down: memory serves alone
`,
    });
    assert.deepEqual(taxgate.asked, ["GET http://127.0.0.1:9900/api/v1/cache/inspect?url=%2Fapi%2Fcodes%3Ftype%3D1&site=china"]);
  });

  test("says why nothing is there, and what to do", async () => {
    const taxgate = running(NOTHING);
    assert.equal((await run("cache inspect /rest/a --any-query", taxgate)).out, `/rest/a with any query of site china (route rest, which keeps nothing): nothing in memory
route 'rest' keeps nothing
last not stored:
  /rest/a: the answer sets a cookie (set-cookie), 1 time, the last at 2026-11-03T08:00:00.000Z
    have the platform leave it out
`);
    assert.deepEqual(taxgate.asked, ["GET http://127.0.0.1:9900/api/v1/cache/inspect?path=%2Frest%2Fa"]);
  });

  test("gives the API's own answer when asked, and reads the configuration that stands last", async () => {
    const files: string[] = [];
    const taxgate = running(NOTHING);
    const loadConfig = (file: string) => {
      files.push(file);
      return taxgate.loadConfig();
    };
    const { out } = await run("cache inspect /rest/a other.yaml --json", { ...taxgate, loadConfig });
    assert.deepEqual([JSON.parse(out), files], [NOTHING, ["other.yaml"]]);
  });
});

const STATS: CacheStatsView = {
  since: "2026-11-03T08:00:00.000Z", entries: 1, bytes: 64 * 1024 * 1024, maxBytes: 256 * 1024 * 1024, waiting: 2, shared: "up",
  requests: { "hit": 70, "shared-hit": 5, "stale": 10, "revalidated": 4, "collapsed": 1, "miss": 8, "bypass": 2, "refused": 0 }, stale: { "if-error": 10, "other-region": 0 }, notStored: { "private": 0 },
  evictions: 3, invalidations: { url: 1, all: 1 }, invalidatedEntries: 17,
};

describe("cache stats", () => {
  test("shows figures to a person", async () => {
    assert.deepEqual(await run("cache stats", running(STATS)), {
      code: 0,
      err: "",
      out: `memory: 1 entry, 64.0 MiB of 256.0 MiB (25.0 %)
shared tier: up
waiting for another's fetch: 2 callers
since 2026-11-03T08:00:00.000Z: 100 requests to routes that keep answers, 90.0 % answered from the cache
  by result: hit 70, shared-hit 5, stale 10, revalidated 4, collapsed 1, miss 8, bypass 2
  served stale: if-error 10
  not stored: none
  3 entries gone for want of room, 17 by 2 invalidations (url 1, all 1)
`,
    });
  });

  test("shows zeros where nothing has happened yet, and gives the API's own answer when asked", async () => {
    const none = { ...STATS, shared: "none", requests: {}, bytes: 0 };
    assert.match((await run("cache stats", running(none))).out, /0 requests to routes that keep answers, 0\.0 % answered from the cache\n {2}by result: none\n/);
    assert.deepEqual(JSON.parse((await run("cache stats --json", running(STATS))).out), STATS);
  });
});

test("amounts are told in units that a person reads", () => {
  assert.deepEqual([0, 1023, 1024, 1_572_864, 3 * 1024 ** 3].map(bytesText), ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "3.0 GiB"]);
  assert.deepEqual([0, 0.04, 4.26, 59.4, 60, 61, 3600, 3661, 90_000, 86_400].map(secondsText), ["0 s", "0 s", "4.3 s", "59 s", "1 min", "1 min 1 s", "1 h", "1 h 1 min", "1 d 1 h", "1 d"]);
  assert.equal(countsText({ a: 1, b: 0, c: 2 }), "a 1, c 2");
  assert.equal(printable("a\u001b[31m\u009b\nb中"), "a?[31m??b中");
});
