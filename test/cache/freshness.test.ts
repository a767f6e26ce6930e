import assert from "node:assert/strict";
import { test } from "node:test";
import { freshnessOf, heuristicLifetime, initialAge } from "../../src/cache/freshness.ts";
import type { Headers } from "../../src/http/message.ts";
import { NOW } from "./core-fixture.ts";

const at = (ms: number): string => new Date(ms).toUTCString();

const lifetimes: readonly (readonly [headers: Headers, seconds: number | null])[] = [
  [[], null],
  [["Cache-Control", "public"], null],
  [["Cache-Control", "max-age=60"], 60],
  [["Cache-Control", "max-age=60, s-maxage=0"], 0],
  [["Cache-Control", "max-age=60", "Cache-Control", "max-age=10"], 10],
  [["Cache-Control", "max-age=x"], 0],
  [["Cache-Control", "max-age=60, no-cache"], 0],
  [["Cache-Control", 'max-age=60, no-cache="X-Token"'], 60],
  [["Cache-Control", "max-age=60", "Expires", at(NOW)], 60],
  [["Expires", at(NOW + 60_000)], 60],
  [["Date", at(NOW - 10_000), "Expires", at(NOW + 60_000)], 70],
  [["Expires", at(NOW - 60_000)], -60],
  [["Expires", "0"], 0],
  [["Expires", at(NOW + 60_000), "Expires", at(NOW + 60_000)], 0],
  [["CDN-Cache-Control", "max-age=5", "Cache-Control", "max-age=60"], 5],
  [["CDN-Cache-Control", "public", "Cache-Control", "max-age=60", "Expires", at(NOW + 60_000)], null],
  [["CDN-Cache-Control", "max-age=?", "Cache-Control", "max-age=60"], 60],
];

for (const [headers, seconds] of lifetimes) {
  test(`the lifetime that ${JSON.stringify(headers)} states is ${seconds}`, () => {
    const { explicit } = freshnessOf(headers, NOW);
    assert.equal(explicit === null ? null : explicit / 1000, seconds);
  });
}

const windows: readonly (readonly [control: string, neverStale: boolean, whileRevalidate: number | null, ifError: number | null])[] = [
  ["max-age=1", false, null, null],
  ["max-age=1, stale-while-revalidate=2, stale-if-error=3", false, 2000, 3000],
  ["must-revalidate", true, null, null],
  ["proxy-revalidate", true, null, null],
  ["s-maxage=1", true, null, null],
  ["no-cache", true, null, null],
  ['no-cache="X-Token"', false, null, null],
];

for (const [control, neverStale, whileRevalidate, ifError] of windows) {
  test(`${control} ${neverStale ? "forbids" : "allows"} what is stale`, () => {
    const freshness = freshnessOf(["Cache-Control", control], NOW);
    assert.deepEqual([freshness.neverStale, freshness.staleWhileRevalidate, freshness.staleIfError], [neverStale, whileRevalidate, ifError]);
  });
}

test("age counts the way here, Age, and a Date in the past, but no Date in the future", () => {
  const journey = { askedAt: NOW - 1000, receivedAt: NOW };
  const ages = [[], ["Age", "5"], ["Date", at(NOW - 9000)], ["Date", at(NOW + 9000)], ["Age", "5", "Date", at(NOW - 3000)]].map((headers) => initialAge(headers, journey, true));
  assert.deepEqual(ages, [1000, 6000, 9000, 1000, 6000]);
  assert.equal(initialAge(["Date", at(NOW - 9000)], journey, false), 1000);
});

test("a clock that went back on the way makes nothing younger than it says", () => {
  assert.equal(initialAge(["Age", "5"], { askedAt: NOW + 60_000, receivedAt: NOW }, true), 5000);
});

test("a lifetime is guessed from the time since the last change, within its bound", () => {
  const guess = (headers: Headers): number | null => heuristicLifetime(headers, NOW, { share: 0.1, max: 60_000 });
  assert.equal(guess([]), null);
  assert.equal(guess(["Last-Modified", at(NOW - 100_000)]), 10_000);
  assert.equal(guess(["Last-Modified", at(NOW - 100_000), "Date", at(NOW - 50_000)]), 5000);
  assert.equal(guess(["Last-Modified", at(NOW - 10_000_000)]), 60_000);
  assert.equal(guess(["Last-Modified", at(NOW + 1000)]), null);
  assert.equal(guess(["Last-Modified", "yesterday"]), null);
});
