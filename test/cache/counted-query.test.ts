import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressOf } from "../../src/cache/policy.ts";
import { compileCounted, queriesBy } from "../../src/cache/counted-query.ts";
import { policy, request } from "./core-fixture.ts";

const members = (count: number): string => `?${Array.from({ length: count }, () => "a").join("&")}`;

const cases: readonly (readonly [names: readonly string[] | null, query: string, want: string | null])[] = [
  [null, "?ID=4&x;id=5", "?ID=4&x;id=5"],
  [null, "", ""],
  [["id"], "", ""],
  [["id"], "?", ""],
  [["id"], "?id=3", "?id=3"],
  [["id"], "?x=1&id=3&y", "?id=3"],
  [["id"], "?id=3&id=4", "?id=3&id=4"],
  [["id"], "?%69d=3", "?%69d=3"],
  [["a b"], "?a+b=3", "?a+b=3"],
  [["b", "a"], "?a=1&b=2", "?b=2&a=1"],
  [["id", "ID"], "?ID=4&id=3", "?id=3&ID=4"],
  [["id[]"], "?id[]=1&id%5B%5D=2", "?id[]=1&id%5B%5D=2"],
  [["id"], "?identity=4&ids[]=1&my.id=2", ""],
  [["id"], "?%D5%C5=1&id=3", "?id=3"],
  [["id"], "?100%25=1&id=50%", "?id=50%"],
  // What some platform may read as a member that counts.
  [["id"], "?id=3&ID=4", null],
  [["id"], "?Id=4", null],
  [["id"], "?id=3&%49D=4", null],
  [["ID"], "?id=3", null],
  [["id"], "?\u0131d=4", null],
  [["id"], "?id=3&id[]=4", null],
  [["id"], "?id=3&id[0]=4", null],
  [["id"], "?id=3&ID%5Bx%5D=4", null],
  [["id"], "?id=3&[id]=4", null],
  [["id[]"], "?id=4", null],
  [["id"], "?id=3&+id=4", null],
  [["id"], "?id=3&id%00x=4", null],
  [["id"], "??id=4", null],
  [["tax_no"], "?tax_no=3&tax.no=4", null],
  [["id"], "?id=3&i%FFd=4", null],
  [["id"], "?id=3&%u0069d=4", null],
  [["id"], "?id=3&x;id=5", null],
  [["id"], "?id=3;id=5", null],
  [["id"], "?id=3;", null],
  [["a"], members(200), members(200)],
  [["a"], members(201), null],
  [["b"], members(201), null],
];

for (const [names, query, want] of cases) {
  test(`of ${query.slice(0, 40)} (${query.length}) ${JSON.stringify(names)} counts as ${want === null ? "nothing that is sure" : want.slice(0, 40)}`, () => {
    assert.equal(compileCounted(names)(query), want);
  });
}

test("a request whose query is not clear has no key, and one without such a list has", () => {
  const asked = request({ query: "?id=3&ID=4" });
  assert.equal(addressOf(policy({ key: [{ query: ["id"] }] }), asked, "r1"), null);
  assert.equal(policy({ key: [{ query: ["id"] }] }).keyOf(asked, "r1"), null);
  assert.equal(addressOf(policy(), asked, "r1")?.query, "?id=3&ID=4");
});

test("an address has the key and the query of the members that count", () => {
  const rules = policy({ key: [{ query: ["id"] }] });
  const asked = request({ query: "?x=1&id=3" });
  const { key, query } = addressOf(rules, asked, "r1") ?? {};
  assert.deepEqual([key, query], [rules.keyOf(asked, "r1"), "?id=3"]);
});

test("members in any writing count as the standard reads them, or are not clear", () => {
  const name = fc.oneof(fc.constantFrom("id", "no", "x"), fc.string({ maxLength: 4 }));
  const pair = fc.tuple(name, fc.string({ maxLength: 3 })).map(([of, value]) => `${encodeURIComponent(of)}=${encodeURIComponent(value)}`);
  const count = compileCounted(["no", "id"]);
  fc.assert(fc.property(fc.array(pair, { maxLength: 6 }), (written) => {
    const counted = count(`?${written.join("&")}`);
    if (counted === null) return;
    const read = [...new URLSearchParams(`?${written.join("&")}`)].filter(([of]) => of === "no" || of === "id");
    assert.deepEqual([...new URLSearchParams(counted)], [...read.filter(([of]) => of === "no"), ...read.filter(([of]) => of === "id")]);
  }), { numRuns: 1000 });
});

test("one query is that of each subset, whatever stands beside it", () => {
  const queries = queriesBy("?id=3&ID=4;x&no=1", [["id"], ["no", "id"], ["none"]], new Set(["id", "no", "none"]));
  assert.deepEqual([...queries ?? []], ["?id=3&ID=4;x&no=1", "?id=3", "?no=1&id=3", ""]);
  assert.equal(queriesBy(members(201), [["a"]], new Set(["a"])), null);
});
