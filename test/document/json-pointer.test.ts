import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pointerSteps, readPointer } from "../../src/document/json-pointer.ts";

const read = (text: string, pointer: string): string => {
  const found = readPointer(Buffer.from(text), pointer);
  return found.kind === "found" ? `${found.type} ${found.text}` : found.kind;
};

const cases: [string, string, string, string][] = [
  ["a number keeps its digits", '{"a":1.10}', "/a", "number 1.10"],
  ["a number beyond doubles keeps its digits", '{"a":123456789012345678901234567890}', "/a", "number 123456789012345678901234567890"],
  ["a string loses its escapes", '{"a":"\\u4e2d\\n\\"x"}', "/a", 'string 中\n"x'],
  ["an object is its source", '{"a": {"b" : [1, 2]} }', "/a", 'object {"b" : [1, 2]}'],
  ["the empty pointer is the whole text", " [1] ", "", "array [1]"],
  ["an index leads into a list", '{"a":[10,{"b":true}]}', "/a/1/b", "boolean true"],
  ["a number is a member's name in an object", '{"a":{"1":null}}', "/a/1", "null null"],
  ["an escaped step names its member", '{"a/b":{"c~d":1}}', "/a~1b/c~0d", "number 1"],
  ["an escaped member is found", '{"\\u0061":1}', "/a", "number 1"],
  ["the same member twice on the way is refused", '{"a":{"b":1},"a":{"b":2}}', "/a/b", "duplicate"],
  ["the same member twice, once escaped, is refused", '{"a":1,"\\u0061":2}', "/a", "duplicate"],
  ["the same member twice beside the way is left alone", '{"x":{"y":1,"y":2},"a":1}', "/a", "number 1"],
  ["a missing member", '{"a":{}}', "/a/b", "missing"],
  ["an index beyond the list", "[1]", "/1", "missing"],
  ["an index with a leading zero", "[1,2]", "/01", "missing"],
  ["the place after a list", "[1]", "/-", "missing"],
  ["a step into a text", '{"a":"b"}', "/a/0", "missing"],
  ["a byte order mark is passed over", '\uFEFF{"a":1}', "/a", "number 1"],
  ["garbage after the value", '{"a":1} x', "/a", "malformed"],
  ["a text that is cut off", '{"a":1', "/a", "malformed"],
  ["a trailing comma", '{"a":1,}', "/a", "malformed"],
  ["a number with a leading zero", '{"a":01}', "/a", "malformed"],
  ["a control character in a string", '{"a":"\n"}', "/a", "malformed"],
  ["an empty body", "", "/a", "malformed"],
  ["half a character as the value", '{"a":"\\ud800"}', "/a", "malformed"],
];

for (const [name, text, pointer, wanted] of cases) {
  test(`json pointer: ${name}`, () => assert.equal(read(text, pointer), wanted));
}

test("bytes that are not UTF-8 are malformed", () => {
  assert.deepEqual(readPointer(Uint8Array.of(0x22, 0xff, 0x22), ""), { kind: "malformed" });
});

test("nesting beyond the bound is refused before the stack is", () => {
  assert.equal(read("[".repeat(1_000_000), "/0"), "too-deep");
  assert.equal(read(`${"[".repeat(128)}${"]".repeat(128)}`, `/0`), `array ${"[".repeat(127)}${"]".repeat(127)}`);
});

test("a pointer that is none is a fault of the caller", () => {
  assert.throws(() => readPointer(Buffer.from("{}"), "a"), /malformed pointer "a"/);
});

function hasLoneSurrogate(value: unknown): boolean {
  return typeof value === "string" && !value.isWellFormed();
}

/** What JSON.parse makes of it: the yardstick wherever no member stands twice. */
function byParsing(value: unknown, steps: readonly string[]): unknown {
  for (const step of steps) {
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
    else if (typeof value === "object" && value !== null) value = Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    else return undefined;
  }
  return value;
}

test("agrees with JSON.parse on every place of every document", () => {
  const key = fc.oneof(fc.constantFrom("a", "b", "0", "1", "~", "/", "__proto__", ""), fc.string());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 1 }), fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(key, tie("tree"), { maxKeys: 4 })),
  }));
  const steps = fc.array(key, { maxLength: 4 });
  fc.assert(
    fc.property(tree, steps, fc.constantFrom(0, 1), (document, path, indent) => {
      const text = JSON.stringify(document, null, indent);
      const wanted = byParsing(JSON.parse(text), path);
      const found = readPointer(Buffer.from(text), path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""));
      if (wanted === undefined) assert.equal(found.kind, "missing");
      else if (hasLoneSurrogate(wanted)) assert.equal(found.kind, "malformed");
      else assert.deepEqual(found.kind === "found" && (found.type === "string" ? found.text : JSON.parse(found.text)), wanted);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("takes for JSON exactly what JSON.parse takes", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', '"a"', "\\", "1", "0", "-", ".", "e", "+", "true", "null", " ", "\n", "\\u00", "é");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      assert.equal(readPointer(Buffer.from(text), "/no/such").kind !== "malformed", valid, text);
    }),
    { numRuns: 5000, seed: 2 },
  );
});

test("steps of a pointer are unescaped, and anything else is refused", () => {
  assert.deepEqual(pointerSteps("/a~1b/~01/"), ["a/b", "~1", ""]);
  assert.equal(pointerSteps("a"), null);
  assert.equal(pointerSteps("/~2"), null);
});
