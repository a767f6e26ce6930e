import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHear } from "../../src/journal/may-hear.ts";

/** A site that tells callers apart by certificate, then by the digest of a token, then by a name in a header, then by address. */
const changing: ReadonlySet<string> = new Set(["authorization", "address"]);

const callers: readonly { readonly what: string; readonly first: string | null; readonly asks: string | null; readonly wanted: boolean }[] = [
  { what: "the certificate that sent it", first: "certificate:CN=erp", asks: "certificate:CN=erp", wanted: true },
  { what: "another certificate", first: "certificate:CN=erp", asks: "certificate:CN=pos", wanted: false },
  { what: "a token where a certificate sent it", first: "certificate:CN=erp", asks: "authorization:1f", wanted: false },
  { what: "an address where a certificate sent it", first: "certificate:CN=erp", asks: "address:10.0.0.1", wanted: false },
  { what: "a certificate where a token sent it", first: "authorization:1f", asks: "certificate:CN=erp", wanted: false },
  { what: "the next token of the same header", first: "authorization:1f", asks: "authorization:2e", wanted: true },
  { what: "the same name in a header", first: "x-customer:alice", asks: "x-customer:alice", wanted: true },
  { what: "another name in the same header", first: "x-customer:alice", asks: "x-customer:bob", wanted: false },
  { what: "another address", first: "address:10.0.0.1", asks: "address:10.0.0.2", wanted: true },
  { what: "an address where a token sent it", first: "authorization:1f", asks: "address:10.0.0.1", wanted: false },
  { what: "nobody in particular where a token sent it", first: "authorization:1f", asks: null, wanted: false },
  { what: "nobody in particular where a certificate sent it", first: "certificate:CN=erp", asks: null, wanted: false },
  { what: "anybody where nobody in particular sent it", first: null, asks: "certificate:CN=erp", wanted: true },
];
for (const { what, first, asks, wanted } of callers) {
  test(`${what} ${wanted ? "may" : "may not"} hear of it on a site without a table`, () => {
    assert.equal(mayHear({ principal: first, taxpayer: "9144" }, { principal: asks, changing, entitled: null }), wanted);
  });
}

test("a site's table decides alone, by the entry's taxpayer", () => {
  const asked: (string | null)[] = [];
  const entitled = (taxpayer: string | null): boolean => asked.push(taxpayer) > 0 && taxpayer === "9144";
  assert.equal(mayHear({ principal: "certificate:CN=erp", taxpayer: "9144" }, { principal: "certificate:CN=pos", changing, entitled }), true);
  assert.equal(mayHear({ principal: "certificate:CN=erp", taxpayer: "9199" }, { principal: "certificate:CN=erp", changing, entitled }), false);
  assert.deepEqual(asked, ["9144", "9199"]);
});
