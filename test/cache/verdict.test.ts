import assert from "node:assert/strict";
import { test } from "node:test";
import { immutableTerms, judge, type Judged } from "../../src/cache/verdict.ts";
import type { Headers } from "../../src/http/message.ts";
import { NOW, options } from "./core-fixture.ts";

interface Given {
  readonly status?: number;
  readonly headers?: Headers;
  readonly looseCookie?: boolean;
  readonly atHome?: boolean;
  readonly personal?: boolean;
  /** Of the route. */
  readonly cache?: unknown;
}

function verdictOf({ status = 200, headers = [], looseCookie = false, atHome = true, personal = false, cache = {} }: Given) {
  const judged: Judged = { status, headers, journey: { askedAt: NOW, receivedAt: NOW }, looseCookie, atHome, rewritten: [] };
  return judge(judged, options(cache), personal);
}

/** `store LIFETIME/WHILE-REVALIDATE/IF-ERROR` in seconds, `not REASON`, or `look, else …`. */
function shown(given: Given): string {
  const verdict = verdictOf(given);
  const text = (one: Exclude<typeof verdict, { kind: "look" }>): string =>
    one.kind === "not" ? `not ${one.reason}` : `store ${one.terms.lifetime / 1000}/${one.terms.staleWhileRevalidate / 1000}/${one.terms.staleIfError / 1000}`;
  return verdict.kind === "look" ? `look, else ${text(verdict.plain)}` : text(verdict);
}

const age60: Headers = ["Cache-Control", "max-age=60"];
const stale = { staleWhileRevalidate: "30s", staleIfError: "1h" };
const cc = (value: string, ...more: string[]): Headers => ["Cache-Control", value, ...more];

const cases: readonly (readonly [what: string, given: Given, want: string])[] = [
  ["an answer with a lifetime", { headers: age60 }, "store 60/0/0"],
  ["s-maxage before max-age", { headers: cc("max-age=60, s-maxage=5") }, "store 5/0/0"],
  ["an Expires", { headers: ["Date", "Mon, 21 Sep 2026 14:13:20 GMT", "Expires", "Mon, 21 Sep 2026 14:14:20 GMT"] }, "store 60/0/0"],
  ["CDN-Cache-Control before Cache-Control", { headers: cc("no-store", "CDN-Cache-Control", "max-age=7") }, "store 7/0/0"],
  ["CDN-Cache-Control that forbids", { headers: cc("max-age=60", "CDN-Cache-Control", "no-store") }, "not no-store"],
  ["CDN-Cache-Control that cannot be read", { headers: cc("max-age=60", "CDN-Cache-Control", "max-age=,") }, "store 60/0/0"],

  ["nothing said at all", {}, "not no-freshness"],
  ["nothing said, but a validator", { headers: ["ETag", '"a"'] }, "store 0/0/0"],
  ["nothing said, but when it was changed", { headers: ["Last-Modified", "Mon, 21 Sep 2026 14:13:20 GMT"] }, "store 0/0/0"],
  ["a lifetime of 0 without a validator", { headers: cc("max-age=0") }, "not no-freshness"],
  ["a lifetime that its Age has used up", { headers: cc("max-age=60", "Age", "60") }, "not no-freshness"],
  ["no-cache with a validator", { headers: cc("no-cache, max-age=60", "ETag", '"a"'), cache: stale }, "store 0/0/0"],
  ["a lifetime of 0 that may be served stale", { headers: cc("max-age=0"), cache: stale }, "store 0/30/3600"],

  ["304", { status: 304, headers: age60 }, "not not-modified"],
  ["206", { status: 206, headers: age60 }, "not partial"],
  ["an interim status", { status: 103, headers: age60 }, "not status"],
  ["an unknown status with a lifetime", { status: 299, headers: age60 }, "store 60/0/0"],
  ["an unknown status without one", { status: 299, headers: ["ETag", '"a"'] }, "not status"],
  ["another region's answer", { headers: age60, atHome: false }, "not other-region"],
  ["Set-Cookie", { headers: cc("max-age=60", "Set-Cookie", "a=b") }, "not set-cookie"],
  ["Set-Cookie in spite of override", { headers: cc("max-age=60", "Set-Cookie", "a=b"), cache: { ttl: "1h", override: true } }, "not set-cookie"],
  ["Vary: *", { headers: cc("max-age=60", "Vary", "accept, *") }, "not vary-star"],
  ["private", { headers: cc("private, max-age=60") }, "not private"],
  ["private in spite of override", { headers: cc("private"), cache: { ttl: "1h", override: true } }, "not private"],
  ["private under a key with the principal, without override", { headers: cc("private"), personal: true, cache: { ttl: "1h" } }, "not private"],
  ["private under a key with the principal, with override", { headers: cc("private"), personal: true, cache: { ttl: "1h", override: true } }, "store 3600/0/0"],
  ["private fields", { headers: cc('private="X-User", max-age=60') }, "store 60/0/0"],
  ["no-store", { headers: cc("no-store, max-age=60") }, "not no-store"],
  ["no-store with override", { headers: cc("no-store"), cache: { ttl: "1h", override: true } }, "store 3600/0/0"],
  ["no-store and must-understand on a status that is understood", { headers: cc("no-store, must-understand, max-age=60") }, "store 60/0/0"],
  ["no-store and must-understand on one that is not", { status: 299, headers: cc("no-store, must-understand, max-age=60") }, "not no-store"],

  ["the route's ttl where nothing is said", { cache: { ttl: "1h" } }, "store 3600/0/0"],
  ["the platform's word before the route's ttl", { headers: age60, cache: { ttl: "1h" } }, "store 60/0/0"],
  ["the route's ttl before the platform's word", { headers: cc("max-age=60, must-revalidate"), cache: { ttl: "1h", override: true, ...stale } }, "store 3600/30/3600"],
  ["an Age that counts against the route's ttl", { headers: ["Age", "3600"], cache: { ttl: "1h" } }, "not no-freshness"],
  ["a Date that does not", { headers: ["Date", "Mon, 21 Sep 2026 00:00:00 GMT"], cache: { ttl: "1h" } }, "store 3600/0/0"],
  ["a ttl, which is not about 404", { status: 404, cache: { ttl: "1h" } }, "not status"],
  ["a 404 where the route says so", { status: 404, cache: { negative: { ttl: "10s" } } }, "store 10/0/0"],
  ["a 403, which the route's list leaves out", { status: 403, cache: { negative: { ttl: "10s" } } }, "not status"],
  ["a 503 where the route lists it", { status: 503, cache: { negative: { statuses: [503], ttl: "10s" } } }, "store 10/0/0"],
  ["a 404 that says more itself", { status: 404, headers: age60, cache: { negative: { ttl: "10s" } } }, "store 60/0/0"],
  ["a 404 whose word is overridden", { status: 404, headers: age60, cache: { override: true, negative: { ttl: "10s" } } }, "store 10/0/0"],

  ["a guess, which is off unless written", { headers: ["Date", "Mon, 21 Sep 2026 14:13:20 GMT", "Last-Modified", "Mon, 21 Sep 2026 14:11:40 GMT"] }, "store 0/0/0"],
  ["a guess", { headers: ["Date", "Mon, 21 Sep 2026 14:13:20 GMT", "Last-Modified", "Mon, 21 Sep 2026 14:11:40 GMT"], cache: { heuristic: {} } }, "store 10/0/0"],
  ["a guess beyond its bound", { headers: ["Date", "Mon, 21 Sep 2026 14:13:20 GMT", "Last-Modified", "Mon, 21 Sep 2020 14:11:40 GMT"], cache: { heuristic: { max: "1min" } } }, "store 60/0/0"],
  ["no guess about 403", { status: 403, headers: ["Last-Modified", "Mon, 21 Sep 2026 14:11:40 GMT"], cache: { heuristic: {} } }, "not status"],
  ["a guess about 403 that is public", { status: 403, headers: cc("public", "Last-Modified", "Mon, 21 Sep 2026 14:11:40 GMT"), cache: { heuristic: {} } }, "store 10/0/0"],

  ["the route's stale windows", { headers: age60, cache: stale }, "store 60/30/3600"],
  ["the platform's before the route's", { headers: cc("max-age=60, stale-while-revalidate=1, stale-if-error=2"), cache: stale }, "store 60/1/2"],
  ["must-revalidate forbids stale", { headers: cc("max-age=60, must-revalidate, stale-if-error=9"), cache: stale }, "store 60/0/0"],
  ["proxy-revalidate forbids stale", { headers: cc("max-age=60, proxy-revalidate"), cache: stale }, "store 60/0/0"],
  ["s-maxage forbids stale", { headers: cc("s-maxage=60"), cache: stale }, "store 60/0/0"],

  ["cookies and the platform's own lifetime", { headers: age60, looseCookie: true }, "store 60/0/0"],
  ["cookies and the route's ttl", { looseCookie: true, cache: { ttl: "1h" } }, "not cookie"],
  ["cookies and a negative answer", { status: 404, looseCookie: true, cache: { negative: { ttl: "10s" } } }, "not cookie"],
  ["cookies and an override", { headers: age60, looseCookie: true, cache: { ttl: "1h", override: true } }, "not cookie"],
  ["cookies and a mere validator", { headers: ["ETag", '"a"'], looseCookie: true, cache: stale }, "not cookie"],
  ["cookies and a lifetime of 0", { headers: cc("max-age=0", "ETag", '"a"'), looseCookie: true, cache: stale }, "not cookie"],
  ["cookies and no-cache", { headers: cc("no-cache", "ETag", '"a"'), looseCookie: true, cache: stale }, "not cookie"],
  ["cookies and a guess", { headers: ["Last-Modified", "Mon, 21 Sep 2026 14:11:40 GMT"], looseCookie: true, cache: { heuristic: {} } }, "not cookie"],

  ["an answer that may be immutable", { cache: { immutableWhen: [{ json: "/issued", equals: true }] } }, "look, else not no-freshness"],
  ["one that states a lifetime", { headers: age60, cache: { immutableWhen: [{ json: "/issued", equals: true }] } }, "store 60/0/0"],
  ["one that states it in vain", { headers: age60, cache: { override: true, immutableWhen: [{ json: "/issued", equals: true }] } }, "look, else store 60/0/0"],
  ["one to a request with cookies", { looseCookie: true, cache: { immutableWhen: [{ json: "/issued", equals: true }] } }, "not cookie"],
  ["one with another status", { status: 203, cache: { immutableWhen: [{ json: "/issued", equals: true }] } }, "not no-freshness"],
  ["one that is private", { headers: cc("private"), cache: { immutableWhen: [{ json: "/issued", equals: true }] } }, "not private"],
];

for (const [what, given, want] of cases) {
  test(`the verdict on ${what} is: ${want}`, () => {
    assert.equal(shown(given), want);
  });
}

test("what may be kept only in part names the fields to drop", () => {
  const verdict = verdictOf({ headers: cc('private="X-User, x-mail", no-cache="X-Token", max-age=60') });
  assert.deepEqual(verdict.kind === "store" && verdict.drop, ["x-token", "x-user", "x-mail"]);
});

test("how old an answer was on arrival is the larger of what Date and Age say", () => {
  const journey = { askedAt: NOW - 2000, receivedAt: NOW };
  const date = "Mon, 21 Sep 2026 14:13:10 GMT";
  const ageOf = (headers: Headers): number | false => {
    const verdict = judge({ status: 200, headers: [...age60, ...headers], journey, looseCookie: false, atHome: true, rewritten: [] }, options(), false);
    return verdict.kind === "store" && verdict.terms.age;
  };
  assert.deepEqual([ageOf([]), ageOf(["Date", date]), ageOf(["Age", "30"]), ageOf(["Age", "30", "Date", date])], [2000, 10_000, 32_000, 32_000]);
});

test("what is recognised as immutable is kept as long as the route says", () => {
  assert.deepEqual(immutableTerms(options({ immutableFor: "30d", ...stale })), { age: 0, lifetime: 30 * 86_400_000, staleWhileRevalidate: 30_000, staleIfError: 3_600_000 });
});
