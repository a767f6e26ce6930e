import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import { groupedField, shownField } from "../../../src/waf/fields/shown-field.ts";
import { FIELD_PATH } from "../../../src/waf/rules/options.ts";
import { compileFieldPath } from "../../../src/waf/rules/field-path.ts";
import { readFields } from "../../../src/waf/fields/read-fields.ts";

for (const [what, field, shown, grouped] of [
  ["plain names stay", "/items/0/goods_name", "/items/0/goods_name", "/items/*/goods_name"],
  ["elements and attributes stay", "/Invoice/Note/@languageID", "/Invoice/Note/@languageID", "/Invoice/Note/@languageID"],
  ["nested documents stay", "/document>/Invoice/Note", "/document>/Invoice/Note", "/document>/Invoice/Note"],
  ["an operator of a query stays", "/filter/$where", "/filter/$where", "/filter/$where"],
  ["parameters with steps stay", "query:items[0][name]", "query:items[0][name]", "query:items[0][name]"],
  ["headers stay", "header:user-agent", "header:user-agent", "header:user-agent"],
  ["what is no name of the sender's stays", "(request)", "(request)", "(request)"],
  ["a person is hidden", "/persons/Jan Kowalski/note", "/persons/*/note", "/persons/*/note"],
  ["a person with a dot is hidden", "/persons/jan.kowalski", "/persons/*", "/persons/*"],
  ["a person in Chinese is hidden", "/张三", "/*", "/*"],
  ["an address is hidden", "/jan@example.com", "/*", "/*"],
  ["a taxpayer number is hidden", "/91110108MA01ABCDE1/x", "/*/x", "/*/x"],
  ["a telephone number is no index", "/13800138000", "/*", "/*"],
  ["digits between letters are a number too", "/a1b2c3d4e5f6", "/*", "/*"],
  ["an attack in a name is hidden", "/items/x' or 1=1 --", "/items/*", "/items/*"],
  ["an attack in a parameter's name is hidden", "query:<script>", "query:**", "query:**"],
  ["what follows a sign of its own is no document", "/a>b/secret", "/a", "/a"],
  ["control characters are hidden", "/a\u001b[31m\n", "/*", "/*"],
  ["a name that was cut is hidden", `/${"x".repeat(200)}…`, "/*", "/*"],
  ["a long path is cut between steps", `/${Array.from({ length: 40 }, () => "steps").join("/")}`, `/${Array.from({ length: 26 }, () => "steps").join("/")}/**`, `/${Array.from({ length: 26 }, () => "steps").join("/")}/**`],
] as const) {
  test(what, () => assert.deepEqual([shownField(field), groupedField(shownField(field))], [shown, grouped]));
}

/** Names that a sender may make up, hostile ones most of all. */
const NAMES = ["a", "items", "x>y", "x' >y/z", ">", "/", "~", "a/b", "*", "**", "", " ", "\n", "京", "😀", "a.b", "1", "123456", "__proto__", ">/b", "[x]", "a[b]c", "%", "=", "&", ";"];

test("what is shown is a path that an exclusion takes, and fits the field, whatever its names", () => {
  const random = seededRandom(7);
  const pick = (): string => Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => NAMES[Math.floor(random.next() * NAMES.length)] ?? "").join("");
  const nested = (levels: number): unknown => (levels === 0 ? "v" : { [pick()]: random.next() < 0.3 ? [nested(levels - 1)] : random.next() < 0.3 ? JSON.stringify({ [pick()]: nested(levels - 1) }) : nested(levels - 1) });
  let seen = 0;
  for (let round = 0; round < 150; round++) {
    const query = `?${encodeURIComponent(pick())}=v`;
    const body = Buffer.from(JSON.stringify(nested(1 + (round % 30))));
    readFields({ path: "/", query, headers: ["cookie", `${pick().replaceAll(/[^ -~]/g, "")}=v`], body, contentType: "application/json" }, { maxBytes: 1e6, maxFields: 1e5, maxDepth: 64 }, (_value, _place, _isName, where) => {
      const field = where();
      const shown = shownField(field);
      for (const path of [shown, groupedField(shown)]) {
        assert.match(path, FIELD_PATH, JSON.stringify(field));
        assert.ok(compileFieldPath(path)(field), `${JSON.stringify(path)} does not fit ${JSON.stringify(field)}`);
        assert.match(path, /^[\w/>@$*:[\].-]{1,160}$/);
      }
      seen += 1;
    });
  }
  assert.ok(seen > 800, `${seen} fields`);
});
