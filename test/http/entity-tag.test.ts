import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesAny, stronglyEqual, weakened, weaklyEqual } from "../../src/http/entity-tag.ts";

const comparisons: readonly (readonly [a: string, b: string, weakly: boolean, strongly: boolean])[] = [
  ['"1"', '"1"', true, true],
  ['W/"1"', 'W/"1"', true, false],
  ['W/"1"', '"1"', true, false],
  ['W/"1"', 'W/"2"', false, false],
  ['"1"', '"2"', false, false],
  ['"a"', '"A"', false, false],
  ['""', '""', true, true],
  ['"', '"', true, false],
  ['"\u00fc"', '"\u00fc"', true, true],
  ["abc", "abc", true, false],
  ["abc", '"abc"', false, false],
  ['w/"1"', 'w/"1"', true, false],
  ['w/"1"', '"1"', false, false],
];

for (const [a, b, weakly, strongly] of comparisons) {
  test(`${a} and ${b} are ${weakly ? "" : "not "}equal weakly, ${strongly ? "" : "not "}strongly`, () => {
    assert.deepEqual([weaklyEqual(a, b), weaklyEqual(b, a)], [weakly, weakly]);
    assert.deepEqual([stronglyEqual(a, b), stronglyEqual(b, a)], [strongly, strongly]);
  });
}

test("a weakened tag matches its origin weakly and nothing strongly", () => {
  assert.equal(weakened('"1"'), 'W/"1"');
  assert.equal(weakened('W/"1"'), 'W/"1"');
  assert.equal(weaklyEqual(weakened("abc"), "abc"), true);
  assert.equal(stronglyEqual(weakened('"1"'), weakened('"1"')), false);
});

const lists: readonly (readonly [field: string, tag: string | null, want: boolean])[] = [
  ['"1"', '"1"', true],
  ['W/"1"', '"1"', true],
  ['"1"', 'W/"1"', true],
  ['"1", "2", "3"', '"1"', true],
  ['"1", "2", "3"', '"2"', true],
  ['"1","2","3"', '"3"', true],
  ['"1"\t ,W/"2"', '"2"', true],
  [', ,"1",', '"1"', true],
  ['"1", "2"', '"4"', false],
  ["*", '"1"', true],
  [" * ", null, true],
  ['"1"', null, false],
  ['"1", *', '"2"', false],
  ['"a,b"', '"a,b"', true],
  ['W/"x", "a,b", "c"', 'W/"a,b"', true],
  ['"a,b"', '"a"', false],
  ['"a, "b", c"', '"b"', false],
  ['"\u00fc", "x"', '"\u00fc"', true],
  ["abc, def", "def", true],
  ["abc, def", '"def"', false],
  ['w/"1"', 'w/"1"', true],
  ['W"1"', 'W"1"', true],
  ['"1"x, "2"', '"1"', false],
  ['"1"x, "2"', '"2"', true],
  ['"1', '"1"', false],
  ['"1, "2"', '"2"', false],
  ["", "", false],
  ["", '"1"', false],
];

for (const [field, tag, want] of lists) {
  test(`If-None-Match ${JSON.stringify(field)} ${want ? "names" : "does not name"} ${tag}`, () => assert.equal(matchesAny(field, tag), want));
}

test("every tag of a list is found, whatever stands inside the quotes", () => {
  const opaque = fc.string({ maxLength: 8 }).map((text) => `"${text.replaceAll('"', "")}"`);
  const tag = fc.tuple(opaque, fc.boolean()).map(([text, weak]) => (weak ? `W/${text}` : text));
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1, maxLength: 6 }), tag, fc.constantFrom(",", ", ", " ,\t"), (tags, other, comma) => {
      const field = tags.join(comma);
      for (const each of tags) assert.equal(matchesAny(field, each), true);
      assert.equal(matchesAny(field, other), tags.some((each) => weaklyEqual(each, other)));
    }),
  );
});

test("a megabyte of commas, quotes or tags costs less than a second", () => {
  const before = process.cpuUsage();
  for (const piece of [",", '"', '",', ' "a",', "W/", " ", "a"]) assert.equal(matchesAny(piece.repeat(1_000_000 / piece.length), '"none"'), false);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});
