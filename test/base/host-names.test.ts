import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostMatcher, isHost, isHostPattern, plainHost, wildcardOf } from "../../src/base/host-names.ts";

describe("the plain form of a host", () => {
  const cases: readonly (readonly [written: string, plain: string])[] = [
    ["API.Tax.Example.", "api.tax.example"],
    ["*.Tax.Example", "*.tax.example"],
    ["10.0.0.7", "10.0.0.7"],
    ["[2001:DB8:0:0::1]", "2001:db8::1"],
    ["2001:db8:0000:0:0:0:0:1", "2001:db8::1"],
    ["::ffff:10.0.0.7", "::ffff:a00:7"],
    ["fd00::/8", "fd00::/8"],
    ["No:Address", "no:address"],
    ["[]", ""],
    [".", ""],
    ["", ""],
  ];
  for (const [written, plain] of cases) it(`of '${written}' is '${plain}'`, () => assert.equal(plainHost(written), plain));
});

describe("a wildcard", () => {
  const cases: readonly (readonly [host: string, wildcard: string | null])[] = [
    ["api.tax.example", "*.tax.example"],
    ["tax.example", "*.example"],
    ["*.tax.example", "*.tax.example"],
    ["localhost", null],
    [".example", null],
    ["10.0.0.7", null],
    ["::1", null],
    ["", null],
  ];
  for (const [host, wildcard] of cases) it(`that '${host}' falls under is ${wildcard ?? "none"}`, () => assert.equal(wildcardOf(host), wildcard));
});

describe("a list of hosts", () => {
  const isListed = hostMatcher(["API.tax.example.", "*.Wild.example", "2001:db8:0::1", "*.0.0.7", "."]);
  const cases: readonly (readonly [host: string, listed: boolean])[] = [
    ["api.tax.example", true],
    ["x.tax.example", false],
    ["x.wild.example", true],
    ["x.y.wild.example", false],
    ["wild.example", false],
    ["*.wild.example", true],
    ["2001:db8::1", true],
    ["2001:db8::2", false],
    ["10.0.0.7", false],
    ["localhost", false],
  ];
  for (const [host, listed] of cases) it(`${listed ? "has" : "does not have"} '${host}'`, () => assert.equal(isListed(host), listed));
});

it("a pattern is a host, or a wildcard before a name of two labels", () => {
  const texts = ["api.tax.example", "10.0.0.7", "2001:db8::1", "*.tax.example", "*.example", "*.10.0.0.7", "*", "a..b", "a.b.7", ""];
  assert.deepEqual(texts.filter(isHostPattern), ["api.tax.example", "10.0.0.7", "2001:db8::1", "*.tax.example"]);
  assert.deepEqual(texts.filter(isHost), ["api.tax.example", "10.0.0.7", "2001:db8::1"]);
});
