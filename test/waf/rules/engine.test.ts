import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalForms } from "../../../src/waf/canonical.ts";
import type { Detector } from "../../../src/waf/detectors/detector.ts";
import type { Watch } from "../../../src/waf/detectors/detectors.ts";
import type { Place } from "../../../src/waf/fields/field.ts";
import { compileRules } from "../../../src/waf/rules/compile.ts";
import { createEngine, FOUND, HARMLESS, SUSPICIOUS, type Engine } from "../../../src/waf/rules/engine.ts";
import type { RuleSetOptions } from "../../../src/waf/rules/options.ts";
import { setOf } from "./sets.ts";

const words = (source: Readonly<Record<string, unknown>>): RuleSetOptions => setOf([{ id: "rule", ...source }]);

/** The rules that see a value, by their names; null where it was passed over as harmless. */
function sees(engine: Engine, value: string, place: Place = "json", isName = false, field = "/a"): readonly string[] | null {
  const look = engine.look(value, place, isName, () => field);
  if (look === HARMLESS) return null;
  assert.equal(look === FOUND, engine.seen.length > 0);
  return look === SUSPICIOUS ? [] : engine.seen.map((index) => engine.rules[index]?.options.id ?? "");
}

const engineOf = (set: RuleSetOptions, watches: readonly Watch[] = []): Engine => createEngine(compileRules(set, watches), canonicalForms);

const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly (readonly [string, readonly string[] | null, Place?, boolean?, string?])[]])[] = [
  ["a pattern, in any case of letters", { matches: "evil" }, [["so evil", ["rule"]], ["so EVIL", ["rule"]], ["good", null]]],
  ["a pattern in its own case", { matches: "Evil", case: true }, [["Evil", ["rule"]], ["evil", []]]],
  ["one of several patterns", { matches: ["evil", "w[io]rse?"] }, [["wors", ["rule"]], ["wirse evil", ["rule"]], ["wars", null]]],
  ["a pattern without a fixed part, on every value", { matches: "^\\w{3}$" }, [["123", ["rule"]], ["1234", null], ["abc", ["rule"]], ["", null]]],
  ["nothing where 'unless' stands", { matches: "evil", unless: "not evil" }, [["evil", ["rule"]], ["not evil", []]]],
  ["its places alone", { matches: "evil", in: ["query", "header"] }, [["evil", ["rule"], "query"], ["evil", ["rule"], "header"], ["evil", [], "json"]]],
  ["everything but the path, unless it says so", { matches: "evil" }, [["evil", [], "path"], ["evil", ["rule"], "text"], ["evil", ["rule"], "file-name"], ["evil", ["rule"], "cookie"]]],
  ["values alone", { matches: "evil", of: "values" }, [["evil", ["rule"], "json", false], ["evil", [], "json", true]]],
  ["names alone", { matches: "evil", of: "names" }, [["evil", [], "json", false], ["evil", ["rule"], "json", true]]],
  ["its fields alone", { matches: "evil", fields: ["/a/*/b", "header:User-Agent"] }, [["evil", ["rule"], "json", false, "/a/0/b"], ["evil", [], "json", false, "/a/b"], ["evil", ["rule"], "header", false, "header:user-agent"]]],
  ["other forms of a value", { matches: "<evil>" }, [["%3Cevil%3E", ["rule"]], ["&lt;evil&gt;", ["rule"]], ["\uff1cevil\uff1e", ["rule"]], ["50 % off", null]]],
];

for (const [what, rule, values] of CASES) {
  test(`a rule sees ${what}`, () => {
    const engine = engineOf(words(rule));
    for (const [value, seen, place, isName, field] of values) assert.deepEqual(sees(engine, value, place, isName, field), seen, `${value} at ${place ?? "json"}`);
  });
}

/** Marks a value that holds an exclamation mark, and remembers what it was shown. */
function loud(): Watch & { readonly shown: string[] } {
  const shown: string[] = [];
  const detector: Detector = {
    name: "loud",
    marks: { once: "one", twice: "two" },
    look(value, found) {
      shown.push(value);
      if (value.includes("!")) found("once");
      if (value.includes("!!")) found("twice");
    },
  };
  return { detector, characters: "!?", words: ["shout"], shown };
}

function marked(rules: readonly Readonly<Record<string, unknown>>[]): RuleSetOptions {
  const set = setOf(rules.map((rule) => ({ ...rule, sees: undefined, matches: "never-there" })));
  return { ...set, rules: set.rules.map((rule, index) => ({ ...rule, matches: undefined, sees: rules[index]?.["sees"] as string[] })) };
}

test("a detector is shown what wakes it, and each of its marks goes to the rules that listen", () => {
  const watch = loud();
  const engine = engineOf(marked([{ id: "first", sees: ["loud.once"] }, { id: "both", sees: ["loud.once", "loud.twice"] }, { id: "second", sees: ["loud.twice"], in: ["query"] }]), [watch]);
  assert.equal(sees(engine, "calm"), null);
  assert.deepEqual(sees(engine, "calm?"), []);
  assert.deepEqual(sees(engine, "hey!"), ["first", "both"]);
  assert.deepEqual(sees(engine, "hey!!"), ["first", "both"]);
  assert.deepEqual(sees(engine, "hey!!", "query"), ["first", "both", "second"]);
  assert.deepEqual(sees(engine, "a SHOUT"), []);
  assert.deepEqual(watch.shown, ["calm?", "hey!", "hey!!", "hey!!", "a SHOUT"]);
});

test("a detector that no rule listens to is never shown anything", () => {
  const watch = loud();
  assert.equal(sees(engineOf(setOf([{ id: "other", matches: "evil" }]), [watch]), "hey!!"), null);
  assert.deepEqual(watch.shown, []);
});

test("a value that was harmless twice is not looked at closely again in such a place, in another it is", () => {
  const watch = loud();
  const engine = engineOf(marked([{ id: "first", sees: ["loud.once"] }]), [watch]);
  for (const place of ["header", "header", "query", "header", "query"] as const) assert.deepEqual(sees(engine, "what?", place), []);
  for (let time = 0; time < 2; time++) assert.deepEqual(sees(engine, "what?", "query", true), []);
  for (let time = 0; time < 3; time++) assert.deepEqual(sees(engine, "hey!", "header"), ["first"]);
  assert.deepEqual(watch.shown, ["what?", "what?", "what?", "what?", "hey!", "hey!", "hey!"]);
});

test("a header's value that only another header's rule minds is looked at each time", () => {
  const engine = engineOf(words({ matches: "evil", fields: "header:x-b" }));
  assert.deepEqual(sees(engine, "evil", "header", false, "header:x-a"), []);
  assert.deepEqual(sees(engine, "evil", "header", false, "header:x-b"), ["rule"]);
});

test("patterns are found wherever they stand in a long value", () => {
  const engine = engineOf(setOf([{ id: "inside", matches: "\\bevil-\\w+-end\\b" }, { id: "first", matches: "^start" }, { id: "last", matches: "stop$" }, { id: "signs", matches: "[(]#evil" }]));
  const filler = "some words of an ordinary text; ".repeat(2000);
  for (const at of [0, 1, 8000, 8180, 8192, 8193, 14_000, 40_000, filler.length]) {
    const value = `${filler.slice(0, at)} evil-${"x".repeat(300)}-end ${filler.slice(at)}`;
    assert.deepEqual(sees(engine, value), ["inside"], `at ${at}`);
  }
  assert.deepEqual(sees(engine, `start ${filler} stop`)?.toSorted(), ["first", "last"]);
  assert.deepEqual(sees(engine, `${filler} start stop ${filler}`), []);
  assert.deepEqual(sees(engine, `${filler}(#evil${filler}`), ["signs"]);
});

test("the time that a value takes grows with its length, whatever it holds", () => {
  const engine = engineOf(setOf([{ id: "a", matches: "a+b+c+;" }, { id: "b", matches: "(x|y)*\\(\\s*\\)z" }, { id: "c", matches: "evil.*evil.*evil!" }]));
  const timed = (value: string): number => {
    const from = performance.now();
    sees(engine, value);
    return performance.now() - from;
  };
  for (const part of ["aab;", "( ) ", "evil ", "xyxy(", "aabbcc"]) {
    const [short, long] = [50_000, 800_000].map((length) => {
      const value = part.repeat(length / part.length);
      return Math.min(timed(value), timed(value), timed(value));
    }) as [number, number];
    // Sixteen times the length: a quadratic search would take 256 times as long. Rests of milliseconds are noise.
    assert.ok(long < 64 * Math.max(short, 2), `'${part}': ${short.toFixed(1)} ms, then ${long.toFixed(1)} ms`);
  }
});
