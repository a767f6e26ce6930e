import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body, Headers } from "../../src/http/message.ts";
import { ask, caching, fresh, sent } from "./recall-setup.ts";
import { answered, bytes, type Serve } from "./setup.ts";

/** Answers with the number of the call. */
const counting: Serve = (_call, _control, number) => fresh(`answer ${number}`);

test("the second reader of an answer gets it from memory, with its age", async () => {
  const parts = caching({}, counting);
  const first = await ask(parts);
  assert.deepEqual([first.status, first.text, first.cached, first.header("cache-status")], [200, "answer 0", "miss", "taxgate; fwd=uri-miss; fwd-status=200; stored"]);
  parts.clock.advance(5500);
  const second = await ask(parts);
  assert.deepEqual([second.status, second.text, second.cached], [200, "answer 0", "hit"]);
  assert.deepEqual([second.header("age"), second.header("cache-status"), second.header("content-length")], ["5", "taxgate; hit; ttl=54", "8"]);
  assert.equal(parts.calls.length, 1);
  assert.deepEqual(parts.ends.map(({ cache }) => cache), ["miss", "hit"]);
});

test("an answer is asked for again once its life is over, and not before", async () => {
  const parts = caching({}, counting);
  await ask(parts);
  parts.clock.advance(59_999);
  assert.equal((await ask(parts)).cached, "hit");
  parts.clock.advance(2);
  assert.equal((await ask(parts)).text, "answer 1");
});

test("the wall clock's jumps make nothing younger or older", async () => {
  const parts = caching({}, counting);
  await ask(parts);
  parts.clock.stepWall(-86_400_000);
  assert.equal((await ask(parts)).cached, "hit");
  parts.clock.stepWall(2 * 86_400_000);
  assert.equal((await ask(parts)).cached, "hit");
  parts.clock.advance(60_001);
  assert.equal((await ask(parts)).cached, "miss");
});

test("a route without cache passes everything on and says nothing about one", async () => {
  const parts = caching(undefined, counting);
  await ask(parts);
  const second = await ask(parts);
  assert.deepEqual([second.text, second.cached, second.header("cache-status")], ["answer 1", null, undefined]);
});

const elseways: readonly (readonly [what: string, line: string, headers: Headers])[] = [
  ["another path", "GET /codes/1", []],
  ["another query", "GET /codes?x=1", []],
  ["another region", "GET /codes", ["X-Region", "r2"]],
  ["no-cache", "GET /codes", ["Cache-Control", "no-cache"]],
  ["Pragma", "GET /codes", ["Pragma", "no-cache"]],
  ["no-store", "GET /codes", ["Cache-Control", "no-store"]],
  ["a smaller max-age than the answer's age", "GET /codes", ["Cache-Control", "max-age=4"]],
  ["a larger min-fresh than its rest", "GET /codes", ["Cache-Control", "min-fresh=56"]],
  ["Authorization", "GET /codes", ["Authorization", "Bearer a"]],
  ["If-Match", "GET /codes", ["If-Match", '"a"']],
  ["another method", "OPTIONS /codes", []],
];

for (const [what, line, headers] of elseways) {
  test(`a request with ${what} is not answered from memory`, async () => {
    const parts = caching({}, counting);
    await ask(parts);
    parts.clock.advance(5000);
    assert.equal((await ask(parts, line, headers)).text, "answer 1");
  });
}

const likewise: readonly (readonly [what: string, line: string, headers: Headers])[] = [
  ["max-stale", "GET /codes", ["Cache-Control", "max-stale=100"]],
  ["max-age of its age", "GET /codes", ["Cache-Control", "max-age=5"]],
  ["min-fresh of its rest", "GET /codes", ["Cache-Control", "min-fresh=55"]],
  ["only-if-cached", "GET /codes", ["Cache-Control", "only-if-cached"]],
  ["HEAD", "HEAD /codes", []],
  ["cookies, where the platform itself lets all share", "GET /codes", ["Cookie", "a=b"]],
];

for (const [what, line, headers] of likewise) {
  test(`a request with ${what} is answered from memory`, async () => {
    const parts = caching({}, counting);
    await ask(parts);
    parts.clock.advance(5000);
    assert.equal((await ask(parts, line, headers)).cached, "hit");
    assert.equal(parts.calls.length, 1);
  });
}

test("a caller's no-cache brings a new answer for all", async () => {
  const parts = caching({}, counting);
  await ask(parts);
  assert.equal((await ask(parts, "GET /codes", ["Cache-Control", "no-cache"])).header("cache-status"), "taxgate; fwd=request; fwd-status=200; stored");
  assert.equal((await ask(parts)).text, "answer 1");
});

test("a route may be deaf to what callers say about caches", async () => {
  const parts = caching({ requestDirectives: "ignore" }, counting);
  await ask(parts);
  assert.equal((await ask(parts, "GET /codes", ["Cache-Control", "no-cache, no-store", "Pragma", "no-cache"])).cached, "hit");
});

test("who wants a stored answer or none is refused with 504 where there is none, and the platform hears nothing", async () => {
  const parts = caching({ staleWhileRevalidate: "1h" }, counting);
  const only = ["Cache-Control", "only-if-cached"];
  assert.deepEqual([(await ask(parts, "GET /codes", only)).code, parts.calls.length], ["504 not-stored", 0]);
  await ask(parts);
  parts.clock.advance(60_001);
  assert.deepEqual([(await ask(parts, "GET /codes", only)).code, parts.calls.length], ["504 not-stored", 1]);
});

test("HEAD is answered by what GET has stored, and stores nothing itself", async () => {
  const parts = caching({}, counting);
  assert.equal((await ask(parts, "HEAD /codes")).cached, "miss");
  assert.equal(parts.calls[0]?.call.method, "HEAD");
  await ask(parts);
  assert.equal(parts.calls.length, 2);
  assert.deepEqual([(await ask(parts, "HEAD /codes")).cached, parts.calls.length], ["hit", 2]);
});

/** An answer of 10 bytes with both validators. */
const tagged: Serve = () => fresh("0123456789", "max-age=60", ["ETag", '"v1"', "Last-Modified", "Mon, 21 Sep 2026 00:00:00 GMT", "Date", "Mon, 21 Sep 2026 14:13:20 GMT"]);

const partly: readonly (readonly [headers: Headers, status: number, text: string, contentRange?: string])[] = [
  [["If-None-Match", '"v1"'], 304, ""],
  [["If-None-Match", 'W/"v1"'], 304, ""],
  [["If-None-Match", "*"], 304, ""],
  [["If-None-Match", '"v0"'], 200, "0123456789"],
  [["If-Modified-Since", "Mon, 21 Sep 2026 00:00:00 GMT"], 304, ""],
  [["If-Modified-Since", "Sun, 20 Sep 2026 00:00:00 GMT"], 200, "0123456789"],
  [["If-None-Match", '"v0"', "If-Modified-Since", "Mon, 21 Sep 2026 00:00:00 GMT"], 200, "0123456789"],
  [["Range", "bytes=2-4"], 206, "234", "bytes 2-4/10"],
  [["Range", "bytes=-3"], 206, "789", "bytes 7-9/10"],
  [["Range", "bytes=8-99"], 206, "89", "bytes 8-9/10"],
  [["Range", "bytes=10-"], 416, "", "bytes */10"],
  [["Range", "bytes=0-1,3-4"], 200, "0123456789"],
  [["Range", "lines=1-2"], 200, "0123456789"],
  [["Range", "bytes=2-4", "If-Range", '"v1"'], 206, "234", "bytes 2-4/10"],
  [["Range", "bytes=2-4", "If-Range", '"v0"'], 200, "0123456789"],
  [["Range", "bytes=2-4", "If-None-Match", '"v1"'], 304, ""],
];

for (const [headers, status, text, contentRange] of partly) {
  test(`a stored answer gives a request with ${headers.join(" ")} ${status}`, async () => {
    const parts = caching({}, tagged);
    await ask(parts);
    const seen = await ask(parts, "GET /codes", headers);
    assert.deepEqual([seen.status, seen.text, seen.header("content-range"), seen.cached], [status, text, contentRange, "hit"]);
    assert.equal(seen.header("etag"), status === 416 ? undefined : '"v1"');
    assert.equal(parts.calls.length, 1);
  });
}

test("where nothing is stored, a question for a part or a change goes on as it is, and nothing partial is kept", async () => {
  const parts = caching({}, ({ headers }) => (headers.includes("Range") ? answered(206, "23", ["Cache-Control", "max-age=60"]) : answered(304, "", ["Cache-Control", "max-age=60"])));
  const part = await ask(parts, "GET /codes", ["Range", "bytes=2-3"]);
  assert.deepEqual([part.status, part.text], [206, "23"]);
  assert.equal((await ask(parts, "GET /codes", ["If-None-Match", '"v1"'])).status, 304);
  assert.deepEqual(parts.notStored, ["partial", "not-modified"]);
  assert.equal(parts.calls.length, 2);
});

test("a whole answer to a question for a part is kept", async () => {
  const parts = caching({}, counting);
  await ask(parts, "GET /codes", ["Range", "bytes=0-1"]);
  assert.equal((await ask(parts)).cached, "hit");
});

const by = (name: string): Body => bytes(JSON.stringify({ name, time: Math.random() }));

test("reads that are made by POST are told apart by what counts in their bodies", async () => {
  const parts = caching({ ttl: "1min", key: [{ json: "/name" }] }, (call) => answered(200, call.body.kind === "bytes" ? (JSON.parse(Buffer.from(call.body.bytes).toString()) as { name: string }).name : "none"));
  assert.equal((await ask(parts, "POST /codes", [], by("a"))).text, "a");
  assert.equal((await ask(parts, "POST /codes", [], by("b"))).text, "b");
  const again = await ask(parts, "POST /codes", [], by("a"));
  assert.deepEqual([again.text, again.cached, parts.calls.length], ["a", "hit", 2]);
  assert.equal((await ask(parts, "POST /codes", [], bytes("{}"))).cached, "bypass");
  assert.deepEqual(parts.notStored, ["key-part-missing"]);
});

test("a POST without a body is not answered by what a GET has stored", async () => {
  const parts = caching({ ttl: "1min", key: ["body"] }, ({ method }) => answered(200, method));
  await ask(parts);
  assert.equal((await ask(parts, "POST /codes")).text, "POST");
});

test("negative answers are kept where the route says so, and only those that it names", async () => {
  for (const [status, cached] of [[404, "hit"], [410, "hit"], [403, "miss"], [500, "miss"]] as const) {
    const parts = caching({ ttl: "1h", negative: { ttl: "10s" } }, () => answered(status, "no"));
    await ask(parts);
    assert.equal((await ask(parts)).cached, cached, String(status));
    parts.clock.advance(10_001);
    assert.equal((await ask(parts)).cached, "miss");
  }
});

test("answers are chosen by the fields that Vary names", async () => {
  const parts = caching({}, (call) => fresh(sent(call, "accept-language") ?? "none", "max-age=60", ["Vary", "Accept-Language"]));
  for (const language of ["de", "fr", "de"]) assert.equal((await ask(parts, "GET /codes", ["Accept-Language", language])).text, language);
  assert.equal((await ask(parts)).text, "none");
  assert.deepEqual(parts.ends.map(({ cache }) => cache), ["miss", "miss", "hit", "miss"]);
});

const refused: readonly (readonly [reason: string, headers: Headers])[] = [
  ["set-cookie", ["Cache-Control", "max-age=60", "Set-Cookie", "a=b"]],
  ["vary-star", ["Cache-Control", "max-age=60", "Vary", "*"]],
  ["private", ["Cache-Control", "private, max-age=60"]],
  ["no-store", ["Cache-Control", "no-store, max-age=60"]],
  ["no-freshness", []],
];

for (const [reason, headers] of refused) {
  test(`an answer that is not stored for ${reason} is passed on, and the reason is counted`, async () => {
    const parts = caching({}, (_call, _control, number) => answered(200, `answer ${number}`, headers));
    await ask(parts);
    assert.equal((await ask(parts)).text, "answer 1");
    assert.deepEqual(parts.notStored, [reason, reason]);
    assert.deepEqual(parts.around.cache.inspect("main", "/codes", null).misses.map((miss) => [miss.reason, miss.times]), [[reason, 2]]);
  });
}

test("fields that must not be shared are left out for the others", async () => {
  const parts = caching({}, () => fresh("ok", 'max-age=60, private="X-User"', ["X-User", "alice", "X-Open", "yes"]));
  assert.equal((await ask(parts)).header("x-user"), "alice");
  const second = await ask(parts);
  assert.deepEqual([second.cached, second.header("x-user"), second.header("x-open")], ["hit", undefined, "yes"]);
});

test("what an answer says never changes is kept as long as the route says, and other answers are not", async () => {
  const parts = caching({ immutableWhen: [{ json: "/status", equals: "issued" }] }, (_call, _control, number) => answered(200, JSON.stringify({ status: number < 2 ? "draft" : "issued" })));
  for (let i = 0; i < 3; i++) await ask(parts);
  assert.deepEqual(parts.notStored, ["no-freshness", "no-freshness"]);
  parts.clock.advance(300 * 86_400_000);
  assert.equal((await ask(parts)).cached, "hit");
});

test("an answer larger than the route keeps is passed on whole", async () => {
  const parts = caching({ maxBytes: "5B" }, () => fresh("0123456789"));
  assert.equal((await ask(parts)).text, "0123456789");
  assert.equal((await ask(parts)).cached, "miss");
  assert.deepEqual(parts.notStored, ["too-large", "too-large"]);
});
