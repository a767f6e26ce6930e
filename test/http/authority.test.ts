import assert from "node:assert/strict";
import { test } from "node:test";
import { hostName, isAuthority } from "../../src/http/authority.ts";

const cases: readonly (readonly [text: string, host: string | null])[] = [
  ["tax.example", "tax.example"],
  ["Tax.EXAMPLE.", "tax.example"],
  ["tax.example:8443", "tax.example"],
  ["tax.example:", "tax.example"],
  ["127.0.0.1:80", "127.0.0.1"],
  ["[2001:DB8::1]:443", "[2001:db8::1]"],
  ["[::1]", "[::1]"],
  ["a%2Db", "a%2db"],
  ["", null],
  [":80", null],
  ["a:65536", null],
  ["a:x", null],
  ["a:1:2", null],
  ["user@a", null],
  ["a/b", null],
  ["a b", null],
  ["a%2", null],
  ["[::1", null],
  ["[gg]", null],
  ["a\\b", null],
];

for (const [text, host] of cases) {
  test(`'${text}' is ${host === null ? "no authority" : `an authority of the host '${host}'`}`, () => {
    assert.equal(isAuthority(text), host !== null);
    if (host !== null) assert.equal(hostName(text), host);
  });
}
