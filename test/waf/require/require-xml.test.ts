import assert from "node:assert/strict";
import { test } from "node:test";
import { requireOptions } from "../../../src/waf/require/options.ts";
import { compileRequirements } from "../../../src/waf/require/requirements.ts";

const NAMESPACES = { i: "urn:i", s: "urn:s" };
const LISTED = [
  { at: "/i:Invoice/i:Number", required: true, most: 1, matches: "^[A-Z0-9/-]+$" },
  { at: "/i:Invoice/@version", matches: "^[0-9]+$" },
  { at: "/i:Invoice/i:Lines/i:Line", required: true, most: 2 },
  { at: "/i:Invoice/i:Lines/i:Line/i:Name", required: true },
  { at: "/i:Invoice/i:Lines/i:Line/i:Unit/@code", required: true },
  { at: "/i:Invoice/s:Signature", any: true },
];

function told(xml: unknown, text: string | Uint8Array): string | null {
  const check = compileRequirements(requireOptions.parse({ body: { xml } }), () => () => null);
  const found = check?.({ method: "POST", query: "", headers: [], body: Buffer.from(text), contentType: "application/xml" });
  return found === null || found === undefined ? null : `${found.reason} ${found.where}: ${found.rule}`;
}

const invoice = (inside: string, attributes = ""): string => `<Invoice xmlns="urn:i" xmlns:s="urn:s"${attributes}>${inside}</Invoice>`;
const line = (inside = "<Name>a</Name>"): string => `<Line>${inside}</Line>`;
const whole = (lines: string, more = ""): string => invoice(`<Number>A-1</Number><Lines>${lines}</Lines>${more}`);

const CASES: readonly (readonly [string, string, string | null])[] = [
  ["everything is there", whole(line()), null],
  ["prefixes are the sender's", '<x:Invoice xmlns:x="urn:i"><x:Number>1</x:Number><x:Lines><x:Line><x:Name/></x:Line></x:Lines></x:Invoice>', null],
  ["another root", "<Invoice/>", "xml /: root"],
  ["a missing element", invoice(`<Lines>${line()}</Lines>`), "xml /Invoice/Number: required"],
  ["an element that stands too often", whole(line(), "<Number>B</Number>"), "xml /Invoice/Number: most"],
  ["a text that does not fit", invoice("<Number>a&lt;b</Number>"), "xml /Invoice/Number: matches"],
  ["a text in pieces fits as a whole", invoice(`<Number> A<!-- x -->-<![CDATA[1]]> </Number><Lines>${line()}</Lines>`), null],
  ["a text in pieces that does not", invoice("<Number>A<![CDATA[<]]></Number>"), "xml /Invoice/Number: matches"],
  ["an attribute that does not fit", invoice("", ' version="x"'), "xml /Invoice/@version: matches"],
  ["no line at all in what lines stand in", whole(""), "xml /Invoice/Lines/Line: required"],
  ["nothing that lines stand in", invoice("<Number>1</Number>"), "xml /Invoice/Lines/Line: required"],
  ["one line of two without a name", whole(line() + line("")), "xml /Invoice/Lines/Line/Name: required"],
  ["three lines in one place", whole(line() + line() + line()), "xml /Invoice/Lines/Line: most"],
  ["lines in two places are counted apart", whole(line() + line(), `<Lines>${line()}</Lines>`), null],
  ["an attribute that is missing", whole(line("<Name>a</Name><Unit/>")), "xml /Invoice/Lines/Line/Unit/@code: required"],
  ["a document that is cut off", "<Invoice", "xml body: XML with a broken tag"],
  ["a document type", `<!DOCTYPE x>${whole(line())}`, "xml body: XML with a DTD, which is refused"],
  ["something else altogether", '{"a":1}', "xml body: no XML"],
];

for (const [says, text, wanted] of CASES) {
  test(`the structure of XML: ${says}`, () => {
    const listed = wanted?.includes("Unit") === true ? LISTED : LISTED.filter(({ at }) => !at.includes("Unit"));
    assert.equal(told({ root: "i:Invoice", namespaces: NAMESPACES, elements: listed }, text), wanted);
  });
}

const STRICT = { namespaces: NAMESPACES, elements: LISTED.filter(({ at }) => !at.includes("Unit")), others: "refuse" };
const OTHERS: readonly (readonly [string, string, string | null])[] = [
  ["listed ones and those on the way pass", whole(line()), null],
  ["one that is not listed", whole(line(), "<Note/>"), "xml /Invoice: others"],
  ["one of another namespace", whole(line(), '<s:Number>1</s:Number>'), "xml /Invoice: others"],
  ["one below a listed one", whole(line("<Name>a<b/></Name>")), "xml /Invoice/Lines/Line/Name: others"],
  ["anything below one that is free", whole(line(), "<s:Signature><s:a><b><c/></b></s:a></s:Signature>"), null],
  ["one behind it", whole(line(), "<s:Signature><s:a/></s:Signature><b/>"), "xml /Invoice: others"],
  ["another root", "<a/>", "xml /: others"],
];

for (const [says, text, wanted] of OTHERS) test(`other elements: ${says}`, () => assert.equal(told(STRICT, text), wanted));

test("a place in any namespace and one in a certain one both count for an element", () => {
  const xml = { namespaces: NAMESPACES, elements: [{ at: "/*:a/*:b", most: 1 }, { at: "/i:a/i:b", required: true }] };
  assert.equal(told(xml, '<a xmlns="urn:i"><b/></a>'), null);
  assert.equal(told(xml, '<a xmlns="urn:i"><b/><b/></a>'), "xml /a/b: most");
  assert.equal(told(xml, "<a><b/></a>"), "xml /a/b: required");
});

test("a document in UTF-16 is read as one", () => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(whole(line(), "<Note/>"), "utf16le")]);
  assert.equal(told(STRICT, bytes), "xml /Invoice: others");
});
