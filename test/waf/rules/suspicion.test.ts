import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalForms } from "../../../src/waf/canonical.ts";
import type { Detector } from "../../../src/waf/detectors/detector.ts";
import { DETECTORS, type Watch } from "../../../src/waf/detectors/detectors.ts";
import { plainForm } from "../../../src/waf/rules/atoms.ts";
import { createSuspicion, MAY_UNFOLD } from "../../../src/waf/rules/suspicion.ts";
import { attacks } from "../corpus/attacks.ts";

const nobody: Detector = { name: "nobody", marks: {}, look: () => undefined };
const watch = (characters: string, words: readonly string[]): Watch => ({ detector: nobody, characters, words });

test("characters and words wake their detectors, and fixed parts their patterns, wherever they stand", () => {
  const suspicion = createSuspicion([watch("<", []), watch("", ["union select", "..", "na"]), watch(";", ["--"])], [["ana"], null, ["nan", "select"], ["ab0"]]);
  const look = (value: string): readonly [number, readonly number[]] => {
    const bits = suspicion.scan(value);
    return [bits & 0b111, Array.from(suspicion.candidates.slice(0, suspicion.count).toSorted())];
  };
  assert.deepEqual(look("harmless"), [0, []]);
  assert.deepEqual(look("a < b"), [0b1, []]);
  assert.deepEqual(look("UNION\t\r\n  SELECT"), [0b10, [2]]);
  assert.deepEqual(look("unionselect"), [0, [2]]);
  assert.deepEqual(look("banana"), [0b10, [0, 2]]);
  assert.deepEqual(look("a.b"), [0, []]);
  assert.deepEqual(look("a..b;--"), [0b110, []]);
  assert.deepEqual(look("xAB7x"), [0, [3]]);
  assert.deepEqual(look("\u017felect"), [0, [2]]);
  assert.deepEqual(look(""), [0, []]);
});

test("a scan finds what a search for every text by itself finds", () => {
  const texts = ["a", "ab", "ba", "aab", "b b", "bb0", "  ".slice(1)];
  const suspicion = createSuspicion([], texts.map((text) => [text]));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", "A", " ", "\t", "0", "7", "é"), maxLength: 24 }), (value) => {
      suspicion.scan(value);
      const plain = plainForm(value);
      assert.deepEqual(Array.from(suspicion.candidates.slice(0, suspicion.count).toSorted()), texts.flatMap((text, index) => (plain.includes(text) ? [index] : [])));
    }),
    { numRuns: 2000 },
  );
});

test("no value that has another form is taken for one that means itself", () => {
  const suspicion = createSuspicion([], []);
  const missed: string[] = [];
  for (let code = 0; code < 0x10000; code++) {
    const sign = String.fromCharCode(code);
    for (const value of [`a${sign}b`, sign]) if (canonicalForms(value).length > 1 && (suspicion.scan(value) & MAY_UNFOLD) === 0) missed.push(code.toString(16));
  }
  for (const value of ["a%41", "&lt;", "\\u0041", "a/**/b", "\ud835\udc00", "\u{e0041}"]) if ((suspicion.scan(value) & MAY_UNFOLD) === 0) missed.push(value);
  assert.deepEqual(missed, []);
});

test("whatever a detector marks in an attack, in any of its forms, wakes it", () => {
  const suspicion = createSuspicion(DETECTORS, []);
  const asleep: string[] = [];
  let marks = 0;
  for (const { value: attack } of attacks()) {
    for (const form of canonicalForms(attack)) {
      const bits = suspicion.scan(form);
      for (const [index, { detector }] of DETECTORS.entries()) {
        detector.look(form, (mark) => {
          marks++;
          if ((bits & (1 << index)) === 0) asleep.push(`${detector.name}.${mark}: ${JSON.stringify(form)}`);
        });
      }
    }
  }
  assert.deepEqual(asleep, []);
  assert.ok(marks > 200, `${marks} marks`);
});

test("no value that has another form by several signs together is taken for one that means itself", () => {
  const suspicion = createSuspicion([], []);
  const signs = Array.from("\n\t:\uff1a\uff08%&\\41alt;#xu*/ \u4e2d'").concat("&lt", "%2", "\\u00");
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...signs), maxLength: 8 }), (value) => canonicalForms(value).length === 1 || (suspicion.scan(value) & MAY_UNFOLD) !== 0),
    { numRuns: 20_000 },
  );
  for (const value of ["Tom & Jerry", "50 % off", "C:\\Temp", "two\nlines", "R&D: no"]) assert.equal(suspicion.scan(value) & MAY_UNFOLD, 0, value);
});

test("what wakes together does not wake alone", () => {
  const suspicion = createSuspicion([watch("<", []), { ...watch("", []), pairs: [{ characters: "'\"", words: ["or", "+"] }, { characters: "(", words: ["sleep"] }] }], []);
  for (const [value, bits] of [["'", 0], ["or", 0], ["' OR", 0b10], ["+\"", 0b10], ["sleep", 0], ["(sleep", 0b10], ["( or", 0], ["< (sleep", 0b11]] as const) assert.equal(suspicion.scan(value), bits, value);
});
