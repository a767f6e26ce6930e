import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import fc from "fast-check";
import { parseXmlPath } from "../../src/document/xml-path.ts";
import { readXml, xmlText } from "../../src/document/xml-read.ts";
import type { Reading } from "../../src/document/reading.ts";

type Namespaces = Readonly<Record<string, string>>;

function read(text: string, path: string, namespaces?: Namespaces): Reading {
  const parsed = parseXmlPath(text === "" ? "/a" : path, namespaces);
  assert.ok(parsed !== null, `no path: ${path}`);
  return readXml(text, [parsed])[0] as Reading;
}

/** The value, in brackets where it is a written form; `malformed: …` with its reason. */
function told(reading: Reading): string {
  if (reading.kind === "found") return reading.type === "element" ? `[${reading.text}]` : reading.text;
  return reading.kind === "missing" || reading.kind === "ambiguous" ? reading.kind : `${reading.kind}: ${reading.detail}`;
}

const SOAP = '<s:Envelope xmlns:s="urn:soap"><s:Body><RegFactu xmlns="urn:r"><Id>A-1</Id></RegFactu></s:Body></s:Envelope>';
const NS = { soap: "urn:soap", r: "urn:r" };

const found: readonly (readonly [name: string, text: string, path: string, wanted: string, namespaces?: Namespaces])[] = [
  ["prefixes of the path, not of the document", SOAP, "/soap:Envelope/soap:Body/r:RegFactu/r:Id", "A-1", NS],
  ["any namespace", SOAP, "/*:Envelope/*:Body/*:RegFactu/*:Id", "A-1"],
  ["a name without a prefix, which is in no namespace", SOAP, "/soap:Envelope/soap:Body/RegFactu/Id", "missing", NS],
  ["a name without a prefix, where the path has a default", '<a xmlns="u"><b>1</b></a>', "/a/b", "1", { "": "u" }],
  ["a default namespace that is taken back", '<a xmlns="u"><b xmlns="">1</b><b>2</b></a>', "/p:a/b", "1", { p: "u" }],
  ["a prefix that is bound anew", '<p:a xmlns:p="u"><p:b xmlns:p="v">1</p:b><p:b>2</p:b></p:a>', "/u:a/v:b", "1", { u: "u", v: "v" }],
  ["a prefix that is bound as before after that", '<p:a xmlns:p="u"><p:b xmlns:p="v">1</p:b><p:b>2</p:b></p:a>', "/u:a/u:b", "2", { u: "u", v: "v" }],
  ["a prefix that is bound after its use in the tag", '<p:a p:x="1" xmlns:p="u"/>', "/u:a/@u:x", "1", { u: "u" }],
  ["an attribute", '<a x="1 &amp; 2&#10;"/>', "/a/@x", "1 & 2\n"],
  ["an attribute without a prefix, which is in no namespace", '<a xmlns="u" xmlns:p="u" x="1" p:x="2"/>', "/a/@x", "1", { "": "u" }],
  ["an attribute by its namespace", '<a xmlns="u" xmlns:p="u" x="1" p:x="2"/>', "/a/@x:x", "2", { "": "u", x: "u" }],
  ["attributes of any namespace", '<a xmlns:p="u" x="1" p:x="2"/>', "/a/@*:x", "ambiguous"],
  ["an attribute that is not there", "<a/>", "/a/@x", "missing"],
  ["a declaration, which is no attribute", '<a xmlns:x="u"/>', "/a/@x", "missing"],
  ["white space in an attribute", "<a x='1\r\n2\t3'/>", "/a/@x", "1 2 3"],
  ["text with references", "<a>&lt;&#x4E2D;&#20013;&apos;&quot;&gt;</a>", "/a", "<中中'\">"],
  ["CDATA joined with text", "<a>1<![CDATA[<2>&amp;]]>3</a>", "/a", "1<2>&amp;3"],
  ["text around comments and instructions", "<a>1<!-- 9 -->2<?x 9?>3</a>", "/a", "123"],
  ["line ends as XML hands them on", "<a>1\r\n2\r3&#13;</a>", "/a", "1\n2\n3\r"],
  ["line ends in CDATA", "<a><![CDATA[1\r\n2]]></a>", "/a", "1\n2"],
  ["white space, which counts", "<a> 1 </a>", "/a", " 1 "],
  ["an empty element", "<a/>", "/a", ""],
  ["several elements", "<a><b>1</b><b>1</b></a>", "/a/b", "ambiguous"],
  ["one of several by its index", "<a><b>1</b><c/><b>2</b></a>", "/a/b[2]", "2"],
  ["an index beyond them", "<a><b>1</b></a>", "/a/b[2]", "missing"],
  ["an index that counts anew in each parent", "<a><b><c>1</c></b><b><c>2</c><c>3</c></b></a>", "/a/b[2]/c[2]", "3"],
  ["an index that counts anew where any parent will do", "<a><b><c>1</c></b><b><c>2</c><c>3</c></b></a>", "/a/b/c[2]", "3"],
  ["several parents", "<a><b><c>1</c></b><b/></a>", "/a/b/c", "1"],
  ["the same name deeper", "<a><x><b>1</b></x></a>", "/a/b", "missing"],
  ["the same name within itself", "<a><a><a>1</a></a></a>", "/a/a/a", "1"],
  ["another root", "<b><a>1</a></b>", "/a", "missing"],
  ["elements as a form without their prefixes", '<a><p:b xmlns:p="u" z="1" p:y="&lt;">\n <c>1</c>\n <c> </c></p:b></a>', "/a/*:b", '[<{u}b {u}y="&lt;" {}z="1"><{}c>1</><{}c> </></>]'],
  ["the same form from other prefixes and white space", '<a xmlns:q="u"><q:b q:y="&#60;" z="1"><c>1</c><c> </c>\r\n</q:b></a>', "/a/*:b", '[<{u}b {u}y="&lt;" {}z="1"><{}c>1</><{}c> </></>]'],
  ["text between elements, which counts in the form", "<a>x &amp; <b/>y</a>", "/a", "[<{}a>x &amp; <{}b></>y</>]"],
  ["a declaration before the root", '<?xml version="1.0" encoding=\'UTF-8\' standalone="yes" ?>\n<!-- x -->\n<a>1</a>\n<?x?>\n', "/a", "1"],
  ["names beyond ASCII", "<发票><编号>1</编号></发票>", "/发票/编号", "1"],
];

for (const [name, text, path, wanted, namespaces] of found) test(`XML: ${name}`, () => assert.equal(told(read(text, path, namespaces)), wanted));

const BILLION = `<!DOCTYPE a [<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};">`).join("")}]><a>&a30;</a>`;
const attributes = (count: number): string => `<a ${Array.from({ length: count }, (_, i) => `x${i}=""`).join(" ")}/>`;

const refused: readonly (readonly [name: string, text: string, reason: string])[] = [
  ["a DTD that fetches", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "with a DTD, which is refused"],
  ["a DTD that grows", BILLION, "with a DTD, which is refused"],
  ["a DTD that is harmless", "<!DOCTYPE a><a/>", "with a DTD, which is refused"],
  ["an entity that nobody defined", "<a>&nbsp;</a>", "with a reference to an entity that is not predefined"],
  ["an entity in an attribute beside the way", '<a><b x="&nbsp;"/></a>', "with a reference to an entity that is not predefined"],
  ["a reference without an end", `<a>&${"x".repeat(100)}</a>`, "with a reference to an entity that is not predefined"],
  ["a number for no character", "<a>&#0;</a>", "with a reference to an entity that is not predefined"],
  ["a number for half a character", "<a>&#xD800;</a>", "with a reference to an entity that is not predefined"],
  ["a number beyond all characters", "<a>&#x110000;</a>", "with a reference to an entity that is not predefined"],
  ["a control character", "<a>\u0001</a>", "with characters that it must not hold"],
  ["half a character", "<a>\ud800</a>", "with characters that it must not hold"],
  ["tags that do not match", "<a><b></a></b>", "whose tags do not match"],
  ["a prefix that does not match", '<p:a xmlns:p="u" xmlns:q="u"></q:a>', "whose tags do not match"],
  ["an end tag of a longer name", "<a></ab>", "whose tags do not match"],
  ["an end tag alone", "</a>", "whose tags do not match"],
  ["a second root", "<a/><b/>", "with a second root"],
  ["text after the root", "<a/>x", "with text outside its root"],
  ["CDATA after the root", "<a/><![CDATA[]]>", "with text outside its root"],
  ["no root", " ", "that is cut off"],
  ["a root that is not closed", "<a><b/>", "that is cut off"],
  ["a comment that is not closed", "<a><!-- ", "that is cut off"],
  ["CDATA that is not closed", "<a><![CDATA[x]]", "that is cut off"],
  ["a tag that is cut off", "<a", "with a broken tag"],
  ["two dashes in a comment", "<a><!-- -- --></a>", "with '--' in a comment"],
  ["the end of CDATA in text", "<a>]]></a>", "with ']]>' in its text"],
  ["the same attribute twice", '<a x="1" x="1"/>', "with the same attribute twice in a tag"],
  ["the same attribute twice by two prefixes", '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="1"/>', "with the same attribute twice in a tag"],
  ["the same declaration twice", '<a xmlns:p="u" xmlns:p="u"/>', "with a namespace that is declared wrongly"],
  ["a prefix that is not bound", "<p:a/>", "with a name whose prefix is not bound"],
  ["a prefix of an attribute that is not bound", '<a p:x="1"/>', "with a name whose prefix is not bound"],
  ["a prefix after its element has ended", '<a><b xmlns:p="u"/><p:b/></a>', "with a name whose prefix is not bound"],
  ["a prefix that is taken back", '<a xmlns:p=""/>', "with a namespace that is declared wrongly"],
  ["a prefix of two parts", '<a xmlns:p:q="u"/>', "with a namespace that is declared wrongly"],
  ["the prefix xml for something else", '<a xmlns:xml="u"/>', "with a namespace that is declared wrongly"],
  ["the prefix xmlns declared", '<a xmlns:xmlns="u"/>', "with a namespace that is declared wrongly"],
  ["a prefix for the namespace of declarations", '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', "with a namespace that is declared wrongly"],
  ["a colon in an instruction's name", "<a><?p:x?></a>", "with a declaration that is out of place or broken"],
  ["two colons in a name", '<a:b:c xmlns:a="u"/>', "with a name whose prefix is not bound"],
  ["an attribute without quotes", "<a x=1/>", "with a broken tag"],
  ["attributes without space between", '<a x="1"y="2"/>', "with a broken tag"],
  ["a tag within an attribute", '<a x="<"/>', "with '<' in an attribute"],
  ["a declaration in another place", '<a/><?xml version="1.0"?>', "with a declaration that is out of place or broken"],
  ["a declaration without a version", '<?xml encoding="utf-8"?><a/>', "with a declaration that is out of place or broken"],
  ["a name that begins with a digit", "<1/>", "with broken markup"],
];

for (const [name, text, reason] of refused) test(`XML is refused with ${name}`, () => assert.equal(told(read(text, "/zz")), `malformed: XML ${reason}`));

test("XML is bounded in depth, attributes and names", () => {
  const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
  assert.equal(read(nested(128), "/zz").kind, "missing");
  assert.equal(read(nested(129), "/zz").kind, "too-deep");
  assert.equal(read(attributes(256), "/zz").kind, "missing");
  assert.equal(read(attributes(257), "/zz").kind, "too-large");
  assert.equal(read(`<${"a".repeat(1024)}/>`, "/zz").kind, "missing");
  assert.equal(read(`<${"a".repeat(1025)}/>`, "/zz").kind, "too-large");
});

test("several paths are read in one pass, and a broken document gives nothing for any", () => {
  const paths = ["/a/b", "/a/@x", "/a/c"].map((path) => parseXmlPath(path)).filter((path) => path !== null);
  assert.deepEqual(readXml('<a x="1"><b>2</b></a>', paths).map(told), ["2", "1", "missing"]);
  assert.deepEqual(readXml('<a x="1"><b>2</b>', paths).map(({ kind }) => kind), ["malformed", "malformed", "malformed"]);
});

const MARK = "\uFEFF";
const texts: readonly (readonly [name: string, bytes: Uint8Array, contentType: string | undefined, wanted: string])[] = [
  ["UTF-16 with a mark", Buffer.from(`${MARK}<?xml version="1.0" encoding="UTF-16"?><a>中</a>`, "utf16le"), "text/xml", "中"],
  ["UTF-16 that declares nothing", Buffer.from(`${MARK}<a>中</a>`, "utf16le").swap16(), undefined, "中"],
  ["UTF-16 that declares UTF-8", Buffer.from(`${MARK}<?xml version="1.0" encoding="UTF-8"?><a>中</a>`, "utf16le"), "text/xml", "malformed"],
  ["UTF-8 that declares UTF-16", Buffer.from('<?xml version="1.0" encoding="utf-16"?><a>1</a>'), undefined, "malformed"],
  ["UTF-8 with a mark and a declaration", Buffer.from(`${MARK}<?xml version="1.0" encoding="utf-8"?><a>中</a>`), "text/xml; charset=UTF-8", "中"],
  ["GBK by its declaration", Buffer.from([...Buffer.from('<?xml version="1.0" encoding="GB2312"?><a>'), 0xd6, 0xd0, ...Buffer.from("</a>")]), "text/xml", "中"],
  ["GBK by its content type", Buffer.from([...Buffer.from("<a>"), 0xd6, 0xd0, ...Buffer.from("</a>")]), "text/xml; charset=gbk", "中"],
  ["GBK that declares UTF-8", Buffer.from([...Buffer.from('<?xml version="1.0" encoding="utf-8"?><a>'), 0xd6, 0xd0, ...Buffer.from("</a>")]), "text/xml", "malformed"],
];

for (const [name, bytes, contentType, wanted] of texts) {
  test(`XML in ${name}: ${wanted}`, () => {
    const text = xmlText(bytes, contentType);
    assert.equal(typeof text === "string" ? told(read(text, "/a")) : text.kind, wanted);
  });
}

const paths: readonly (readonly [path: string, namespaces: Namespaces | undefined, isPath: boolean])[] = [
  ["/a", undefined, true],
  ["/a/@b", undefined, true],
  ["/*:a[12]/@*:b", undefined, true],
  ["/p:a", { p: "u" }, true],
  ["/p:a", { q: "u" }, false],
  ["/p:a", undefined, false],
  ["/constructor:a", {}, false],
  ["", undefined, false],
  ["/", undefined, false],
  ["a", undefined, false],
  ["/@a", undefined, false],
  ["/@a/b", undefined, false],
  ["/a/@b[1]", undefined, false],
  ["/a//b", undefined, false],
  ["/a[0]", undefined, false],
  ["/a[x]", undefined, false],
  ["/:a", { "": "u" }, false],
  ["/1a", undefined, false],
  ["/*", undefined, false],
];

for (const [path, namespaces, isPath] of paths) {
  test(`${JSON.stringify(path)} ${isPath ? "is" : "is no"} path with ${JSON.stringify(namespaces)}`, () => assert.equal(parseXmlPath(path, namespaces) !== null, isPath));
}

const MB = 1024 * 1024;
const repeated = (piece: string): string => piece.repeat(Math.floor((5 * MB) / piece.length));
const tagOf = (attribute: (i: number) => string): string => `<a ${Array.from({ length: 250 }, (_, i) => attribute(i)).join(" ")}/>`;

const hostile: readonly (readonly [name: string, text: string])[] = [
  ["open tags", repeated("<a>")],
  ["open comments", `<a>${repeated("<!--")}`],
  ["comments", `<a>${repeated("<!---->x")}</a>`],
  ["open instructions", repeated("<?a ")],
  ["references", `<a>${repeated("&amp;")}</a>`],
  ["ampersands", `<a>${repeated("&")}`],
  ["CDATA that is not closed", `<a><![CDATA[${repeated("]]")}`],
  ["an attribute that is not closed", `<a x="${repeated("x")}`],
  ["white space in a tag", `<a${repeated(" ")}`],
  ["line ends", `<a>${repeated("\r\n")}</a>`],
  ["a long name", `<${repeated("中")}`],
  ["empty elements", `<a>${repeated("<b/>")}</a>`],
  ["attributes", `<a>${repeated(tagOf((i) => `x${i}=""`))}</a>`],
  ["declarations", `<a>${repeated(tagOf((i) => `xmlns:x${i}="u"`))}</a>`],
];

for (const [name, text] of hostile) {
  // Anything that goes up with the square of 5 MB takes hours; the bound leaves room for a slow machine.
  test(`5 MB of ${name} are read in linear time`, () => {
    const started = performance.now();
    read(text, "/a/c");
    assert.ok(performance.now() - started < 5000);
  });
}

test("what is written with any prefixes and any references is read back", () => {
  const character = fc.constantFrom("a", "<", "&", ">", '"', "'", "中", " ", "]", "😀");
  const text = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(""));
  const written = (value: string, way: number): string =>
    way === 1 && !value.includes("]]>") ? `<![CDATA[${value}]]>` : Array.from(value, (one) => (way === 0 || "<&>".includes(one) ? `&#${one.codePointAt(0)};` : one)).join("");
  fc.assert(
    fc.property(text, text, fc.nat(2), fc.constantFrom("p", "q"), fc.nat(3), (value, attribute, way, prefix, before) => {
      const tag = `${prefix}:b`;
      const one = `<${tag} ${prefix}:x="${written(attribute, 0)}">${written(value, way)}</${tag}>`;
      const document = `<a xmlns:${prefix}="u">${`<${tag}/>`.repeat(before)}${one}<b>no</b></a>`;
      assert.equal(told(read(document, `/a/n:b[${before + 1}]`, { n: "u" })), value);
      assert.equal(told(read(document, `/a/n:b[${before + 1}]/@n:x`, { n: "u" })), attribute);
    }),
    { numRuns: 500, seed: 5 },
  );
});
