import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { jsonList } from "../../src/document/json-list.ts";
import { sourceText } from "../../src/document/source-text.ts";
import { xmlList } from "../../src/document/xml-list.ts";
import { parseXmlPath, type XmlPath } from "../../src/document/xml-path.ts";
import { readXml } from "../../src/document/xml-read.ts";

const NAMES = { s: "urn:s", t: "urn:t" };
const path = (text: string): XmlPath => parseXmlPath(text, NAMES) as XmlPath;

describe("a list in a JSON text", () => {
  const CASES: readonly (readonly [what: string, text: string, pointer: string, count: number | null])[] = [
    ["of objects", '{"a":1,"docs":[{"n":"1"}, {"n":"]}"},{"n":"\\"]"}],"b":2}', "/docs", 3],
    ["that is the whole", " [1 , 2]\n", "", 2],
    ["that is empty", '{"docs":[ ]}', "/docs", 0],
    ["that is null", '{"docs":null}', "/docs", 0],
    ["that is missing in its object", '{"other":[1]}', "/docs", 0],
    ["within a list", '{"x":[{"docs":[1]},{"docs":[1,2]}]}', "/x/1/docs", 2],
    ["under an escaped name", '{"d\\u006fcs":[7]}', "/docs", 1],
    ["whose object is missing", '{"other":1}', "/in/docs", null],
    ["that is no list", '{"docs":{}}', "/docs", null],
    ["that stands there twice", '{"docs":[1],"docs":[2]}', "/docs", null],
    ["in what is no JSON", '{"docs":[1}', "/docs", null],
  ];
  for (const [what, text, pointer, count] of CASES) test(`${what} has ${count ?? "no"} items`, () => equal(jsonList(text, pointer)?.count ?? null, count));

  test("is written with some of its items, all else byte by byte as it was", () => {
    const list = jsonList('{ "a":1.10, "docs" : [ {"n": "\\u00e9"} , {"n":2},{"n":3} ] ,"z":0}', "/docs");
    equal(list?.only(new Set([0, 2])), '{ "a":1.10, "docs" : [{"n": "\\u00e9"},{"n":3}] ,"z":0}');
    equal(list?.part(1), '{"n":2}');
  });

  const FILLED: readonly (readonly [text: string, filled: string])[] = [
    ['{"docs":[1],"z":0}', '{"docs":[{"x":1},2],"z":0}'],
    ['{"docs":null}', '{"docs":[{"x":1},2]}'],
    ['{"z":0}', '{"docs":[{"x":1},2],"z":0}'],
    ["{ }", '{"docs":[{"x":1},2] }'],
  ];
  for (const [text, filled] of FILLED) test(`is filled in ${text}`, () => equal(jsonList(text, "/docs")?.filled(['{"x":1}', "2"]), filled));

  test("takes linear time with ten thousand items full of backslashes", () => {
    const item = JSON.stringify({ text: "\\".repeat(300), quotes: '"'.repeat(100) });
    const list = jsonList(`[${Array.from({ length: 10_000 }, () => item).join(",")}]`, "");
    equal(list?.count, 10_000);
    equal(jsonList(list.only(new Set([1, 9_999])), "")?.count, 2);
  });
});

describe("a list in an XML document", () => {
  const SOAP = `<?xml version="1.0"?><e:Envelope xmlns:e="urn:e" xmlns:a="urn:s" xmlns="urn:t"><e:Body><a:Batch><a:Head/><a:Item no="1"><b>x</b></a:Item>
<a:Item no="2"><c:d xmlns:c="urn:s">&amp;</c:d></a:Item><!-- <a:Item/> --></a:Batch></e:Body></e:Envelope>`;
  const ITEMS = path("/*:Envelope/*:Body/s:Batch/s:Item");

  test("is written with some of its items, all else as it was", () => {
    const list = xmlList(SOAP, ITEMS);
    equal(list?.count, 2);
    equal(list.only(new Set([0, 1])), SOAP);
    equal(list.only(new Set([1])), SOAP.replace('<a:Item no="1"><b>x</b></a:Item>', ""));
  });

  test("gives a part with the namespaces of its ancestors, readable by itself", () => {
    const part = xmlList(SOAP, ITEMS)?.part(0) ?? "";
    deepEqual(readXml(part, [path("/s:Item/t:b"), path("/s:Item/@no")]).map((found) => found.kind === "found" && found.text), ["x", "1"]);
  });

  test("is filled with parts of a document with other prefixes and another default", () => {
    const other = '<r:Batch xmlns:r="urn:s"><r:Item no="9"><b>none</b></r:Item></r:Batch>';
    const part = xmlList(other, path("/s:Batch/s:Item"))?.part(0) ?? "";
    const filled = xmlList(SOAP, ITEMS)?.filled([part, xmlList(SOAP, ITEMS)?.part(1) ?? ""]) ?? "";
    const seen = readXml(filled, [path("/*:Envelope/*:Body/s:Batch/s:Item[1]/b"), path("/*:Envelope/*:Body/s:Batch/s:Item[1]/@no"), path("/*:Envelope/*:Body/s:Batch/s:Item[2]/s:d")]);
    deepEqual(seen.map((found) => found.kind === "found" && found.text), ["none", "9", "&"]);
    ok(filled.includes('<a:Item no="2"><c:d'), "what is bound around it already is not stated again");
  });

  for (const [text, filled] of [
    ['<s:B xmlns:s="urn:s"><s:H/></s:B>', '<s:B xmlns:s="urn:s"><s:H/><s:I>1</s:I></s:B>'],
    ['<s:B xmlns:s="urn:s"/>', '<s:B xmlns:s="urn:s"><s:I>1</s:I></s:B>'],
    ["<s:B xmlns:s='urn:s' />", "<s:B xmlns:s='urn:s' ><s:I>1</s:I></s:B>"],
  ] as const) {
    test(`is filled where it was empty: ${text}`, () => {
      const part = xmlList('<s:B xmlns:s="urn:s"><s:I>1</s:I></s:B>', path("/s:B/s:I"))?.part(0) ?? "";
      const list = xmlList(text, path("/s:B/s:I"));
      equal(list?.count, 0);
      equal(list.filled([part]), filled);
    });
  }

  for (const [what, text] of [
    ["two elements that hold it", "<r><b><i/></b><b/></r>"],
    ["no element that holds it", "<r/>"],
    ["a document that is cut off", "<r><b><i/></b>"],
  ] as const) {
    test(`is none with ${what}`, () => equal(xmlList(text, path("/r/b/i")), null));
  }
});

describe("the text of a message that is written again", () => {
  const LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>';
  const CASES: readonly (readonly [what: string, bytes: Buffer, contentType: string | undefined, format: "json" | "xml", text: string, written: Buffer | null])[] = [
    ["UTF-8 with a mark", Buffer.from('\uFEFF{"a":"é"}'), "application/json", "json", '{"b":"票"}', Buffer.from('\uFEFF{"b":"票"}')],
    ["Latin letters", Buffer.from(LATIN, "latin1"), "text/xml", "xml", LATIN.replace("é", "ü"), Buffer.from(LATIN.replace("é", "ü"), "latin1")],
    ["letters that a charset does not have", Buffer.from(LATIN, "latin1"), "text/xml", "xml", LATIN.replace("é", "票"), null],
    ["ASCII that states a narrower charset", Buffer.from("{}"), "application/json; charset=iso-8859-1", "json", '{"a":"é"}', null],
    ["ASCII", Buffer.from("{}"), "application/json", "json", '{"a":"é"}', Buffer.from('{"a":"é"}')],
  ];
  for (const [what, bytes, contentType, format, text, written] of CASES) {
    test(`${what}: ${written === null ? "is refused" : "comes out the same"}`, () => deepEqual(sourceText(bytes, contentType, format)?.encode(text) ?? null, written));
  }

  test("is none in GB18030, which is read and not written", () => {
    equal(sourceText(Buffer.from([0x7b, 0x22, 0xc6, 0xb1, 0x22, 0x3a, 0x31, 0x7d]), "application/json; charset=gbk", "json"), null);
  });
});
