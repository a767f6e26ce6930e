import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { canonicalForms } from "../../src/waf/canonical.ts";

const PLAIN = ["", "plain", "O'Reilly & Sons -- 12\"; 50 % off", "A&B <GmbH>", "C:\\Temp\\new", "100%", "%zz%4", "北京市（海淀区），一台：二３％～", "1/2\" x 3/4\"", "a\nb", "AT&T;", "&copy; &unknown;", "%D6%D0", "L'hôtel – 5 €"];

for (const value of PLAIN) test(`'${JSON.stringify(value)}' has no other form`, () => assert.deepEqual(canonicalForms(value), [value]));

const FORMS: readonly (readonly [string, ...string[]])[] = [
  ["%27%20or+1", "' or+1"],
  ["%2527", "'"],
  ["%252527", "'"],
  ["%u0027%U003c", "'<"],
  ["..%c0%af..%e0%80%af", "../../"],
  ["%ff%27", "%ff'"],
  ["%E4%B8%AD%27", "中'"],
  ["&lt;script&gt;", "<script>"],
  ["&ltscript&gt", "<script>"],
  ["&#39;&#x27&#0000039", "'''"],
  ["&#x1f600;&#xffffff;", "😀&#xffffff;"],
  ["java&Tab;script&colon;x", "java\tscript:x", "javascript:x"],
  ["&amp;lt;", "<"],
  ["%26lt;%5cx27", "<'"],
  ["&#37;27", "'"],
  [String.raw`\u0027\u{27}\u{000027}\x27\047`, "'''''"],
  [String.raw`\\u0027`, String.raw`\'`],
  [String.raw`\u{ffffff}\x4`],
  ["ｕｎｉｏｎ　ｓｅｌｅｃｔ＇", "union select'"],
  ["𝐮nion \u2019or\u02bc", "union 'or'"],
  ["unﬁ\u017fe\u212a", "unﬁsek".replace("k", "K")],
  ["a\0b\u200bc\u00add\ufeff", "abcd"],
  ["un/**/ion/*x*/select", "un ion select"],
  ["1/*!50000union*/select/*!all*/", "1 union select all "],
  ["1/*!50000union", "1 union "],
  ["1/*M!100100 union*/", "1  union "],
  ["a /* b"],
  ["java\nscr\tipt:x", "javascript:x"],
  ["cu\\\nrl", "curl"],
  ["%2f%2a%2a%2fx%0a:", "/**/x\n:", " x\n:", "/**/x:"],
];

for (const [value, ...others] of FORMS) test(`'${JSON.stringify(value)}' is ${others.length === 0 ? "nothing else" : `also ${JSON.stringify(others)}`}`, () => assert.deepEqual(canonicalForms(value), [value, ...others]));

const piece = fc.oneof(fc.string({ unit: "binary", maxLength: 4 }), fc.constantFrom("%27", "%25", "%u0027", "&lt", "&#39;", "&amp;", String.raw`\u0027`, String.raw`\x5c`, "/*", "*/", "/*!", "\0", "\n", ":", "ｕ", "%c0%af", "%ff", "\\", "\ud835"));

test("Any value stands first, has at most three other forms, each different and none longer", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const value = pieces.join("");
      const forms = canonicalForms(value);
      assert.equal(forms[0], value);
      assert.ok(forms.length <= 4);
      assert.equal(new Set(forms).size, forms.length);
      for (const form of forms) assert.ok(form.length <= value.length, JSON.stringify([value, form]));
    }),
    { numRuns: 1000 },
  );
});

test("A text is found behind each encoding of its letters", () => {
  const encodings: readonly ((code: number) => string)[] = [
    (code) => `%${code.toString(16).padStart(2, "0")}`,
    (code) => `%25${code.toString(16).padStart(2, "0")}`,
    (code) => `%u${code.toString(16).padStart(4, "0")}`,
    (code) => `&#${code};`,
    (code) => `&#x${code.toString(16)};`,
    (code) => `\\u${code.toString(16).padStart(4, "0")}`,
    (code) => `\\x${code.toString(16).padStart(2, "0")}`,
    (code) => `\\${code.toString(8).padStart(3, "0")}`,
    (code) => String.fromCharCode(code + 0xfee0),
  ];
  const ascii = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(ascii.filter((text) => canonicalForms(text).length === 1 && !/[%&\\]/.test(text)), fc.array(fc.nat(encodings.length - 1), { minLength: 1 }), (text, choice) => {
      const encoded = Array.from(text, (letter, at) => (encodings[choice[at % choice.length] as number] as (code: number) => string)(letter.charCodeAt(0))).join("");
      const forms = canonicalForms(encoded);
      // Full-width digits and the like alone are no reason to look twice.
      if (forms.length === 1) assert.match(encoded, /^[\uff01-\uff5e]+$/);
      else assert.equal(forms[1], text);
    }),
    { numRuns: 500 },
  );
});
