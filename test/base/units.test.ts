import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBytes, parseDuration, parseRate, parseShare } from "../../src/base/units.ts";

const durations: readonly (readonly [string, number | null])[] = [
  ["0ms", 0], ["250ms", 250], ["1.5s", 1500], ["5min", 300_000], ["2h", 7_200_000], ["1d", 86_400_000], ["1y", 31_557_600_000],
  ["", null], ["5", null], ["5m", null], ["5 s", null], ["-1s", null], ["1e3s", null], [".5s", null], ["5.s", null], ["5S", null], ["5s ", null], ["5s\n", null], ["1s1s", null],
];
for (const [text, want] of durations) test(`the duration ${JSON.stringify(text)} is ${want} ms`, () => assert.equal(parseDuration(text), want));

const sizes: readonly (readonly [string, number | null])[] = [
  ["0B", 0], ["1kB", 1000], ["1KB", 1000], ["1KiB", 1024], ["1.5KiB", 1536], ["5MB", 5_000_000], ["5MiB", 5_242_880], ["1GB", 1e9], ["1GiB", 1_073_741_824], ["0.0001kB", 0],
  ["5", null], ["5K", null], ["5mb", null], ["-5B", null], ["5 MB", null],
];
for (const [text, want] of sizes) test(`the size ${JSON.stringify(text)} is ${want} bytes`, () => assert.equal(parseBytes(text), want));

const rates: readonly (readonly [string, number, number] | readonly [string, null])[] = [
  ["100/s", 100, 1000], ["12/min", 12, 60_000], ["1/h", 1, 3_600_000], ["3/d", 3, 86_400_000], ["50/30d", 50, 2_592_000_000], ["5/10s", 5, 10_000], ["5/0d", null], ["5/1000d", null], ["1.5/s", null], ["/s", null], ["5/ms", null], ["5", null],
];
for (const [text, count, per] of rates) {
  test(`the rate ${JSON.stringify(text)} is ${count === null ? "none" : `${count} in ${per} ms`}`, () => assert.deepEqual(parseRate(text), count === null ? null : { count, per }));
}

const shares: readonly (readonly [string, number | null])[] = [["0%", 0], ["20%", 0.2], ["12.5%", 0.125], ["100%", 1], ["0.5", null], ["%", null], ["-1%", null]];
for (const [text, want] of shares) test(`the share ${JSON.stringify(text)} is ${want}`, () => assert.equal(parseShare(text), want));
