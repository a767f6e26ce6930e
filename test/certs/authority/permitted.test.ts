import assert from "node:assert/strict";
import { test } from "node:test";
import { constraintsFor, isPermitted, notPermitted, permittedNames, permittedText } from "../../../src/certs/authority/permitted.ts";

const CASES: readonly { name: string; domains: readonly string[]; hosts: readonly string[]; dns: readonly string[]; networks: readonly string[] }[] = [
  { name: "hosts count where no domains are listed, a wildcard as its name", domains: [], hosts: ["API.tax.example.", "*.gov.example"], dns: ["api.tax.example", "gov.example"], networks: [] },
  { name: "domains take the place of hosts", domains: ["tax.example"], hosts: ["api.bank.example"], dns: ["tax.example"], networks: [] },
  { name: "a name below another one says nothing more", domains: ["a.tax.example", "tax.example", "notax.example", "tax.example"], hosts: [], dns: ["tax.example", "notax.example"], networks: [] },
  { name: "addresses and networks are kept apart from names", domains: ["10.1.2.3", "[fd00::1]", "10.8.0.0/16", "x.example"], hosts: [], dns: ["x.example"], networks: ["10.1.2.3", "fd00::1", "10.8.0.0/16"] },
];
for (const { name, domains, hosts, dns, networks } of CASES) test(name, () => assert.deepEqual(permittedNames(domains, hosts), { dns, networks }));

for (const [name, dns, networks, permitted, excluded] of [
  ["without addresses, every address is excluded", ["x.example"], [], ["x.example"], ["0.0.0.0/0", "::/0"]],
  ["with one of a family, the other family is excluded", ["x.example"], ["10.0.0.1"], ["x.example"], ["::/0"]],
  ["with both, the permitted ones are the limit", [], ["10.0.0.1", "::1"], ["invalid"], []],
  ["without DNS names, one that nobody has is permitted", [], ["::1"], ["invalid"], ["0.0.0.0/0"]],
] as const) {
  test(name, () => assert.deepEqual(constraintsFor({ dns, networks }), { permitted: { dns: [...permitted], networks }, excluded: { dns: [], networks: excluded } }));
}

const permitted = { dns: ["tax.example"], networks: ["10.1.0.0/16", "fd00::1/128"] };
for (const [host, expected] of [
  ["tax.example", true], ["a.b.tax.example", true], ["notax.example", false], ["tax.example.evil", false], ["example", false],
  ["10.1.255.255", true], ["10.2.0.0", false], ["fd00::1", true], ["fd00:0:0::1", true], ["fd00::2", false], ["::ffff:10.1.0.1", true],
] as const) {
  test(`${host} is ${expected ? "" : "not "}permitted`, () => assert.equal(isPermitted(permitted, host), expected));
}

test("patterns that are not permitted are named as they are listed", () => {
  assert.deepEqual(notPermitted(permitted, ["*.tax.example", "*.Other.example", "10.9.9.9", "10.1.2.3"]), ["*.Other.example", "10.9.9.9"]);
});

test("people read single addresses without a length, and nothing of the name that nobody has", () => {
  assert.deepEqual(permittedText({ dns: ["invalid", "b.example"], networks: ["10.1.2.3/32", "10.0.0.0/8", "fd00::1/128", "fd00::/32"] }), ["10.0.0.0/8", "10.1.2.3", "b.example", "fd00::/32", "fd00::1"]);
});
