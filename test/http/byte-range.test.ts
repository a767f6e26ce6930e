import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rangeOf } from "../../src/http/byte-range.ts";
import type { Validators } from "../../src/http/conditional.ts";

const NOW = Date.UTC(2026, 6, 1, 12, 0, 0);
const CHANGED = "Tue, 30 Jun 2026 12:00:00 GMT";
const LATER = "Tue, 30 Jun 2026 12:00:01 GMT";
const CHANGED_AT = Date.UTC(2026, 5, 30, 12, 0, 0);
const HUGE = "9".repeat(400);
const STORED: Validators = { etag: '"1"', lastModified: CHANGED_AT, date: NOW };

function read(headers: readonly string[], length: number, stored = STORED): string {
  const range = rangeOf(headers, length, stored, NOW);
  return range.kind === "part" ? `${range.start}-${range.end}` : range.kind;
}

const ranges: readonly (readonly [range: string, want: string, length?: number])[] = [
  ["bytes=0-0", "0-0"],
  ["bytes=0-9", "0-9"],
  ["bytes=2-5", "2-5"],
  ["Bytes=2-5", "2-5"],
  ["bytes=2-", "2-9"],
  ["bytes=9-", "9-9"],
  ["bytes=9-10", "9-9"],
  ["bytes=-1", "9-9"],
  ["bytes=-10", "0-9"],
  ["bytes=-11", "0-9"],
  ["bytes=0001-0002", "1-2"],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=10-20", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=0-", "unsatisfiable", 0],
  ["bytes=0-0", "unsatisfiable", 0],
  ["bytes=-1", "whole", 0],
  ["bytes=-0", "unsatisfiable", 0],
  [`bytes=1-${HUGE}`, "1-9"],
  [`bytes=${HUGE}-`, "unsatisfiable"],
  [`bytes=${HUGE}-${HUGE}`, "unsatisfiable"],
  [`bytes=${HUGE}-1`, "whole"],
  [`bytes=-${HUGE}`, "0-9"],
  ["bytes=1-9007199254740993", "1-9"],
  ["bytes=5-2", "whole"],
  ["bytes=20-10", "whole"],
  ["bytes=-", "whole"],
  ["bytes=", "whole"],
  ["bytes", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=1-2x", "whole"],
  ["bytes=+1-2", "whole"],
  ["bytes=1--2", "whole"],
  ["bytes=0x1-2", "whole"],
  ["bytes=1.0-2", "whole"],
  ["bytes=0-1,3-4", "whole"],
  ["bytes=0-1, 3-4", "whole"],
  ["bytes = 0-1", "whole"],
  ["items=0-1", "whole"],
  ["bytes=\u0661-\u0662", "whole"],
  ["", "whole"],
];

for (const [range, want, length = 10] of ranges) {
  test(`${range.length > 40 ? `${range.slice(0, 40)}…` : range} of ${length} bytes is ${want}`, () => assert.equal(read(["Range", range], length), want));
}

test("without Range, or with two of them, it is the whole", () => {
  assert.equal(read(["If-Range", '"1"'], 10), "whole");
  assert.equal(read(["Range", "bytes=0-1", "range", "bytes=0-1"], 10), "whole");
});

const conditions: readonly (readonly [what: string, condition: readonly string[], want: "1-2" | "whole", stored?: Validators])[] = [
  ["the stored tag", ["If-Range", '"1"'], "1-2"],
  ["another tag", ["If-Range", '"2"'], "whole"],
  ["a weak tag", ["If-Range", 'W/"1"'], "whole", { ...STORED, etag: 'W/"1"' }],
  ["a strong tag where a weak one is stored", ["If-Range", '"1"'], "whole", { ...STORED, etag: 'W/"1"' }],
  ["a list of tags", ["If-Range", '"1", "2"'], "whole"],
  ["a tag where none is stored", ["If-Range", '"1"'], "whole", { ...STORED, etag: null }],
  ["the stored Last-Modified", ["if-range", CHANGED], "1-2"],
  ["a later date, which is no exact match", ["If-Range", LATER], "whole"],
  ["a date where none is stored", ["If-Range", CHANGED], "whole", { ...STORED, lastModified: null }],
  ["a Last-Modified in the second of its Date", ["If-Range", CHANGED], "whole", { ...STORED, date: CHANGED_AT }],
  ["a Last-Modified a second before its Date", ["If-Range", CHANGED], "1-2", { ...STORED, date: CHANGED_AT + 1000 }],
  ["a Last-Modified without a Date", ["If-Range", CHANGED], "whole", { ...STORED, date: null }],
  ["no date and no tag", ["If-Range", "soon"], "whole"],
  ["a tag without quotes", ["If-Range", "abc"], "whole", { ...STORED, etag: "abc" }],
  ["an empty field", ["If-Range", ""], "whole"],
  ["two of them", ["If-Range", '"1"', "If-Range", '"1"'], "whole"],
];

for (const [what, condition, want, stored] of conditions) {
  test(`If-Range with ${what} gives ${want}`, () => assert.equal(read(["Range", "bytes=1-2", ...condition], 10, stored), want));
}

test("a part always lies within the representation", () => {
  const digits = fc.oneof(fc.nat({ max: 30 }).map(String), fc.bigInt({ min: 0n, max: 2n ** 200n }).map(String), fc.constant(""));
  fc.assert(
    fc.property(digits, digits, fc.nat({ max: 20 }), (first, last, length) => {
      const range = rangeOf(["Range", `bytes=${first}-${last}`], length, STORED, NOW);
      if (range.kind !== "part") return;
      assert.ok(Number.isInteger(range.start) && Number.isInteger(range.end));
      assert.ok(range.start >= 0 && range.start <= range.end && range.end < length);
    }),
  );
});
