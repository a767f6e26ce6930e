import assert from "node:assert/strict";
import { test } from "node:test";
import { attacks, countByClass } from "./attacks.ts";
import { benignValues } from "./benign.ts";

const LEAST: Readonly<Record<string, number>> = { sql: 110, shell: 60, markup: 60, template: 40, code: 40, traversal: 35, ssrf: 25, ldap: 15, xpath: 15, nosql: 20, serialised: 20, log: 25, xml: 15, include: 15 };

await test("the corpus has enough cases of every class, and none twice", () => {
  const cases = attacks();
  const counts = countByClass(cases);
  assert.deepEqual(Object.keys(counts).toSorted(), Object.keys(LEAST).toSorted());
  for (const [kind, least] of Object.entries(LEAST)) assert.ok((counts[kind] ?? 0) >= least, `${kind}: ${counts[kind] ?? 0} cases, want ${least}`);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  assert.equal(new Set(cases.map(({ value }) => value)).size, cases.length);
});

await test("honest values are many, the same for the same seed, and none of them is an attack", () => {
  const values = benignValues(6000, 1).map(({ value }) => value);
  assert.ok(values.length >= 3000, `${values.length} values`);
  assert.deepEqual(benignValues(6000, 1).map(({ value }) => value), values);
  assert.notDeepEqual(benignValues(6000, 2).map(({ value }) => value), values);
  const known = new Set(values);
  assert.deepEqual(attacks().filter(({ value }) => known.has(value)), []);
});

await test("every symbol of the grammars is written out", () => {
  assert.deepEqual(benignValues(6000, 1).filter(({ value }) => /[‹›]/.test(value)), []);
});
