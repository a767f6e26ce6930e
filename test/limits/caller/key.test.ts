import assert from "node:assert/strict";
import { test } from "node:test";
import { compileKey, type CallerFacts } from "../../../src/limits/caller/key.ts";
import { limitOptions } from "../../../src/limits/caller/options.ts";

const FACTS: CallerFacts = { site: "s", route: "r", routeClass: "read", region: "x", taxpayer: "t", principal: "p", client: "10.1.2.3", bodyBytes: 0, source: { headers: ["X-App", "erp"], pathVariables: { id: "7" }, query: "?q=1", body: Buffer.from('{"a":{"b":"c"}}'), contentType: "application/json" } };

function keyOf(key: unknown, facts: Partial<CallerFacts> = {}): string {
  return compileKey(limitOptions.parse({ key, windows: ["1/s"] }).key).read({ ...FACTS, ...facts });
}

const CASES: [string, unknown, Partial<CallerFacts>, Partial<CallerFacts>, boolean][] = [
  ["two taxpayers", "taxpayer", { taxpayer: "a" }, { taxpayer: "b" }, false],
  ["all without a taxpayer", "taxpayer", { taxpayer: null, principal: "a" }, { taxpayer: null, principal: "b" }, true],
  ["none and an empty one", "taxpayer", { taxpayer: null }, { taxpayer: "" }, false],
  ["a value that looks like none", "taxpayer", { taxpayer: null }, { taxpayer: "\uD800?" }, false],
  ["long values that differ at their end", "principal", { principal: `${"x".repeat(500)}a` }, { principal: `${"x".repeat(500)}b` }, false],
  ["values that could be cut in two ways", ["taxpayer", "principal"], { taxpayer: "1", principal: "2:3" }, { taxpayer: "1:2", principal: "3" }, false],
  ["digits beside a length", ["taxpayer", "principal"], { taxpayer: "1", principal: "11:x" }, { taxpayer: "11", principal: "1:x" }, false],
  ["none at different places", ["taxpayer", "principal"], { taxpayer: null, principal: "a" }, { taxpayer: "a", principal: null }, false],
  ["routes of one name in two sites", "route", { site: "a" }, { site: "b" }, false],
  ["two routes of a site", "site", { route: "a" }, { route: "b" }, true],
  ["two regions", "region", { region: "a" }, { region: "b" }, false],
  ["neighbours in a network", { client: 24 }, { client: "10.1.2.3" }, { client: "10.1.2.250" }, true],
  ["neighbours of a network", { client: 24 }, { client: "10.1.2.3" }, { client: "10.1.3.3" }, false],
  ["two clients", "client", { client: "10.1.2.3" }, { client: "10.1.2.4" }, false],
  ["one network of IPv6", "client", { client: "2001:db8:0:1::1" }, { client: "2001:db8:0:1:ffff::2" }, true],
  ["two networks of IPv6", "client", { client: "2001:db8:0:1::1" }, { client: "2001:db8:0:2::1" }, false],
  ["a wider network of IPv6", { client: 32, v6: 48 }, { client: "2001:db8:0:1::1" }, { client: "2001:db8:0:2::1" }, true],
  ["all of IPv6 and all of IPv4", { client: 1, v6: 1 }, { client: "::1" }, { client: "1.1.1.1" }, false],
  ["another header", { header: "x-app" }, {}, { source: { ...(FACTS.source as NonNullable<CallerFacts["source"]>), headers: ["x-app", "other"] } }, false],
  ["another member of the query", { query: "q" }, {}, { source: { ...(FACTS.source as NonNullable<CallerFacts["source"]>), query: "?q=2" } }, false],
  ["another member of the body", { json: "/a/b" }, {}, { source: { ...(FACTS.source as NonNullable<CallerFacts["source"]>), body: Buffer.from('{"a":{"b":"d"}}') } }, false],
];

for (const [name, key, one, other, same] of CASES) {
  test(`${name} count ${same ? "together" : "apart"}`, () => assert.equal(keyOf(key, one) === keyOf(key, other), same));
}
