import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyFault, type Headers } from "../../src/http/message.ts";
import type { CallControl } from "../../src/upstream/call.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { ask, caching, fed, fresh, lost, notSent, run, sent, settled, type Parts, type Seen } from "./recall-setup.ts";
import { answered, exchange, type Serve } from "./setup.ts";

/** A platform whose answers come when the test says so. */
function held(): { readonly serve: Serve; readonly controls: CallControl[]; give(number: number, result: AttemptResult): Promise<void> } {
  const gates: PromiseWithResolvers<AttemptResult>[] = [];
  const gate = (number: number): PromiseWithResolvers<AttemptResult> => (gates[number] ??= Promise.withResolvers<AttemptResult>());
  const controls: CallControl[] = [];
  const serve: Serve = (_call, control, number) => {
    controls.push(control);
    control.abort = (cause) => gate(number).resolve(lost(cause));
    return gate(number).promise;
  };
  const give = async (number: number, result: AttemptResult): Promise<void> => {
    gate(number).resolve(result);
    await settled();
  };
  return { serve, controls, give };
}

async function crowd(parts: Parts, count: number, line = "GET /codes", headers: Headers = []): Promise<Promise<Seen>[]> {
  const all = Array.from({ length: count }, () => ask(parts, line, headers));
  await settled();
  return all;
}

/** What came of a crowd: how often each text, and each way to it. */
async function tally(all: readonly Promise<Seen>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code, text, cached } of await Promise.all(all)) counts[`${code} ${text} ${cached}`] = (counts[`${code} ${text} ${cached}`] ?? 0) + 1;
  return counts;
}

const streamedAnswer = (body: ReturnType<typeof fed>): AttemptResult => ({ ...fresh(""), answer: { status: 200, headers: ["Cache-Control", "max-age=60"], body: body.body } }) as AttemptResult;

test("a thousand misses of one key reach the platform once", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const all = await crowd(parts, 1000);
  assert.deepEqual([parts.calls.length, parts.around.cache.stats().waiting], [1, 999]);
  await give(0, fresh("one"));
  assert.deepEqual(await tally(all), { "200 one miss": 1, "200 one collapsed": 999 });
  assert.deepEqual([parts.calls.length, parts.around.cache.stats().waiting, parts.clock.pending()], [1, 0, 0]);
});

test("an answer that came with a waiter says so", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const [, second] = await crowd(parts, 2);
  await give(0, fresh("one"));
  assert.equal((await second)?.header("cache-status"), "taxgate; fwd=uri-miss; collapsed; ttl=60");
});

test("a streamed answer is shared once it is whole", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const body = fed();
  const all = await crowd(parts, 3);
  await give(0, streamedAnswer(body));
  body.push("on");
  await settled();
  assert.equal(parts.around.cache.stats().waiting, 2);
  body.push("e");
  body.end();
  assert.deepEqual(await tally(all), { "200 one miss": 1, "200 one collapsed": 2 });
});

test("a leader whose answer is cut off leaves the others to one new fetch", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const body = fed();
  const all = await crowd(parts, 100);
  await give(0, streamedAnswer(body));
  body.push("on");
  body.fail(new BodyFault("truncated", "cut"));
  await settled();
  assert.equal(parts.calls.length, 2);
  await give(1, fresh("two"));
  assert.deepEqual(await tally(all), { "200 on…cut off miss": 1, "200 two miss": 1, "200 two collapsed": 98 });
  assert.deepEqual([parts.calls.length, parts.notStored], [2, ["truncated"]]);
});

test("a leader that gets no answer leaves the others to one new fetch, and after that one they go by themselves", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const all = await crowd(parts, 5);
  await give(0, notSent());
  assert.equal(parts.calls.length, 2);
  await give(1, lost());
  assert.equal(parts.calls.length, 5);
  for (const number of [2, 3, 4]) await give(number, fresh(`answer ${number}`));
  const codes = (await Promise.all(all)).map(({ code }) => code).toSorted();
  assert.deepEqual(codes, ["200", "200", "200", "502 malformed-answer", "502 unreachable"]);
});

test("an answer that cannot be shared makes nobody wait for anybody", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const all = await crowd(parts, 50);
  await give(0, fresh("leader", "private"));
  // All at once: none of them waits for another's.
  assert.equal(parts.calls.length, 50);
  const late = await crowd(parts, 3);
  assert.equal(parts.calls.length, 53);
  for (let i = 1; i < 53; i++) await give(i, fresh("own", "private"));
  assert.deepEqual(await tally(all), { "200 leader miss": 1, "200 own miss": 49 });
  assert.deepEqual(await tally(late), { "200 own miss": 3 });
});

test("those beyond the bound on waiters go by themselves", async () => {
  const { serve, give } = held();
  const parts = caching({ collapse: { waiters: 2 } }, serve);
  const all = await crowd(parts, 5);
  assert.equal(parts.calls.length, 3);
  for (const number of [0, 1, 2]) await give(number, fresh("one"));
  assert.deepEqual(await tally(all), { "200 one miss": 3, "200 one collapsed": 2 });
});

test("those who have waited long enough go by themselves", async () => {
  const { serve, give } = held();
  const parts = caching({ collapse: { wait: "500ms" } }, serve);
  const all = await crowd(parts, 3);
  parts.clock.advance(500);
  await settled();
  assert.equal(parts.calls.length, 3);
  for (const number of [0, 1, 2]) await give(number, fresh("one"));
  assert.deepEqual(await tally(all), { "200 one miss": 3 });
});

test("a leader whose caller goes away still fetches for those who wait", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const leader = exchange("GET /codes");
  const leading = run(parts, leader);
  await settled();
  const others = await crowd(parts, 3);
  leader.gone = true;
  leader.onGone?.();
  await give(0, fresh("one"));
  await leading;
  assert.deepEqual(await tally(others), { "200 one collapsed": 3 });
  assert.equal(parts.calls.length, 1);
});

test("a leader whose caller goes away while nobody waits is cancelled", async () => {
  const { serve } = held();
  const parts = caching({}, serve);
  const leader = exchange("GET /codes");
  const leading = run(parts, leader);
  await settled();
  leader.gone = true;
  leader.onGone?.();
  await leading;
  assert.equal(parts.ends[0]?.error, "client-gone");
  const next = ask(parts);
  await settled();
  assert.equal(parts.calls.length, 2);
  parts.clock.advance(1000);
  await next;
});

test("one who goes away while waiting leaves nothing behind", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const leading = await crowd(parts, 1);
  const x = exchange("GET /codes");
  const waiting = run(parts, x);
  await settled();
  assert.equal(parts.around.cache.stats().waiting, 1);
  x.gone = true;
  x.onGone?.();
  assert.equal((await waiting).code, "499 client-gone");
  assert.deepEqual([parts.around.cache.stats().waiting, x.onGone, x.cached, x.endedBy], [0, null, "refused", "client"]);
  await give(0, fresh("one"));
  assert.deepEqual(await tally(leading), { "200 one miss": 1 });
});

test("callers who turn out to want another variant share one more fetch among themselves", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const german = await crowd(parts, 3, "GET /codes", ["Accept-Language", "de"]);
  const french = await crowd(parts, 3, "GET /codes", ["Accept-Language", "fr"]);
  assert.equal(parts.calls.length, 1);
  await give(0, fresh("de", "max-age=60", ["Vary", "Accept-Language"]));
  assert.equal(parts.calls.length, 2);
  assert.equal(sent((parts.calls[1] as Parts["calls"][number]).call, "accept-language"), "fr");
  await give(1, fresh("fr", "max-age=60", ["Vary", "Accept-Language"]));
  assert.deepEqual(await tally(german), { "200 de miss": 1, "200 de collapsed": 2 });
  assert.deepEqual(await tally(french), { "200 fr miss": 1, "200 fr collapsed": 2 });
});

const purge = (parts: Parts): void => void parts.around.cache.invalidate({ kind: "url", site: "main", path: "/codes", query: "", soft: false });

test("what was voided while it was under way is not stored, and those who wait get a newer one", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const all = await crowd(parts, 3);
  purge(parts);
  await give(0, fresh("old"));
  assert.equal(parts.calls.length, 2);
  await give(1, fresh("new"));
  assert.deepEqual(await tally(all), { "200 old miss": 1, "200 new miss": 1, "200 new collapsed": 1 });
  assert.deepEqual([(await ask(parts)).text, parts.notStored], ["new", ["invalidated"]]);
});

test("nobody waits for the body of what was voided before its head came", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const all = await crowd(parts, 2);
  purge(parts);
  const body = fed();
  await give(0, streamedAnswer(body));
  assert.equal(parts.calls.length, 2);
  await give(1, fresh("new"));
  body.push("old");
  body.end();
  assert.deepEqual(await tally(all), { "200 old miss": 1, "200 new miss": 1 });
});

test("what was voided in the midst of its body is not stored either", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const body = fed();
  const [first] = await crowd(parts, 1);
  await give(0, streamedAnswer(body));
  body.push("o");
  await settled();
  purge(parts);
  body.push("ld");
  body.end();
  assert.equal((await first)?.text, "old");
  const next = ask(parts);
  await settled();
  await give(1, fresh("new"));
  assert.equal((await next).text, "new");
});

test("what was voided while somebody fetched it for himself alone is not stored", async () => {
  const { serve, give } = held();
  const parts = caching({}, serve);
  const [alone] = await crowd(parts, 1, "GET /codes", ["Cache-Control", "no-cache"]);
  purge(parts);
  await give(0, fresh("old"));
  assert.equal((await alone)?.text, "old");
  const next = ask(parts);
  await settled();
  await give(1, fresh("new"));
  assert.equal((await next).text, "new");
});

test("what was removed while it was asked about again is not served when the platform fails", async () => {
  const { serve, give } = held();
  const parts = caching({ staleIfError: "1h" }, serve);
  const [first] = await crowd(parts, 1);
  await give(0, fresh("old"));
  await first;
  parts.clock.advance(60_001);
  const [second] = await crowd(parts, 1);
  purge(parts);
  await give(1, answered(503, "down"));
  assert.equal((await second)?.status, 503);
});

test("an answer that fetching found too large is still passed on, and nobody waits for its end", async () => {
  const { serve, give } = held();
  const parts = caching({ maxBytes: "3B" }, serve);
  const all = await crowd(parts, 2);
  const body = fed();
  await give(0, streamedAnswer(body));
  body.push("0123");
  await settled();
  assert.equal(parts.calls.length, 2);
  await give(1, fresh("own"));
  body.push("4");
  body.end();
  assert.deepEqual(await tally(all), { "200 01234 miss": 1, "200 own miss": 1 });
});
