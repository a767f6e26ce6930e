import assert from "node:assert/strict";
import { test } from "node:test";
import { CONDITIONALS, fieldsOf304, isConditional, isNotModified, type Validators } from "../../src/http/conditional.ts";

const NOW = Date.UTC(2026, 6, 1, 12, 0, 0);
const NOON = "Tue, 30 Jun 2026 12:00:00 GMT";
const NOON_OF_OLD = "Tuesday, 30-Jun-26 12:00:00 GMT";
const BEFORE = "Tue, 30 Jun 2026 11:59:59 GMT";
const AFTER = "Tue, 30 Jun 2026 12:00:01 GMT";
const AT_NOON = Date.UTC(2026, 5, 30, 12, 0, 0);

const NOTHING: Validators = { etag: null, lastModified: null, date: null };
const TAGGED: Validators = { ...NOTHING, etag: '"1"' };
const DATED: Validators = { ...NOTHING, lastModified: AT_NOON, date: NOW };

const cases: readonly (readonly [what: string, request: readonly string[], stored: Validators, notModified: boolean])[] = [
  ["no condition", ["Accept", "*/*"], { ...TAGGED, lastModified: AT_NOON }, false],
  ["the tag that is stored", ["If-None-Match", '"1"'], TAGGED, true],
  ["the tag that is stored, weak", ["if-none-match", 'W/"1"'], TAGGED, true],
  ["another tag", ["If-None-Match", '"2"'], TAGGED, false],
  ["the tag in a second field", ["If-None-Match", '"2"', "If-None-Match", '"1"'], TAGGED, true],
  ["a tag where none is stored", ["If-None-Match", '"1"'], NOTHING, false],
  ["any tag, where none is stored", ["If-None-Match", "*"], NOTHING, true],
  ["a tag that matches beside a date that does not", ["If-None-Match", '"1"', "If-Modified-Since", BEFORE], { ...DATED, etag: '"1"' }, true],
  ["a date that matches beside a tag that does not", ["If-Modified-Since", AFTER, "If-None-Match", '"2"'], { ...DATED, etag: '"1"' }, false],
  ["a date that matches beside a tag where none is stored", ["If-Modified-Since", AFTER, "If-None-Match", '"2"'], DATED, false],
  ["an empty list of tags beside a date that matches", ["If-Modified-Since", AFTER, "If-None-Match", ""], DATED, false],
  ["the date that is stored", ["If-Modified-Since", NOON], DATED, true],
  ["the date that is stored, written as of old", ["If-Modified-Since", NOON_OF_OLD], DATED, true],
  ["a later date", ["If-Modified-Since", AFTER], DATED, true],
  ["an earlier date", ["If-Modified-Since", BEFORE], DATED, false],
  ["the Date where there is no Last-Modified", ["If-Modified-Since", NOON], { ...NOTHING, date: AT_NOON }, true],
  ["a date before the Date where there is no Last-Modified", ["If-Modified-Since", BEFORE], { ...NOTHING, date: AT_NOON }, false],
  ["a date where nothing is known", ["If-Modified-Since", AFTER], NOTHING, false],
  ["a date that is none", ["If-Modified-Since", "soon"], DATED, false],
  ["two dates", ["If-Modified-Since", AFTER, "If-Modified-Since", AFTER], DATED, false],
  ["If-Unmodified-Since and If-Match alone", ["If-Unmodified-Since", BEFORE, "If-Match", '"2"'], { ...DATED, etag: '"1"' }, false],
];

for (const [what, request, stored, notModified] of cases) {
  test(`${what}: ${notModified ? "not modified" : "the whole answer"}`, () => assert.equal(isNotModified(request, stored, NOW), notModified));
}

test("each conditional field makes a request conditional, however it is spelled, and no other does", () => {
  for (const name of CONDITIONALS) {
    assert.equal(isConditional(["Accept", "a", name, "x"]), true);
    assert.equal(isConditional([name.toUpperCase(), ""]), true);
  }
  assert.equal(isConditional(["Accept", "if-match", "If", "x", "Range", "bytes=0-1"]), false);
  assert.equal(isConditional([]), false);
});

const stored = ["Date", NOON, "ETag", '"1"', "Cache-Control", "max-age=1", "Content-Type", "a/b", "CONTENT-ENCODING", "gzip", "Content-Length", "3", "Content-Location", "/a"];

const fields: readonly (readonly [what: string, headers: readonly string[], kept: readonly string[]])[] = [
  ["what describes the bytes stays behind", stored, ["Date", NOON, "ETag", '"1"', "Cache-Control", "max-age=1", "Content-Location", "/a"]],
  ["what a caller's cache needs goes along", ["Expires", NOON, "Vary", "a", "Vary", "b", "Age", "1", "Cache-Status", "x"], ["Expires", NOON, "Vary", "a", "Vary", "b", "Age", "1", "Cache-Status", "x"]],
  ["Last-Modified goes along where there is no ETag", ["Last-Modified", NOON], ["Last-Modified", NOON]],
  ["Last-Modified stays behind where there is an ETag, also a later one", ["Last-Modified", NOON, "etag", '"1"'], ["etag", '"1"']],
  ["digests of our bytes stay behind", ["Content-Digest", "x", "Repr-Digest", "x", "Digest", "x", "Content-MD5", "x", "Content-Security-Policy", "x"], ["Content-Security-Policy", "x"]],
];

for (const [what, headers, kept] of fields) test(`a 304: ${what}`, () => assert.deepEqual(fieldsOf304(headers), kept));
