import assert from "node:assert/strict";
import { test } from "node:test";
import type { Headers } from "../../src/http/message.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { ask, caching, fresh, sent, settled, type Parts, type Seen } from "./recall-setup.ts";
import { answered, type Serve } from "./setup.ts";

/*
 * What one caller brings home, as the others see it: cookies, credentials, 304s, redirects, and purges meanwhile.
 */

const COOKIE: Headers = ["Cookie", "a=1"];
const V1: Headers = ["ETag", '"v1"'];

/** Answers from a list, the last one for ever. */
const row = (...results: readonly AttemptResult[]): Serve => (_call, _control, number) => results[Math.min(number, results.length - 1)] as AttemptResult;
const unchanged = (control = "max-age=60", more = V1): AttemptResult => answered(304, "", ["Cache-Control", control, ...more]);

/** A platform whose answers come when the test says so. */
function held(): { readonly serve: Serve; give(number: number, result: AttemptResult): Promise<void> } {
  const gates: PromiseWithResolvers<AttemptResult>[] = [];
  const gate = (number: number): PromiseWithResolvers<AttemptResult> => (gates[number] ??= Promise.withResolvers<AttemptResult>());
  const give = async (number: number, result: AttemptResult): Promise<void> => {
    gate(number).resolve(result);
    await settled();
  };
  return { serve: (_call, _control, number) => gate(number).promise, give };
}

async function crowd(parts: Parts, count: number, headers: Headers = []): Promise<readonly Promise<Seen>[]> {
  const all = Array.from({ length: count }, () => ask(parts, "GET /codes", headers));
  await settled();
  return all;
}

/** Fills the store, and waits until what is in it has been stale for so long. */
async function staleFor(parts: Parts, ms: number): Promise<void> {
  await ask(parts);
  parts.clock.advance(60_000 + ms);
}

const askedIfChanged = (parts: Parts, number: number): string | undefined => sent((parts.calls[number] as Parts["calls"][number]).call, "if-none-match");

test("a 304 to a caller with a cookie leaves what is stored for the others", async () => {
  const parts = caching({ ttl: "1min", staleIfError: "1h" }, row(answered(200, "first", V1), answered(304, "", V1), answered(503, "down")));
  await staleFor(parts, 1);
  assert.deepEqual([(await ask(parts, "GET /codes", COOKIE)).text, askedIfChanged(parts, 1)], ["first", '"v1"']);
  parts.clock.advance(60_001);
  const seen = await ask(parts);
  assert.deepEqual([seen.status, seen.text, seen.cached], [200, "first", "stale"]);
});

test("a 304 with another tag than the stored one confirms nothing: the next caller gets the new answer whole", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", V1), unchanged("max-age=60", ["ETag", '"v2"']), fresh("second", "max-age=60", ["ETag", '"v2"'])));
  await staleFor(parts, 1);
  await ask(parts);
  const seen = await ask(parts);
  assert.deepEqual([seen.text, seen.cached, seen.header("etag"), askedIfChanged(parts, 2)], ["second", "miss", '"v2"', undefined]);
});

test("a 304 with the same tag in its weak form confirms", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", V1), unchanged("max-age=60", ["ETag", 'W/"v1"'])));
  await staleFor(parts, 1);
  await ask(parts);
  assert.equal((await ask(parts)).cached, "hit");
});

test("a 304 with an Age gives no more life than it has left", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", V1), unchanged("max-age=60", [...V1, "Age", "59"])));
  await staleFor(parts, 1);
  assert.equal((await ask(parts)).header("age"), "59");
  parts.clock.advance(999);
  assert.equal((await ask(parts)).cached, "hit");
  parts.clock.advance(1);
  assert.equal((await ask(parts)).cached, "revalidated");
});

test("one caller's 401 does not remove what is still fresh", async () => {
  const parts = caching({}, row(fresh("first"), answered(401, "who?")));
  await ask(parts);
  assert.equal((await ask(parts, "GET /codes", ["Cache-Control", "no-cache"])).status, 401);
  const seen = await ask(parts);
  assert.deepEqual([seen.text, seen.cached], ["first", "hit"]);
});

for (const when of ["before", "while"]) {
  test(`a caller with a cookie who asks ${when} others do lets them collapse`, async () => {
    const { serve, give } = held();
    const parts = caching({ ttl: "1min" }, serve);
    const own = await crowd(parts, 1, COOKIE);
    if (when === "before") await give(0, answered(200, "own"));
    const others = await crowd(parts, 5);
    assert.equal(parts.calls.length, 2);
    if (when === "while") await give(0, answered(200, "own"));
    await give(1, answered(200, "one"));
    const seen = await Promise.all([...own, ...others]);
    assert.deepEqual([seen.map(({ text }) => text), parts.calls.length], [["own", "one", "one", "one", "one", "one"], 2]);
  });
}

test("a caller with a cookie whose answer is his alone does not send the others out alone", async () => {
  const { serve, give } = held();
  const parts = caching({ ttl: "1min" }, serve);
  const own = await crowd(parts, 1, COOKIE);
  await give(0, answered(200, "own", ["Cache-Control", "private"]));
  const others = await crowd(parts, 5);
  assert.equal(parts.calls.length, 2);
  await give(1, answered(200, "one"));
  assert.deepEqual((await Promise.all([...own, ...others])).map(({ text }) => text), ["own", "one", "one", "one", "one", "one"]);
});

test("a caller with a cookie whom others waited for leaves them to one new fetch", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const own = await crowd(parts, 1, COOKIE);
  const others = await crowd(parts, 5);
  assert.equal(parts.calls.length, 1);
  await give(0, answered(200, "own"));
  assert.equal(parts.calls.length, 2);
  await give(1, fresh("one"));
  assert.deepEqual((await Promise.all([...own, ...others])).map(({ text }) => text), ["own", "one", "one", "one", "one", "one"]);
});

for (const soft of [false, true]) {
  test(`a ${soft ? "soft" : "hard"} purge during a revalidation that ends with 304 leaves the others to one new fetch`, async () => {
    const { serve, give } = held();
    const parts = caching({}, serve);
    const first = await crowd(parts, 1);
    await give(0, fresh("old", "max-age=60", V1));
    await Promise.all(first);
    parts.clock.advance(60_001);
    const all = await crowd(parts, 6);
    parts.around.cache.invalidate({ kind: "url", site: "main", path: "/codes", query: "", soft });
    await give(1, unchanged());
    assert.equal(parts.calls.length, 3);
    await give(2, fresh("new"));
    const texts = (await Promise.all(all)).map(({ text }) => text);
    assert.deepEqual([texts, parts.calls.length], [["old", "new", "new", "new", "new", "new"], 3]);
    assert.equal((await ask(parts)).text, "new");
  });
}

for (const [what, later, ttl, age] of [["fresh", 10_000, 50, "10"], ["stale", 70_000, -10, "70"]] as const) {
  test(`where the home answers 503 another region's ${what} entry is served, marked, with its true life`, async () => {
    const parts = caching({ scope: "national", staleIfError: "1h" }, (_call, _control, _number, region) => (region === "r1" ? answered(503, "down") : fresh(region)));
    await ask(parts, "GET /codes", ["X-Region", "r2"]);
    parts.clock.advance(later);
    const seen = await ask(parts);
    assert.deepEqual([seen.code, seen.text, seen.cached, seen.header("taxgate-region"), seen.header("age")], ["200", "r2", "stale", "r2", age]);
    assert.equal(seen.header("cache-status"), `taxgate; fwd=uri-miss; ttl=${ttl}; detail=other-region`);
    assert.deepEqual(parts.staleServed, ["other-region"]);
  });
}

for (const status of [301, 302, 307, 308]) {
  for (const client of [true, false]) {
    test(`a ${status} is ${client ? "not kept where the platform is told who asks" : "kept where the platform is told nothing of who asks"}`, async () => {
      const parts = caching({}, row(answered(status, "", ["Location", "/there", "Cache-Control", "max-age=60"])), { route: { forward: { client } } });
      assert.equal((await ask(parts)).status, status);
      assert.equal((await ask(parts)).cached, client ? "miss" : "hit");
      assert.deepEqual(parts.notStored, client ? ["status", "status"] : []);
    });
  }
}

for (const [stored, location, voided] of [
  ["/codes/a", "/codes/%61", true], ["/codes/~", "/codes/%7e", true], ["/codes/%C3%A9", "/codes/%c3%a9", true], ["/codes/a?x=1", "/codes/%61?x=1", true],
  ["/codes/a", "/codes/%62", false], ["/codes/A", "/codes/%61", false],
] as const) {
  test(`Location ${location} ${voided ? "voids" : "leaves"} ${stored}`, async () => {
    const parts = caching({}, ({ method }) => (method === "GET" ? fresh("stored") : answered(201, "done", ["Location", location])));
    await ask(parts, `GET ${stored}`);
    await ask(parts, "POST /codes");
    assert.equal((await ask(parts, `GET ${stored}`)).cached, voided ? "miss" : "hit");
  });
}
