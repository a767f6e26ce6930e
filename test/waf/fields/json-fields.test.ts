import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { hear, lines, names } from "./heard.ts";

const contentType = "application/json";

const SOUND: readonly (readonly [string, string, readonly string[]])[] = [
  ["members and items have pointers", '{"a":"x","b":["y",{"c":"z"}]}', ["json /a = x", "json /b/0 = y", "json /b/1/c = z"]],
  ["members that stand there twice are both heard", '{"a":"x","a":"y"}', ["json /a = x", "json /a = y"]],
  ["the same name in two objects names both values", '[{"name":"x"},{"name":"y"}]', ["json /0/name = x", "json /1/name = y"]],
  ["escapes are undone", String.raw`{"a":"\u0027 or \"1\"=\"1\n\/\ud83d\ude00"}`, ["json /a = ' or \"1\"=\"1\n/😀"]],
  ["escapes in names are undone, and pointers have their own", String.raw`{"\u0024a/b~":"x"}`, ["json /$a~1b~0 = x"]],
  ["numbers and words are passed over", '{"a":-1.5e+3,"b":true,"c":null,"d":[0,false]}', []],
  ["empty strings are passed over", '{"a":"","":"x"}', ["json / = x"]],
  ["a byte order mark is no part of the text", '\ufeff{"a":"x"}', ["json /a = x"]],
  ["white space may stand anywhere", ' {\r\n\t"a" : [ "x" , 1 ] }\n', ["json /a/0 = x"]],
  ["long strings are read whole", `["${"x".repeat(100)}\\n${"y".repeat(100)}"]`, [`json /0 = ${"x".repeat(100)}\n${"y".repeat(100)}`]],
  ["a string alone is a document when its type says so", '"x"', ["json  = x"]],
];

for (const [name, body, expected] of SOUND) {
  test(`JSON: ${name}`, () => {
    const read = hear({ body, contentType });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, []]);
  });
}

const BROKEN: readonly (readonly [string, string, readonly string[]])[] = [
  ["a trailing comma", '{"a":"x",}', ["json /a = x"]],
  ["a trailing comma in a list", '["x",]', ["json /0 = x"]],
  ["a missing comma", '["x" "y"]', ["json /0 = x", "json /0 = y"]],
  ["comments", '{/* union */"a":"x"// select\n}', ["text / =  union ", "json /a = x", "text /a =  select"]],
  ["strings in apostrophes", String.raw`{'a':'x\'y',"b":"z"}`, ["json /a = x'y", "json /b = z"]],
  ["words without quotes", "{a: union select 1, b: 2}", ["json /a = union select 1"]],
  ["a raw line end in a string", '["x\ny"]', ["json /0 = x\ny"]],
  ["a raw line end in a long string", `["${"x".repeat(100)}\ny"]`, [`json /0 = ${"x".repeat(100)}\ny`]],
  ["an escape that JSON does not have", String.raw`["\' or \x1","\u00zz"]`, ["json /0 = ' or x1", "json /1 = u00zz"]],
  ["a string that is cut off", '{"a":"x or 1', ["json /a = x or 1"]],
  ["brackets that do not match", '{"a":["x"},"y"]', ["json /a/0 = x", "json /a = y"]],
  ["a bracket too many", '["x"]]', ["json /0 = x"]],
  ["something behind the end", '["x"]["y"]', ["json /0 = x", "json /0 = y"]],
  ["a number with a zero before it", '{"a":01}', ["json /a = 01"]],
  ["a member without a value", '{"a":}', []],
  ["a name in a list", '["a":"x"]', ["json /0 = x"]],
];

for (const [name, body, expected] of BROKEN) {
  test(`JSON with ${name} is read on and told`, () => {
    const read = hear({ body, contentType });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, ["malformed-json"]]);
  });
}

test("JSON: names are heard, plain ones once a document", () => {
  const body = '[{"name":1,"$gt":1,"__proto__":1,"constructor":1,"a b":1},{"name":1,"$gt":1,"__proto__":1,"constructor":1,"a b":1,"na\\u006de":1}]';
  assert.deepEqual(names(hear({ body, contentType })), ["name", "$gt", "__proto__", "constructor", "a b", "$gt", "__proto__", "constructor", "a b", "name"]);
});

test("JSON that is deeper than the bound is told, and heard under its last level", () => {
  const read = hear({ body: `${'{"a":['.repeat(3)}"x",{"b":"y"}${"]}".repeat(3)}`, contentType }, { maxDepth: 3 });
  assert.deepEqual(lines(read), ["json /a/0/a = x", "json /a/0/a = y"]);
  assert.deepEqual([read.complete, read.faults], [true, ["too-deep"]]);
});

/** Values as they are heard alone; what looks like a document or base64 is opened, which other tests are about. */
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 120 }).filter((value) => !/^[\s\ufeff]*[<{[]|^\s*[A-Za-z0-9+/_-]{24}/.test(value));
const name = fc.string({ unit: "grapheme", maxLength: 12 });
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)), fc.array(tie("tree"), { maxLength: 6 }), fc.dictionary(name, tie("tree"), { maxKeys: 6 })),
}));

function leavesOf(value: unknown, pointer: string): string[] {
  if (typeof value === "string") return [`json ${pointer} = ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`));
}

test("JSON: each string of any document is heard once, under its pointer", () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(tree), fc.dictionary(name, tree)), fc.constantFrom(0, 2), (document, indent) => {
      const read = hear({ body: JSON.stringify(document, null, indent), contentType });
      assert.deepEqual(lines(read), leavesOf(document, ""));
      assert.deepEqual([read.complete, read.faults], [true, []]);
    }),
    { numRuns: 300 },
  );
});

test("JSON that was damaged anywhere never throws, and is told where JSON.parse refuses it", () => {
  fc.assert(
    fc.property(fc.dictionary(name, tree, { minKeys: 1 }), fc.nat(), fc.constantFrom("", "'", '"', "\\", ",", "]", "{", "/*", "\n"), (document, at, damage) => {
      const whole = JSON.stringify(document).toWellFormed();
      const cut = at % whole.length;
      const body = whole.slice(0, cut) + damage + whole.slice(cut + 1);
      const { faults } = hear({ body, contentType });
      assert.equal(faults.some((fault) => fault === "malformed-json" || fault === "too-deep" || fault === "ambiguous-form"), !isJson(body), body);
    }),
    { numRuns: 500 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
