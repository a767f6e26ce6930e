import assert from "node:assert/strict";
import { test } from "node:test";
import { endToEnd, endToEndFilter } from "../../src/http/hop-by-hop.ts";

const passes = endToEndFilter(new Set(["x-secret"]));

const cases: readonly (readonly [what: string, headers: readonly string[], kept: readonly string[]])[] = [
  ["end-to-end fields keep their order and their spelling", ["B", "1", "a", "2", "B", "3"], ["B", "1", "a", "2", "B", "3"]],
  ["hop-by-hop fields stay behind, however they are spelled", ["Connection", "close", "KEEP-ALIVE", "x", "Te", "trailers", "Transfer-Encoding", "chunked", "Upgrade", "h2c", "Expect", "100-continue", "A", "1"], ["A", "1"]],
  ["Proxy-* fields stay behind", ["Proxy-Authorization", "x", "Proxy-Authenticate", "x", "Proxy-Connection", "x", "Proxy-Authentication-Info", "x"], []],
  ["fields that Connection names stay behind", ["Connection", "close, X-Own , ,x-other", "X-Own", "1", "X-OTHER", "2", "X-Third", "3"], ["X-Third", "3"]],
  ["fields that a second Connection names stay behind too", ["X-Own", "1", "Connection", "keep-alive", "connection", "x-own"], []],
  ["address and length are not taken away by naming them", ["Connection", "host, content-length, content-type", "Content-Type", "a/b", "Host", "a", "Content-Length", "1"], ["Host", "a", "Content-Length", "1"]],
  ["what the filter drops stays behind, and values do not matter", ["X-Secret", "1", "A", "x-secret"], ["A", "x-secret"]],
];

for (const [what, headers, kept] of cases) test(what, () => assert.deepEqual(endToEnd(headers, passes), kept));

test("a field that nobody knows passes, however long its name and however many there are", () => {
  const filter = endToEndFilter(new Set(["x-secret"]));
  for (let i = 0; i < 3000; i++) assert.equal(filter(`x-${i}`), true);
  assert.equal(filter("x".repeat(10_000)), true);
  assert.deepEqual([filter("X-Secret"), filter("x-secret"), filter("Connection")], [false, false, false]);
});
