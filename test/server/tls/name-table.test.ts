import assert from "node:assert/strict";
import { test } from "node:test";
import { nameTable } from "../../../src/server/tls/name-table.ts";

const TABLE = nameTable([
  [["*.Example.com", "a.b.example.com"], "wild"],
  [["api.example.com", "10.0.0.1", "::1"], "exact"],
  [["api.example.com", "*.example.com", "*.com"], "late"],
  [["example.com.", "localhost"], "bare"],
] as const);

const CASES: readonly (readonly [asked: string, found: string | null])[] = [
  ["x.example.com", "wild"],
  ["X.EXAMPLE.COM", "wild"],
  ["x.example.com.", "wild"],
  ["api.example.com", "exact"],
  ["a.b.example.com", "wild"],
  ["c.b.example.com", null],
  ["example.com", "bare"],
  ["other.com", "late"],
  [".example.com", null],
  ["*.example.com", "wild"],
  ["10.0.0.1", "exact"],
  ["0:0:0:0:0:0:0:1", "exact"],
  ["[::1]", "exact"],
  ["::2", null],
  ["localhost", "bare"],
  ["com", null],
  ["", null],
  [".", null],
  ["__proto__", null],
  ["x.example.com..", null],
];

for (const [asked, found] of CASES) {
  test(`'${asked}' is served by ${found ?? "nothing"}`, () => assert.equal(TABLE.find(asked), found));
}
