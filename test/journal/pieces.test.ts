import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, isEmptyPiece, placesIn, placeValue, wholeOf } from "../../src/journal/template.ts";

const VALUES: Readonly<Record<string, string>> = { key: "ABCDEF", "key.2": "22-11-2026", "remember.issued": "2026-11-22", "path.session": "票据一号" };
const lookUp = (name: string): string | null => VALUES[name] ?? null;

const cases: readonly { readonly place: string; readonly wanted: string | null }[] = [
  { place: "key", wanted: "ABCDEF" },
  { place: "key[0..3]", wanted: "ABC" },
  { place: "key[3..6]", wanted: "DEF" },
  { place: "key[3..]", wanted: "DEF" },
  { place: "key.2[6..10]", wanted: "2026" },
  { place: "key.2[3..5]", wanted: "11" },
  { place: "remember.issued[0..4]", wanted: "2026" },
  { place: "path.session[1..3]", wanted: "据一" },
  { place: "key[0..7]", wanted: null },
  { place: "key[6..]", wanted: null },
  { place: "key[6..9]", wanted: null },
  { place: "key[3..3]", wanted: null },
  { place: "key[4..3]", wanted: null },
  { place: "key.3[0..1]", wanted: null },
  { place: "path.none", wanted: null },
];
for (const { place, wanted } of cases) {
  test(`{${place}} stands for ${wanted === null ? "nothing" : `'${wanted}'`}`, () => {
    assert.equal(placeValue(place, lookUp), wanted);
    assert.deepEqual(placesIn(`a{${place}}b`), [place]);
    assert.equal(fill(`a{${place}}b`, lookUp, (value) => value), `a${wanted ?? ""}b`);
  });
}

test("letters outside the first plane count as one", () => assert.equal(placeValue("key[1..2]", () => "a𠮷b"), "𠮷"));

test("a piece is named by its whole", () => {
  assert.deepEqual(["key.2[6..10]", "key", "remember.a_b[0..]", "/a[0..1]"].map(wholeOf), ["key.2", "key", "remember.a_b", "/a[0..1]"]);
  assert.deepEqual(["key[1..1]", "key[2..1]", "key[1..2]", "key[1..]", "key"].map(isEmptyPiece), [true, true, false, false, false]);
});

for (const text of ["{key[a..b]}", "{key[0-4]}", "{key[..4]}", "{key [0..4]}", "{ key}", "{key.}", "{key..a}"]) {
  test(`${text} is no place`, () => assert.deepEqual(placesIn(text), []));
}
