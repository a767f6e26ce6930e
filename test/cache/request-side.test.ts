import assert from "node:assert/strict";
import { test } from "node:test";
import { requestSide } from "../../src/cache/request-side.ts";
import { bytes, policy, request } from "./core-fixture.ts";

type Request = Parameters<typeof request>[0];
const BODY = { key: ["body"] };
const plain = { bypass: null, revalidate: false, maxAge: Infinity, minFresh: 0, onlyIfCached: false, special: false, looseCookie: false };

const cases: readonly (readonly [what: string, request: Request, cache: unknown, want: Partial<typeof plain> | string])[] = [
  ["a GET", {}, {}, {}],
  ["a HEAD", { method: "HEAD" }, {}, {}],
  ["a POST", { method: "POST" }, {}, "method"],
  ["a DELETE", { method: "DELETE" }, BODY, "method"],
  ["a POST whose body is in the key", { method: "POST", body: bytes("{}") }, BODY, {}],
  ["a GET with a body", { body: bytes("{}") }, {}, "request-body"],
  ["Authorization", { headers: ["Authorization", "a"] }, {}, "authorization"],
  ["AUTHORIZATION", { headers: ["AUTHORIZATION", "a"] }, { key: ["principal"] }, "authorization"],
  ["Authorization where the route opted in", { headers: ["Authorization", "a"] }, { key: ["principal"], authorized: true }, {}],
  ["If-Match", { headers: ["If-Match", '"a"'] }, {}, "precondition"],
  ["If-Unmodified-Since", { headers: ["If-Unmodified-Since", "x"] }, {}, "precondition"],
  ["If-None-Match", { headers: ["If-None-Match", '"a"'] }, {}, { special: true }],
  ["If-Modified-Since", { headers: ["If-Modified-Since", "x"] }, {}, { special: true }],
  ["Range", { headers: ["range", "bytes=0-1"] }, {}, { special: true }],
  ["If-Range", { headers: ["If-Range", '"a"'] }, {}, { special: true }],
  ["a cookie", { headers: ["Cookie", "a=b"] }, {}, { looseCookie: true }],
  ["a cookie that is in the key", { headers: ["Cookie", "a=b"] }, { key: [{ header: "COOKIE" }] }, {}],
  ["a cookie beside a principal in the key", { headers: ["Cookie", "a=b"] }, { key: ["principal"] }, {}],
  ["no-store", { headers: ["Cache-Control", "no-store"] }, {}, "request-no-store"],
  ["no-cache", { headers: ["Cache-Control", "no-cache"] }, {}, { revalidate: true }],
  ["Pragma", { headers: ["Pragma", "x, No-Cache"] }, {}, { revalidate: true }],
  ["Pragma beside Cache-Control", { headers: ["Pragma", "no-cache", "Cache-Control", "max-age=1"] }, {}, { maxAge: 1000 }],
  ["max-age", { headers: ["Cache-Control", "max-age=0"] }, {}, { maxAge: 0 }],
  ["min-fresh", { headers: ["Cache-Control", "min-fresh=9"] }, {}, { minFresh: 9000 }],
  ["max-stale, which is never heard", { headers: ["Cache-Control", "max-stale=999"] }, {}, {}],
  ["only-if-cached", { headers: ["Cache-Control", "only-if-cached"] }, {}, { onlyIfCached: true }],
  ["directives that the route ignores", { headers: ["Cache-Control", "no-store, no-cache", "Pragma", "no-cache"] }, { requestDirectives: "ignore" }, {}],
  ["several at once", { headers: ["Cookie", "a", "Cache-Control", "no-cache", "Range", "bytes=0-"] }, {}, { revalidate: true, special: true, looseCookie: true }],
];

for (const [what, given, cache, want] of cases) {
  test(`a request with ${what} is ${typeof want === "string" ? `no business of the cache: ${want}` : `looked up with ${JSON.stringify(want)}`}`, () => {
    assert.deepEqual(requestSide(request(given), policy(cache)), { ...plain, ...(typeof want === "string" ? { bypass: want } : want) });
  });
}
