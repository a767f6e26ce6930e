import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { FieldFault } from "../../../src/waf/fields/field.ts";
import { hear, lines, names } from "./heard.ts";

const contentType = "application/xml";

const SOUND: readonly (readonly [string, string, readonly string[]])[] = [
  ["texts have paths of local names", '<?xml version="1.0"?><i:Invoice xmlns:i="urn:x"><i:Note>x</i:Note></i:Invoice>', ["xml /Invoice/Note = x"]],
  ["attributes are heard, plain declarations of namespaces are not", "<a xmlns='urn:x' b='1' n:c='2' xmlns:n='http://x/y?z#1'/>", ["xml /a/@b = 1", "xml /a/@c = 2"]],
  ["a declaration of a namespace that is no plain address is heard", `<a xmlns:n="' or 1=1"/>`, ["xml /a/@n = ' or 1=1"]],
  ["text and CDATA of an element are one value", "<a>un<![CDATA[ion]]> select</a>", ["xml /a = union select"]],
  ["comments and elements between do not part a value", "<a>un<!-- c -->ion<b>x</b> select</a>", ["text /a =  c ", "xml /a/b = x", "xml /a = union select"]],
  ["white space between elements is passed over, and between words is not", "<a> <b> x </b> <c/> </a>", ["xml /a/b =  x "]],
  ["CDATA of white space joins", "<a>x<![CDATA[ ]]>y</a>", ["xml /a = x y"]],
  ["references are resolved", "<a b='&#39;'>&lt;script&gt; &#x27;</a>", ["xml /a/@b = '", "xml /a = <script> '"]],
  ["CDATA is not", "<a><![CDATA[&lt;]]></a>", ["xml /a = &lt;"]],
  ["instructions are heard with their marks", "<?php system('ls')?><a/>", ["text  = <?php system('ls')?>"]],
  ["those of styles are heard without", "<?xml-stylesheet href='x'?><a/>", ["text  = xml-stylesheet href='x'"]],
  ["server-side includes keep their marks", '<a><!--#exec cmd="ls"--></a>', ['text /a = <!--#exec cmd="ls"-->']],
  ["tags that a browser would act on are heard", '<a><script src="//x">1</script><b onload="x()"/></a>', ["xml /a/script/@src = //x", 'text /a/script = <script src="//x">', "xml /a/script = 1", "xml /a/b/@onload = x()", 'text /a/b = <b onload="x()"/>']],
  ["a byte order mark is no part of the text", "\ufeff<a>x</a>", ["xml /a = x"]],
];

for (const [name, body, expected] of SOUND) {
  test(`XML: ${name}`, () => {
    const read = hear({ body, contentType });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, []]);
  });
}

const BROKEN: readonly (readonly [string, string, readonly string[], (readonly FieldFault[])?])[] = [
  ["a tag that is not closed", "<a><b>x</a>", ["xml /a/b = x"]],
  ["an end without a beginning", "<a>x</a></b>", ["xml /a = x"]],
  ["a value without quotes", "<a b=union c=1/>", ["xml /a/@b = union", "xml /a/@c = 1/"]],
  ["an attribute without a value", "<a union select>x</a>", ["xml /a/@union = union", "xml /a/@select = select", "xml /a = x"]],
  ["an attribute that is cut off", "<a b='x", ["xml /a/@b = x"]],
  ["CDATA that is cut off", "<a><![CDATA[x", ["xml /a = x"]],
  ["a comment that is cut off", "<a><!--x", ["text /a = x"]],
  ["a bare '<'", "<a>1 < 2</a>", ["xml /a = 1 < 2"]],
  ["an entity that nobody declared", "<a>&foo;&#39;</a>", ["xml /a = &foo;'"]],
  ["text behind the root", "<a/>x", ["xml  = x"]],
  ["text in an end tag", "<a>x</a b='y'>", ["text /a =  b='y'", "xml /a = x"]],
  ["a second root", "<a>x</a><b>y</b>", ["xml /a = x", "xml /b = y"]],
  ["a control character", "<a>x\u0001y</a>", ["xml /a = x\u0001y"]],
  ["a foreign declaration", "<a><!x y></a>", ["text /a = <!x y>"]],
  ["a DTD", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!--c--><!ENTITY y "un\'ion">]><a>x</a>', ["text  = file:///etc/passwd", "text  = c", "text  = un'ion", "xml /a = x"], ["dtd"]],
  ["a DTD in small letters", "<!doctype a SYSTEM 'http://x'><a>x</a>", ["text  = http://x", "xml /a = x"], ["dtd"]],
];

for (const [name, body, expected, faults = ["malformed-xml"]] of BROKEN) {
  test(`XML with ${name} is read on and told`, () => {
    const read = hear({ body, contentType });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, faults]);
    assert.deepEqual(names(read), []);
  });
}

test("XML that is deeper than the bound is told, and heard under its last level", () => {
  const read = hear({ body: "<a><b><c d='1'>x<e>y</e></c></b>z</a>", contentType }, { maxDepth: 2 });
  assert.deepEqual(lines(read), ["xml /a/b/@d = 1", "xml /a/b = x", "xml /a/b = y", "xml /a = z"]);
  assert.deepEqual([read.complete, read.faults], [true, ["too-deep"]]);
});

test("XML is read in the charset that it states", () => {
  const gbk = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="GBK"?><a>'), Buffer.from([0xd6, 0xd0]), Buffer.from("</a>")]);
  assert.deepEqual(lines(hear({ body: gbk, contentType })), ["xml /a = 中"]);
  assert.deepEqual(lines(hear({ body: Buffer.from("\ufeff<a>中</a>", "utf16le"), contentType })), ["xml /a = 中"]);
  assert.deepEqual(lines(hear({ body: Buffer.from("<a>' or 1</a>", "utf16le"), contentType })), ["xml /a = ' or 1"]);
});

interface Element {
  readonly name: string;
  readonly attribute: string;
  readonly text: string;
  readonly elements: readonly Element[];
}

const name = fc.stringMatching(/^[A-Z][a-zA-Z0-9._-]{0,8}$/);
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 }).filter((value) => value.trim() !== "" && !/^\s*[<{[]|^\s*[A-Za-z0-9+/_-]{24}/.test(value));
const { element } = fc.letrec<{ element: Element; elements: Element[] }>((tie) => ({
  element: fc.record({ name, attribute: text, text, elements: tie("elements") }),
  elements: fc.oneof({ depthSize: "small", withCrossShrink: true }, fc.constant<Element[]>([]), fc.array(tie("element"), { maxLength: 4 })),
}));

function escape(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;").replaceAll(">", "&gt;");
}

/** The text before the elements, and the one behind them. */
function halves(text: string): readonly [string, string] {
  const letters = Array.from(text);
  const half = Math.floor(letters.length / 2);
  return [letters.slice(0, half).join(""), letters.slice(half).join("")];
}

function written({ name, attribute, text, elements }: Element): string {
  const [before, behind] = halves(text);
  const attributeText = escape(attribute).replaceAll("'", "&apos;");
  return `<x:${name} n='${attributeText}'>${escape(before)}${elements.map(written).join("\n")}<!----><![CDATA[${behind.replaceAll("]]>", "]]]]><![CDATA[>")}]]></x:${name}>`;
}

function valuesOf({ name, attribute, text, elements }: Element, above: string): string[] {
  const path = `${above}/${name}`;
  const [first, behind] = halves(text);
  // White space of XML before the first word says nothing; behind it, it is text.
  const before = /^[ \t\r\n]*$/.test(first) ? "" : first + "\n".repeat(Math.max(0, elements.length - 1));
  return [`xml ${path}/@n = ${attribute}`, ...elements.flatMap((child) => valuesOf(child, path)), `xml ${path} = ${before}${behind}`];
}

test("XML: each text and attribute of any document is heard once, under its path", () => {
  fc.assert(
    fc.property(element, (root) => {
      const read = hear({ body: written(root), contentType });
      assert.deepEqual(lines(read), valuesOf(root, ""));
      assert.deepEqual([read.complete, read.faults], [true, []]);
    }),
    { numRuns: 200 },
  );
});
