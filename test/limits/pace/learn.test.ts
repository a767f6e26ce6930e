import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Headers } from "../../../src/http/message.ts";
import { compileLearn, type Heard } from "../../../src/limits/pace/learn.ts";
import { paces } from "./setup.ts";

const WALL = Date.UTC(2026, 10, 20, 10, 0, 0);
const DATE = "Fri, 20 Nov 2026 09:59:00 GMT";

function hear(rule: unknown, status: number, headers: Headers, body: string | null = null): Heard {
  const [pace] = paces([{ learn: [rule] }]);
  const [compiled] = (pace?.learn ?? []).map(compileLearn);
  return compiled?.hear({ status, headers, body: body === null ? null : Buffer.from(body) }, WALL) ?? null;
}

const RETRY = { when: { status: 429 }, wait: { header: "retry-after" } };
const RATE = { rateLimit: true };

const CASES: readonly (readonly [string, unknown, number, Headers, string | null, Heard])[] = [
  ["seconds", RETRY, 429, ["Retry-After", "30"], null, 30_000],
  ["a fraction", RETRY, 429, ["Retry-After", " 0.5 "], null, 500],
  ["a date", RETRY, 429, ["Retry-After", "Fri, 20 Nov 2026 10:00:30 GMT"], null, 30_000],
  ["a date by the platform's own clock", RETRY, 429, ["Date", DATE, "Retry-After", "Fri, 20 Nov 2026 10:00:30 GMT"], null, 90_000],
  ["a date that is over", RETRY, 429, ["Retry-After", DATE], null, 0],
  ["an instant", RETRY, 429, ["Retry-After", "2026-11-20T10:01:00Z"], null, 60_000],
  ["seconds since 1970", RETRY, 429, ["Retry-After", String(WALL / 1000 + 20)], null, 20_000],
  ["milliseconds since 1970", RETRY, 429, ["Retry-After", String(WALL + 20)], null, 20],
  ["nothing in a refusal", RETRY, 429, [], null, "unsaid"],
  ["nonsense in a refusal", RETRY, 429, ["Retry-After", "-5"], null, "unsaid"],
  ["another status", RETRY, 200, ["Retry-After", "30"], null, null],
  ["nothing, where it is no refusal", { wait: { header: "retry-after" } }, 200, [], null, null],
  ["a number in its unit", { wait: { json: "/wait" }, unit: "min" }, 200, ["content-type", "application/json"], '{"wait":2}', 120_000],
  ["an element", { when: { status: 200 }, wait: { xml: "/*:answer/*:wait" } }, 200, ["content-type", "text/xml"], "<a:answer xmlns:a='u'><a:wait>60</a:wait></a:answer>", 60_000],
  ["a condition on the body that does not hold", { when: { json: "/code", equals: 7 }, wait: { json: "/wait" } }, 200, [], '{"code":8,"wait":2}', null],
  ["a pair of fields, and nothing left", RATE, 200, ["X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "15"], null, 15_000],
  ["a pair of fields, and something left", RATE, 200, ["X-RateLimit-Remaining", "3", "X-RateLimit-Reset", "15"], null, null],
  ["a pair without its half", RATE, 200, ["RateLimit-Remaining", "0"], null, null],
  ["one field with names", RATE, 200, ["RateLimit", "limit=100, remaining=0, reset=9"], null, 9000],
  ["one field with policies, the longest of those used up", RATE, 200, ["RateLimit", '"s";r=0;t=1, "day";r=0;t=30, "h";r=5;t=99'], null, 30_000],
  ["fields that are not there, in a refusal", RATE, 429, [], null, "unsaid"],
];

describe("what answers say about waiting", () => {
  for (const [what, rule, status, headers, body, expected] of CASES) it(`reads ${what}`, () => assert.equal(hear(rule, status, headers, body), expected));
});
