import assert from "node:assert/strict";
import { test } from "node:test";
import type { Headers } from "../../src/http/message.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { ask, caching, fresh, lost, notSent, sent, settled, type Parts } from "./recall-setup.ts";
import { answered, bytes, type Serve } from "./setup.ts";

/** Answers from a list, the last one for ever. */
function row(...results: readonly AttemptResult[]): Serve {
  return (_call, _control, number) => results[Math.min(number, results.length - 1)] as AttemptResult;
}

const TAGGED: Headers = ["ETag", '"v1"', "Last-Modified", "Mon, 21 Sep 2026 00:00:00 GMT"];

/** Fills the store, and waits until what is in it has been stale for so long. */
async function staleFor(parts: Parts, ms: number): Promise<void> {
  await ask(parts);
  parts.clock.advance(60_000 + ms);
}

test("a stale answer that has not changed is good again, with the newer fields", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", [...TAGGED, "X-Old", "1", "X-Both", "1"]), answered(304, "", ["Cache-Control", "max-age=120", "ETag", '"v1"', "X-Both", "2"])));
  await staleFor(parts, 1);
  const again = await ask(parts);
  assert.deepEqual([again.status, again.text, again.cached], [200, "first", "revalidated"]);
  const { call } = parts.calls[1] as Parts["calls"][number];
  assert.deepEqual([sent(call, "if-none-match"), sent(call, "if-modified-since")], ['"v1"', "Mon, 21 Sep 2026 00:00:00 GMT"]);
  parts.clock.advance(119_000);
  const third = await ask(parts);
  assert.deepEqual([third.cached, third.header("x-old"), third.header("x-both"), third.header("age"), third.header("etag")], ["hit", "1", "2", "119", '"v1"']);
});

test("the caller's own question is answered after ours, and never sent in its place", async () => {
  const parts = caching({}, row(fresh("0123456789", "max-age=60", TAGGED), answered(304, "", ["Cache-Control", "max-age=60"])));
  await staleFor(parts, 1);
  const part = await ask(parts, "GET /codes", ["If-Range", '"v1"', "Range", "bytes=2-4"]);
  assert.deepEqual([part.status, part.text, part.cached], [206, "234", "revalidated"]);
  const { call } = parts.calls[1] as Parts["calls"][number];
  assert.deepEqual([sent(call, "range"), sent(call, "if-range"), sent(call, "if-none-match")], [undefined, undefined, '"v1"']);
});

test("a stale answer that has changed is replaced", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", TAGGED), fresh("second", "max-age=60", ["ETag", '"v2"'])));
  await staleFor(parts, 1);
  const again = await ask(parts);
  assert.deepEqual([again.text, again.cached, again.header("cache-status")], ["second", "miss", "taxgate; fwd=stale; fwd-status=200; stored"]);
  assert.equal((await ask(parts)).text, "second");
});

test("a 304 that says what is stored must not be kept is used for its caller alone", async () => {
  const parts = caching({}, row(fresh("first", "max-age=60", TAGGED), answered(304, "", ["Cache-Control", "private"]), fresh("third")));
  await staleFor(parts, 1);
  assert.equal((await ask(parts)).text, "first");
  assert.equal((await ask(parts)).text, "third");
  assert.equal(parts.calls[2]?.call.headers.includes("if-none-match"), false);
});

test("fields that a 304 forbids to share do not get into the store", async () => {
  const control = 'max-age=60, private="X-User"';
  const parts = caching({}, row(fresh("first", control, [...TAGGED, "X-User", "alice"]), answered(304, "", ["Cache-Control", control, "X-User", "bob"])));
  await staleFor(parts, 1);
  await ask(parts);
  const third = await ask(parts);
  assert.deepEqual([third.cached, third.header("x-user")], ["hit", undefined]);
});

test("within its window a stale answer is served at once, and fetched anew behind the caller's back, once", async () => {
  const go = Promise.withResolvers<AttemptResult>();
  const parts = caching({}, (_call, _control, number) => (number === 0 ? fresh("first", "max-age=60, stale-while-revalidate=30") : go.promise));
  await staleFor(parts, 1);
  for (let i = 0; i < 5; i++) {
    const seen = await ask(parts);
    assert.deepEqual([seen.text, seen.cached, seen.header("cache-status")], ["first", "stale", "taxgate; hit; ttl=-1; detail=while-revalidate"]);
  }
  await settled();
  assert.equal(parts.calls.length, 2);
  go.resolve(fresh("second"));
  await settled();
  assert.deepEqual([(await ask(parts)).text, parts.calls.length], ["second", 2]);
  assert.deepEqual(parts.staleServed, Array.from({ length: 5 }, () => "while-revalidate"));
  assert.equal(parts.generation.inFlight, 0);
});

test("beyond its window the caller waits for a fresh one", async () => {
  const parts = caching({ staleWhileRevalidate: "30s" }, row(fresh("first"), fresh("second")));
  await staleFor(parts, 30_001);
  assert.equal((await ask(parts)).text, "second");
});

test("a caller who says how fresh it has to be gets nothing stale", async () => {
  for (const control of ["max-age=3600", "min-fresh=1", "no-cache"]) {
    const parts = caching({ staleWhileRevalidate: "1h", staleIfError: "1h" }, row(fresh("first"), answered(503, "down")));
    await staleFor(parts, 1);
    assert.equal((await ask(parts, "GET /codes", ["Cache-Control", control])).status, 503);
  }
});

const asked: readonly Headers[] = [["Range", "bytes=0-1"], ["If-None-Match", '"x"'], ["If-Modified-Since", "Mon, 21 Sep 2026 00:00:00 GMT"]];

for (const headers of asked) {
  test(`what is fetched behind the back of a caller with ${headers[0]} is whole`, async () => {
    const parts = caching({ staleWhileRevalidate: "1h" }, (call, _control, number) => (number === 0 ? fresh("0123456789") : call.headers.some((name) => headers[0] === name) ? answered(206, "01") : fresh("abcdefghij")));
    await staleFor(parts, 1);
    await ask(parts, "GET /codes", headers);
    await settled();
    assert.deepEqual([(await ask(parts)).text, parts.calls.length], ["abcdefghij", 2]);
  });
}

test("HEAD has the whole answer fetched anew behind its back", async () => {
  const parts = caching({ staleWhileRevalidate: "1h" }, row(fresh("first"), fresh("second")));
  await staleFor(parts, 1);
  assert.equal((await ask(parts, "HEAD /codes")).cached, "stale");
  await settled();
  assert.deepEqual([parts.calls[1]?.call.method, (await ask(parts)).text], ["GET", "second"]);
});

const failures: readonly (readonly [what: string, result: AttemptResult])[] = [
  ["500", answered(500, "down")], ["502", answered(502, "down")], ["503", answered(503, "down")], ["504", answered(504, "down")],
  ["a connection refused", notSent()], ["a reset", lost()], ["silence", lost("response-timeout")], ["a malformed answer", lost("malformed-answer")],
  ["an open breaker", { kind: "refused", cause: "breaker-open", detail: "", retryAfter: 5 }], ["a full queue", { kind: "refused", cause: "overloaded", detail: "", retryAfter: 5 }],
];

for (const [what, failure] of failures) {
  test(`after ${what} a stale answer is served within its window, said to be stale, and not beyond`, async () => {
    const parts = caching({ staleIfError: "1h" }, row(fresh("first"), failure));
    await staleFor(parts, 1000);
    const seen = await ask(parts);
    assert.deepEqual([seen.status, seen.text, seen.cached, seen.header("age")], [200, "first", "stale", "61"]);
    assert.equal(seen.header("cache-status"), "taxgate; fwd=stale; ttl=-1; detail=if-error");
    assert.deepEqual([parts.ends[1]?.endedBy, parts.ends[1]?.error], ["none", null]);
    parts.clock.advance(3_600_000);
    assert.ok((await ask(parts)).status >= 500);
  });
}

for (const status of [400, 401, 429, 501, 505]) {
  test(`after ${status}, which is about one caller or one moment, nothing stale is served, and the entry stays for the others`, async () => {
    const parts = caching({ staleIfError: "1h", staleWhileRevalidate: "0s" }, row(fresh("first"), answered(status, "no"), answered(503, "down")));
    await staleFor(parts, 1);
    assert.equal((await ask(parts)).status, status);
    assert.equal((await ask(parts)).text, "first");
  });
}

for (const status of [403, 404, 410]) {
  test(`after ${status} nothing stale is served, then or later`, async () => {
    const parts = caching({ staleIfError: "1h", staleWhileRevalidate: "0s" }, row(fresh("first"), answered(status, "no"), answered(503, "down")));
    await staleFor(parts, 1);
    assert.equal((await ask(parts)).status, status);
    assert.equal((await ask(parts)).status, 503);
  });
}

for (const forbids of ["must-revalidate", "proxy-revalidate", "s-maxage=60", "no-cache"]) {
  test(`what ${forbids} stands on is never served stale`, async () => {
    const parts = caching({ staleIfError: "1h", staleWhileRevalidate: "1h" }, row(fresh("first", `max-age=60, ${forbids}`, TAGGED), answered(503, "down")));
    await staleFor(parts, 1);
    assert.equal((await ask(parts)).status, 503);
  });
}

test("while a platform fails it is asked once in an interval, and everybody is served", async () => {
  const parts = caching({ staleIfError: "1h", revalidateEvery: "5s" }, row(fresh("first"), notSent()));
  await staleFor(parts, 1);
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 3; i++) assert.equal((await ask(parts)).text, "first");
    await settled();
    parts.clock.advance(1000);
  }
  assert.equal(parts.calls.length, 1 + 12);
});

test("once it is back, the next answer is fresh again", async () => {
  const parts = caching({ staleIfError: "1h" }, row(fresh("first"), notSent(), fresh("second")));
  await staleFor(parts, 1);
  await ask(parts);
  parts.clock.advance(5000);
  assert.equal((await ask(parts)).text, "first");
  await settled();
  const seen = await ask(parts);
  assert.deepEqual([seen.text, seen.cached], ["second", "hit"]);
});

test("a forced look that fails says nothing about the answer's later life", async () => {
  const parts = caching({ staleIfError: "1h" }, row(fresh("first"), notSent(), fresh("second")));
  await ask(parts);
  await ask(parts, "GET /codes", ["Cache-Control", "no-cache"]);
  parts.clock.advance(60_001);
  assert.equal((await ask(parts)).text, "second");
});

test("a read that is made by POST is asked again as it was, since a platform would answer validators with 412", async () => {
  const parts = caching({ key: ["body"] }, row(fresh("first", "max-age=60", TAGGED), fresh("second")));
  await ask(parts, "POST /codes", [], bytes("a"));
  parts.clock.advance(60_001);
  await ask(parts, "POST /codes", [], bytes("a"));
  assert.equal(sent((parts.calls[1] as Parts["calls"][number]).call, "if-none-match"), undefined);
});

test("a question for a part of a stale answer without validators makes nobody wait, and lets others collapse", async () => {
  const parts = caching({}, (call, _control, number) => (sent(call, "range") === undefined ? fresh(`answer ${number}`) : answered(206, "an")));
  await staleFor(parts, 1);
  await ask(parts, "GET /codes", ["Range", "bytes=0-1"]);
  await Promise.all([ask(parts), ask(parts), ask(parts)]);
  assert.equal(parts.calls.length, 3);
});
