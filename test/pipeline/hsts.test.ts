import assert from "node:assert/strict";
import { test } from "node:test";
import { headerValues } from "../../src/http/headers.ts";
import type { Answer } from "../../src/http/message.ts";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import { answered, exchange, run, setUp } from "./setup.ts";

const match = (path: string) => ({ methods: ["GET"], path });
const ROUTES = [
  { name: "plain", class: "read", match: match("/plain") },
  { name: "asked", class: "read", match: match("/asked"), hsts: {} },
  { name: "below", class: "read", match: match("/below"), hsts: { maxAge: "90s", includeSubDomains: true } },
  { name: "off", class: "read", match: match("/off"), hsts: { maxAge: "0ms" } },
  { name: "kept", class: "read", match: match("/kept"), cache: { ttl: "1h" }, hsts: { maxAge: "1h" } },
];

const over = (secure: boolean, x: Exchange): Exchange => ({ ...x, caller: { ...x.caller, secure } });
const stated = (made: Answer | null): string[] => headerValues([...(made?.prepared?.headers ?? []), ...(made?.headers ?? [])], "strict-transport-security");

const CASES: readonly (readonly [line: string, secure: boolean, platform: string | null, want: readonly string[]])[] = [
  ["GET /plain", true, null, []],
  ["GET /plain", true, "max-age=5", ["max-age=5"]],
  ["GET /asked", true, null, ["max-age=31557600"]],
  ["GET /asked", true, "max-age=5", ["max-age=31557600"]],
  ["GET /asked", false, null, []],
  ["GET /below", true, null, ["max-age=90; includeSubDomains"]],
  ["GET /off", true, null, ["max-age=0"]],
  // Refused before a route is found, and on one.
  ["GET /nowhere", true, null, []],
];

for (const [line, secure, platform, want] of CASES) {
  test(`${line} ${secure ? "over TLS" : "without TLS"}, the platform stating ${platform ?? "nothing"}: ${want.join() || "nothing"}`, async () => {
    const parts = setUp(() => answered(200, "x", platform === null ? [] : ["Strict-Transport-Security", platform]), { routes: ROUTES });
    assert.deepEqual(stated(await run(parts, over(secure, exchange(line)))), want);
  });
}

test("refusals and answers of our own on a route state it too", async () => {
  const parts = setUp(() => ({ kind: "refused", cause: "breaker-open", detail: "no", retryAfter: 6 }), { routes: ROUTES });
  assert.deepEqual(stated(await run(parts, over(true, exchange("GET /asked")))), ["max-age=31557600"]);
});

for (const platform of [[], ["Strict-Transport-Security", "max-age=5"]]) {
  test(`an answer from memory states it over TLS alone, the platform stating ${platform[1] ?? "nothing"}`, async () => {
    const parts = setUp(() => answered(200, "kept", ["Content-Type", "text/plain", ...platform]), { routes: ROUTES });
    const seen: string[][] = [];
    for (const secure of [true, true, false, true]) seen.push(stated(await run(parts, over(secure, exchange("GET /kept")))));
    assert.equal(parts.calls.length, 1);
    assert.deepEqual(seen, [["max-age=3600"], ["max-age=3600"], platform.slice(1), ["max-age=3600"]]);
  });
}
