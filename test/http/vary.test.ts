import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { selectingValue, varyNames } from "../../src/http/vary.ts";

const many = (count: number): string => Array.from({ length: count }, (_, i) => `x-${i}`).join(", ");

const named: readonly (readonly [what: string, values: readonly string[], want: readonly string[] | "*"])[] = [
  ["no line names nothing", [], []],
  ["names are lower case and sorted", ["Foo, BAR", "accept"], ["accept", "bar", "foo"]],
  ["a name that comes again stands once", ["Foo, foo", "FOO"], ["foo"]],
  ["empty members are ignored", ["", " , foo,,\t"], ["foo"]],
  ["a star is a star", ["*"], "*"],
  ["two stars are a star", ["*, *"], "*"],
  ["stars on two lines are a star", ["*", "*"], "*"],
  ["a star after an empty member is a star", [", *"], "*"],
  ["a star after an empty line is a star", ["", "*"], "*"],
  ["a star before a name is a star", ["*, Foo"], "*"],
  ["a star after a name is a star", ["Foo, *"], "*"],
  ["what is no field name is a star", ["accept language"], "*"],
  ["a no-break space is no space", ["\u00a0foo"], "*"],
  ["32 names are names", [many(32)], many(32).split(", ").toSorted()],
  ["33 names are a star", [many(33)], "*"],
  ["33 members with one name twice are 32 names", [`${many(32)}, X-0`], many(32).split(", ").toSorted()],
];

for (const [what, values, want] of named) test(`vary: ${what}`, () => assert.deepEqual(varyNames(values), want));

const of = (name: string, ...lines: readonly string[]): string | null => selectingValue(lines.flatMap((line) => [name, line]), name.toLowerCase());

test("a field that is absent has no value, one that is empty has", () => {
  assert.equal(selectingValue(["Other", "1"], "foo"), null);
  assert.equal(of("Foo", ""), "");
  for (const name of ["Accept-Encoding", "Accept-Language", "Cookie"]) assert.equal(of(name, ""), "");
});

const same: readonly (readonly [field: string, one: readonly string[], other: readonly string[]])[] = [
  ["Foo", ["1, 2"], ["1", "2"]],
  ["Foo", ["1,2"], [" 1, 2 "]],
  ["Foo", ['"a , b" , c'], ['"a , b",c']],
  ["Accept-Language", ["en, de"], ["de, en"]],
  ["Accept-Language", ["en, de"], ["eN, De"]],
  ["Accept-Language", ["en, de"], [" en ,   de"]],
  ["Accept-Language", ["en, de"], ["de", "en"]],
  ["Accept-Language", ["en, de"], ["de;q=1.000, en;Q=1"]],
  ["Accept-Language", ["fr;q=0.5, de"], ["de ; q=1.0,, fr;q=0.50"]],
  ["Accept-Language", ["en, en, *;q=0.1"], ["*;q=0.1,en"]],
  ["Accept-Encoding", ["gzip, br"], ["br,gzip;q=0.5"]],
  ["Accept-Encoding", ["gzip, br"], ["GZIP", "br;q=0.001", "zstd;q=0"]],
  ["Accept-Encoding", [""], ["gzip;q=0"]],
  ["Accept-Encoding", ["gzip, *;q=0"], ["gzip, identity;q=0.0"]],
  ["Accept-Encoding", ["*, br;q=0"], ["br;q=0, *;q=0.3"]],
];

for (const [field, one, other] of same) {
  test(`${field}: ${JSON.stringify(one)} equals ${JSON.stringify(other)}`, () => {
    assert.notEqual(of(field, ...one), null);
    assert.equal(of(field, ...one), of(field, ...other));
  });
}

const different: readonly (readonly [field: string, one: readonly string[], other: readonly string[]])[] = [
  ["Foo", ["1"], ["2"]],
  ["Foo", ["a"], ["A"]],
  ["Foo", ["1, 2"], ["2, 1"]],
  ["Foo", ["1 2"], ["12"]],
  ["Foo", ["1,,2"], ["1,2"]],
  ["Foo", ['"a , b"'], ['"a,b"']],
  ["Foo", ['"\\" , b"'], ['"\\",b"']],
  ["Foo", ["1\u00a0"], ["1"]],
  ["Cookie", ["a=1, b=2"], ["a=1,b=2"]],
  ["Cookie", ["a=1", "b=2"], ["a=1,b=2"]],
  ["Cookie", ["a=1"], ["A=1"]],
  ["Authorization", ["Bearer a"], ["Bearer A"]],
  ["Authorization", ["Bearer a", "Bearer b"], ["Bearer a,Bearer b"]],
  ["User-Agent", ["a (b, c)"], ["a (b,c)"]],
  ["Accept-Language", ["en"], ["de"]],
  ["Accept-Language", ["en, de;q=0.5"], ["de, en;q=0.5"]],
  ["Accept-Language", ["en, de;q=0.5"], ["en, de;q=0.6"]],
  ["Accept-Language", ["en, de;q=0"], ["en"]],
  ["Accept-Language", ["en, en;q=0.5"], ["en;q=0.5, en"]],
  ["Accept-Language", ["en_US, de"], ["de, en_US"]],
  ["Accept-Language", ["en, de;q=2"], ["de;q=2, en"]],
  ["Accept-Encoding", ["gzip"], ["br"]],
  ["Accept-Encoding", ["gzip"], ["gzip, identity;q=0"]],
  ["Accept-Encoding", ["gzip"], ["gzip, *;q=0"]],
  ["Accept-Encoding", ["*"], ["*, br;q=0"]],
  ["Accept-Encoding", ["gzip, gzip;q=0"], ["gzip;q=0, gzip"]],
  ["Accept-Encoding", ["gzip;q=nan, br"], ["gzip, br"]],
  ["Accept-Encoding", ["gzip;level=9"], ["gzip"]],
];

for (const [field, one, other] of different) {
  test(`${field}: ${JSON.stringify(one)} differs from ${JSON.stringify(other)}`, () => assert.notEqual(of(field, ...one), of(field, ...other)));
}

const part = (...names: string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom("", ";q=0", "; q=0.5", " ;q=1.0", ";Q=0.50", ";q=x"), fc.constantFrom("", " ", "\t")).map((piece) => piece.join(""));
const lines = (...names: string[]): fc.Arbitrary<string[]> => fc.array(fc.array(part(...names), { maxLength: 3 }).map((members) => members.join(",")), { minLength: 1, maxLength: 2 });

/** What a plain reading of the field says of each name; null where it cannot be read. */
function plainWeights(fields: readonly string[]): Map<string, number> | null {
  const weights = new Map<string, number>();
  for (const member of fields.join(",").split(",").map((text) => text.trim().toLowerCase()).filter((text) => text !== "")) {
    const [name = "", q = "q=1"] = member.split(";").map((text) => text.trim());
    const weight = Number(q.slice(2));
    if (Number.isNaN(weight) || (weights.has(name) && weights.get(name) !== weight)) return null;
    weights.set(name, weight);
  }
  return weights;
}

function accepts(weights: ReadonlyMap<string, number>, coding: string): boolean {
  return (weights.get(coding) ?? weights.get("*") ?? (coding === "identity" ? 1 : 0)) > 0;
}

test("two requests with one value of Accept-Encoding accept the same codings", () => {
  const field = lines("gzip", "BR", "br", "identity", "*");
  let equal = 0;
  fc.assert(
    fc.property(field, field, (one, other) => {
      if (of("Accept-Encoding", ...one) !== of("Accept-Encoding", ...other)) return;
      equal += 1;
      const [a, b] = [plainWeights(one), plainWeights(other)];
      if (a === null || b === null) return assert.equal(a, b);
      for (const coding of ["gzip", "br", "zstd", "identity"]) assert.equal(accepts(a, coding), accepts(b, coding), coding);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(equal > 500, `${equal} pairs were equal`);
});

test("two requests have one value of Accept-Language if and only if they weigh each language alike", () => {
  const field = lines("en", "EN", "de-CH", "*");
  let equal = 0;
  fc.assert(
    fc.property(field, field, (one, other) => {
      const [a, b] = [plainWeights(one), plainWeights(other)];
      const alike = of("Accept-Language", ...one) === of("Accept-Language", ...other);
      if (alike) equal += 1;
      if (a === null || b === null) assert.ok(!alike || a === b);
      else assert.equal(alike, isDeepStrictEqual(a, b));
    }),
    { numRuns: 20_000 },
  );
  assert.ok(equal > 500, `${equal} pairs were equal`);
});

test("a value is its own normal form, and a value of another field is untouched but for space beside commas", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "B", ",", " ", "\t", '"', "\\", ";q=0", ";q=1", "*", "\u00a0"), maxLength: 20 });
  fc.assert(
    fc.property(text, fc.constantFrom("foo", "accept-encoding", "accept-language", "cookie"), (value, name) => {
      const once = of(name, value) as string;
      assert.equal(of(name, once), once);
      if (name === "foo") assert.equal(once.replaceAll(/[ \t]/g, ""), value.replaceAll(/[ \t]/g, ""));
      if (name === "cookie") assert.equal(once, value);
    }),
    { numRuns: 5000 },
  );
});

test("a field of hostile length takes linear time", () => {
  const start = performance.now();
  for (const unit of [" ", "a ", "a, ", '", ', "a;q=0.5,", "\t;"]) {
    const hostile = `a${unit.repeat(60_000 / unit.length)}x`;
    for (const name of ["foo", "accept-encoding", "accept-language"]) assert.notEqual(of(name, hostile), null);
    varyNames([hostile]);
  }
  assert.ok(performance.now() - start < 3000, "one of these takes seconds where a pattern tries again at each place");
});
