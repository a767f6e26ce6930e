import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseEncoding, type Coding } from "../../src/http/accept-encoding.ts";

const ALL: readonly Coding[] = ["br", "zstd", "gzip"];

const cases: readonly (readonly [field: string | undefined, want: Coding | null, offered?: readonly Coding[]])[] = [
  [undefined, null],
  ["", null],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, deflate, br, zstd", "zstd", ["zstd", "br", "gzip"]],
  ["gzip, deflate, br, zstd", "gzip", ["gzip"]],
  ["gzip, deflate, br, zstd", null, []],
  ["deflate, compress", null],
  ["br;q=0.5, gzip", "gzip"],
  ["br;q=0.5, gzip;q=0.5", "br"],
  ["br;q=0.001, gzip;q=0", "br"],
  ["gzip ; q=0.2 ,\tbr\t;\tQ=0.3", "br"],
  ["gzip;q=0", null],
  ["gzip;q=0.000", null],
  ["gzip;q=1.000", "gzip"],
  ["gzip;q=1.001", null],
  ["gzip;q=2", null],
  ["gzip;q=-1", null],
  ["gzip;q=0.1234", null],
  ["gzip;q=", null],
  ["gzip;q", null],
  ["gzip;level=9", null],
  ["gzip;q=1;x=1", null],
  ["gzip;q=x, *", "br"],
  ["*", "br"],
  ["*;q=0", null],
  ["*;q=0, gzip", "gzip"],
  ["br;q=0, *", "zstd"],
  ["br;q=0, zstd;q=0, *;q=0.5", "gzip"],
  ["gzip;q=0.5, *", "br"],
  ["gzip;q=0.5, *", null, ["gzip"]],
  ["gzip;q=0.5, *, identity;q=0.1", "gzip", ["gzip"]],
  ["identity", null],
  ["identity, gzip", "gzip"],
  ["identity;q=1, gzip;q=0.9", null],
  ["identity;q=0.5, gzip;q=0.9", "gzip"],
  ["identity;q=0, gzip", "gzip"],
  ["identity;q=0", null],
  ["gzip, gzip;q=0", null],
  ["gzip;q=0, gzip", null],
  ["x-gzip;q=0, gzip", null],
  [", ,gzip,", "gzip"],
  [",", null],
  ["g zip", null],
  ["__proto__, constructor", null],
  [`gzip${" ".repeat(1996)}`, "gzip"],
  [`gzip${" ".repeat(1997)}`, null],
  [`${"*,".repeat(500_000)}gzip`, null],
];

for (const [field, want, offered = ALL] of cases) {
  const shown = field !== undefined && field.length > 60 ? `${field.slice(0, 20)}… (${field.length})` : JSON.stringify(field);
  test(`Accept-Encoding ${shown} of ${offered.join(" ") || "nothing"}: ${want ?? "as it is"}`, () => assert.equal(chooseEncoding(field, offered), want));
}
