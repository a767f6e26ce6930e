import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { codeDetector } from "../../../src/waf/detectors/code.ts";
import { markupDetector } from "../../../src/waf/detectors/markup.ts";
import { shellDetector } from "../../../src/waf/detectors/shell.ts";
import { templateDetector } from "../../../src/waf/detectors/template.ts";
import { traversalDetector } from "../../../src/waf/detectors/traversal.ts";
import { urlDetector } from "../../../src/waf/detectors/url.ts";
import { wordTable } from "../../../src/waf/detectors/word-table.ts";
import { countingText, marksOf } from "./look.ts";

/** Openings that nothing closes, and what makes a reader look ahead or back again and again. */
const PIECES = [
  "../", "..", ".", "/", "\\", "\\a\\", "%", "%25", "%2e", "0x2e", "x", "/etc/passwd ", "/?", "a/",
  ";", ";ls ", ";sudo ", ";env ", ";\"a", ";'", ";w^", ";w\\h", "$(", "`", "&amp;", "\nsort ", "$IFS", ";   ", ";a.exe", "(", "w\\h\\o",
  "<", "<a ", "<a b=", "<x on", "<x =", ":", "data:", "javascript:", `javascript:${" ".repeat(60)}`, "a:b:",
  "{{", "{", "${", "${${", "{a", "[#", "#set", "@(", "{{a|", "<%", "{{{{a",
  "alert(", "alert (", "document.", "onclick =", "system ( ", "a_", "constructor.",
  "http://", "http:\\\\a", "http://a@", "//", `://${"a".repeat(310)}`, "://[::", `http://${"1.".repeat(100)}`, `http://${":".repeat(200)}`,
];

describe("a hostile value", () => {
  const detectors = [shellDetector, codeDetector, markupDetector, templateDetector, traversalDetector, urlDetector];

  for (const length of [5_000, 80_000]) {
    test(`of ${length} characters is read a bounded number of times by every detector`, () => {
      for (const piece of PIECES) {
        for (const detector of detectors) {
          const { text, reads } = countingText(piece.repeat(Math.ceil(length / piece.length)));
          marksOf(detector, text);
          assert.ok(reads() <= 120 * length, `${detector.name} reads ${Math.round(reads() / length)} times what it is given of ${JSON.stringify(piece)}`);
        }
      }
    });
  }

  test("of spellings of dots and slashes is unfolded in one pass", () => {
    for (const piece of ["%", "%25", "%%32", "%c0", "..%2f", "?%2f", "0x"]) {
      const began = performance.now();
      marksOf(traversalDetector, `${piece.repeat(40_000)}%`);
      // A few milliseconds; a second look at what was passed over makes it many seconds.
      assert.ok(performance.now() - began < 1500, `${JSON.stringify(piece)} takes ${Math.round(performance.now() - began)} ms`);
    }
  });
});

describe("a table of words", () => {
  const table = wordTable([
    [1, "cat sort"],
    [4, "sort tail"],
  ]);

  test("finds words where they stand, in small or capital letters, and joins what they were given", () => {
    assert.deepEqual([table.at("a CAT b", 2, 5), table.at("sort", 0, 4), table.at("Tail", 0, 4)], [1, 5, 4]);
  });

  test("knows no part of a word, no longer one and none of nothing", () => {
    assert.deepEqual([table.at("cats", 0, 4), table.at("cat", 0, 2), table.at("", 0, 0), table.at("x".repeat(90), 0, 90), table.at("cA7", 0, 3)], [0, 0, 0, 0, 0]);
  });
});
