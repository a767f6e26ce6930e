import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileEach, eachPart, type EachPartOptions } from "../../src/document/each-part.ts";
import { compileExtractor, extractor } from "../../src/document/extractor.ts";

const N = { e: "urn:e", o: "urn:o" };

function parts(options: EachPartOptions, body: string, contentType = options.json === undefined ? "application/xml" : "application/json"): readonly string[] | string {
  const read = compileEach(options)({ bytes: Buffer.from(body), contentType });
  return "kind" in read ? read.kind : read.map(({ bytes }) => Buffer.from(bytes).toString());
}

const cases: readonly { readonly what: string; readonly options: EachPartOptions; readonly body: string; readonly wanted: readonly string[] | string }[] = [
  { what: "objects", options: { json: "/a" }, body: '{"a":[ {"b":1} ,{"b":[2,3]}]}', wanted: ['{"b":1}', '{"b":[2,3]}'] },
  { what: "values with brackets and quotes in texts", options: { json: "/a" }, body: String.raw`{"a":["],[","\"]","\\",null,1.10]}`, wanted: ['"],["', String.raw`"\"]"`, String.raw`"\\"`, "null", "1.10"] },
  { what: "the whole body", options: { json: "" }, body: "[1,2]", wanted: ["1", "2"] },
  { what: "an empty list", options: { json: "/a" }, body: '{"a":[ ]}', wanted: [] },
  { what: "null for a list", options: { json: "/a" }, body: '{"a":null}', wanted: [] },
  { what: "no list", options: { json: "/a" }, body: '{"b":[]}', wanted: "missing" },
  { what: "an object for a list", options: { json: "/a" }, body: '{"a":{"0":1}}', wanted: "malformed" },
  { what: "a list that stands there twice", options: { json: "/a" }, body: '{"a":[1],"a":[2]}', wanted: "ambiguous" },
  { what: "JSON that is cut off", options: { json: "/a" }, body: '{"a":[1,2]', wanted: "malformed" },
  { what: "a page for JSON", options: { json: "/a" }, body: "<html>", wanted: "malformed" },
  { what: "elements", options: { xml: "/e:r/e:x", namespaces: N }, body: '<r xmlns="urn:e"><x>1</x><y/><x>2</x></r>', wanted: ['<x xmlns="urn:e">1</x>', '<x xmlns="urn:e">2</x>'] },
  { what: "elements within each other", options: { xml: "/r/x" }, body: "<r><x><x>1</x></x></r>", wanted: ["<x><x>1</x></x>"] },
  { what: "elements below several others", options: { xml: "/r/x/y" }, body: "<r><x><y>1</y></x><x><y>2</y></x></r>", wanted: ["<y>1</y>", "<y>2</y>"] },
  { what: "elements below one of several", options: { xml: "/r/x[2]/y" }, body: "<r><x><y>1</y></x><x><y>2</y></x></r>", wanted: ["<y>2</y>"] },
  { what: "the root", options: { xml: "/r" }, body: "<r>1</r>", wanted: ["<r>1</r>"] },
  { what: "mixed namespaces", options: { xml: "/r/*:x", namespaces: N }, body: '<r xmlns:p="urn:e"><p:x q="1" p:q="2"><y p:z="a&#10;b"/></p:x></r>', wanted: ['<x xmlns="urn:e" q="1" xmlns:a1="urn:e" a1:q="2"><y xmlns="" xmlns:a0="urn:e" a0:z="a&#10;b"></y></x>'] },
  { what: "text that has to be escaped", options: { xml: "/r/x" }, body: "<r><x a='&quot;&lt;'><![CDATA[<&]]>\n</x></r>", wanted: ['<x a="&#34;&#60;">&#60;&#38;&#10;</x>'] },
  { what: "no such element", options: { xml: "/r/x" }, body: "<r><y/></r>", wanted: [] },
  { what: "XML that is cut off", options: { xml: "/r/x" }, body: "<r><x>1</x>", wanted: "malformed" },
];
for (const { what, options, body, wanted } of cases) test(`the parts of ${what}`, () => assert.deepEqual(parts(options, body), wanted));

test("a part of XML says the same as it does in the whole document", () => {
  const names = fc.constantFrom("x", "p:x", "q:y");
  const attribute = fc.constantFrom("", ' a="1"', ' p:a="&amp;"', ' xml:lang="pl"', " a='\"&#9;'");
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, fc.constantFrom("text", "&lt;&#13;", "<![CDATA[<b>]]>", " "), fc.tuple(names, attribute, fc.array(tie("node"), { maxLength: 3 })).map(([name, own, inner]) => `<${name}${own}>${inner.join("")}</${name}>`)),
  }));
  fc.assert(
    fc.property(node, fc.constantFrom("", ' xmlns="urn:d"'), (inner, around) => {
      const body = `<r xmlns:p="urn:p" xmlns:q="urn:q"${around}><item>${inner}</item></r>`;
      const [part] = parts({ xml: "/*:r/*:item" }, body) as readonly string[];
      const read = (xml: string, text: string): unknown => compileExtractor(extractor().parse({ xml })).read({ headers: [], pathVariables: {}, query: "", body: Buffer.from(text), contentType: "application/xml" });
      assert.deepEqual(read("/*:item", part ?? ""), read("/*:r/*:item", body));
    }),
  );
});

test("the parts of a list of JSON are its elements, whatever they are", () => {
  fc.assert(fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2, "\t"), (list, space) => {
    const written = parts({ json: "/l" }, JSON.stringify({ l: list }, null, space)) as readonly string[];
    assert.deepEqual(written.map((part) => JSON.parse(part) as unknown), JSON.parse(JSON.stringify(list)));
  }));
});

const refused: readonly (readonly [options: unknown, want: string])[] = [
  [{}, "exactly one of json, xml"],
  [{ json: "/a", xml: "/a" }, "exactly one of json, xml"],
  [{ json: "a" }, "a JSON pointer to a list such as /invoices; an empty one is the whole body"],
  [{ xml: "/a/@b" }, "a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'"],
  [{ xml: "/p:a" }, "a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'"],
  [{ json: "/a", namespaces: N }, "'xml' beside 'namespaces'"],
];
for (const [options, want] of refused) test(`${JSON.stringify(options)} names no parts`, () => assert.deepEqual(eachPart().safeParse(options).error?.issues.map(({ message }) => message), [want]));
