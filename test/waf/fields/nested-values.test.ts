import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import type { FieldFault } from "../../../src/waf/fields/field.ts";
import { hear, lines, names } from "./heard.ts";

const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");
const INVOICE = "<Invoice><Note>' or 1=1</Note></Invoice>";
const NOTE = "' or 1=1";
const mime = (text: string): string => text.replaceAll(/.{76}/g, "$&\r\n");
const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(300, 0xe4)]);

/** What a member `a` of a JSON document holds, and what is heard of it. */
const VALUES: readonly (readonly [string, string, readonly string[], (readonly FieldFault[])?])[] = [
  ["XML", INVOICE, [`xml /a>/Invoice/Note = ${NOTE}`]],
  ["XML with a declaration and white space", `\n <?xml version="1.0"?>${INVOICE}\n`, [`xml /a>/Invoice/Note = ${NOTE}`]],
  ["a JSON object", '{"b":["x"]}', ["json /a>/b/0 = x"]],
  ["a JSON list", '[1,"x"]', ["json /a>/1 = x"]],
  ["XML in CDATA in XML", `<Envelope><arg><![CDATA[${INVOICE}]]></arg></Envelope>`, [`xml /a>/Envelope/arg>/Invoice/Note = ${NOTE}`]],
  ["base64 of XML", base64(INVOICE), [`xml /a>/Invoice/Note = ${NOTE}`]],
  ["base64 of XML in lines", mime(base64(`<Invoice><Note>${"x ".repeat(100)}</Note></Invoice>`)), [`xml /a>/Invoice/Note = ${"x ".repeat(100)}`]],
  ["base64 of base64 of JSON", base64(base64('{"b":"c d e f g h"}')), ["json /a>/b = c d e f g h"]],
  ["base64 of a text", base64("1' union select password from users"), ["json /a = 1' union select password from users"]],
  ["short base64 of what programs understand is heard as both", base64(";ls -l"), ["json /a = ;ls -l", `json /a = ${base64(";ls -l")}`]],
  ["short base64 of a word is a word", base64("bonjour"), [`json /a = ${base64("bonjour")}`]],
  ["base64url without padding", Buffer.from(`${NOTE}???>>>  ${NOTE}`).toString("base64url"), [`json /a = ${NOTE}???>>>  ${NOTE}`]],
  ["base64 of a text of two bytes a letter", base64(Buffer.from("powershell -c whoami", "utf16le")), ["json /a = powershell -c whoami"]],
  ["base64 of XML in gzip", base64(gzipSync(INVOICE)), [`xml /a>/Invoice/Note = ${NOTE}`]],
  ["base64 of a PDF in gzip", base64(gzipSync(PDF)), []],
  ["base64 of broken gzip", base64(gzipSync(INVOICE).subarray(0, 30)), []],
  ["base64 of a PDF", base64(PDF), []],
  ["base64 of an OFD", base64(Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(60, 0xe4)])), []],
  ["base64 of a PDF that something follows", `${base64(PDF)}${NOTE}`, [`json /a = ${base64(PDF)}${NOTE}`]],
  ["short bytes in base64", base64(Buffer.alloc(32, 0x91)), [`json /a = ${base64(Buffer.alloc(32, 0x91))}`]],
  ["long bytes in base64, by their beginning", base64(Buffer.alloc(600, 0x91)), [`json /a = ${base64(Buffer.alloc(48, 0x91))}`]],
  ["a certificate", `-----BEGIN CERTIFICATE-----\n${base64(PDF)}\n-----END CERTIFICATE-----\n`, []],
  ["a certificate that is none", `-----BEGIN CERTIFICATE-----\n${NOTE}\n-----END CERTIFICATE-----`, [`json /a = -----BEGIN CERTIFICATE-----\n${NOTE}\n-----END CERTIFICATE-----`]],
  ["words that are letters of base64", "UNION SELECT password FROM users", ["json /a = UNION SELECT password FROM users"]],
  ["lines of words", "union\nselect\npassword\nfrom\nusers\nwhere\nname", ["json /a = union\nselect\npassword\nfrom\nusers\nwhere\nname"]],
  ["a path of letters of base64", "/usr/local/apache/conf/httpd", ["json /a = /usr/local/apache/conf/httpd"]],
  ["HTML stays a text", "<script>alert(1)</script>", ["json /a = <script>alert(1)</script>"]],
  ["SVG behind a declaration", '<?xml version="1.0"?><svg onload="x()"/>', ["xml /a>/svg/@onload = x()", 'text /a>/svg = <svg onload="x()"/>']],
  ["elements that bring in documents", '<d><esi:include src="//b"/><x:include href="//c"/></d>', ["xml /a>/d/include/@src = //b", 'text /a>/d/include = <esi:include src="//b"/>', "xml /a>/d/include/@href = //c", 'text /a>/d/include = <x:include href="//c"/>']],
  ["what looks like XML and is none is heard as both", "<x y' or 1=1 -->", ["xml /a>/x/@y = y", "xml /a>/x/@or = or", "xml /a>/x/@1 = 1", "xml /a>/x/@-- = --", "json /a = <x y' or 1=1 -->"]],
  ["an XML document that is broken is told", '<?xml version="1.0"?><a>x', ['json /a = <?xml version="1.0"?><a>x']],
  ["broken XML that has its ends is told and heard as both", '<?xml version="1.0"?><a>x<b>', ["xml /a>/a = x", 'json /a = <?xml version="1.0"?><a>x<b>'], ["malformed-xml"]],
  ["what looks like JSON and is none is heard as both", '{"b": {{7*7}} }', ["json /a>/b// = 7*7", 'json /a = {"b": {{7*7}} }']],
  ["a template is no JSON", "{{7*7}}", ["json /a = {{7*7}}"]],
  ["a text in brackets is no JSON", "[select] range (1..2)]", ["json /a = [select] range (1..2)]"]],
  ["a DTD in a value is told", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", ["text /a> = file:///etc/passwd"], ["dtd"]],
  ["a fourth document is a text", JSON.stringify([JSON.stringify([JSON.stringify([JSON.stringify(["x"])])])]), [String.raw`json /a>/0>/0>/0 = ["x"]`], ["too-deep"]],
];

for (const [name, value, expected, faults = []] of VALUES) {
  test(`A value: ${name}`, () => {
    const read = hear({ body: JSON.stringify({ a: value }), contentType: "application/json" });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, faults]);
  });
}

test("Names in documents inside values are heard", () => {
  const read = hear({ query: `q=${encodeURIComponent('{"$gt":""}')}` });
  assert.deepEqual(names(read), ["q", "$gt"]);
  assert.deepEqual(read.heard.map(({ where }) => where), ["query:q", "query:q>/$gt"]);
});

test("Base64 of gzip that grows beyond its bound, alone or together, is told", () => {
  const packed = (count: number, size: number): Buffer => Buffer.from(JSON.stringify(Array.from({ length: count }, () => base64(gzipSync(Buffer.alloc(size, 0x61))))));
  const faults = (body: Buffer): readonly FieldFault[] => hear({ body, contentType: "application/json" }, { maxBytes: 50_000 }).faults;
  assert.deepEqual(faults(packed(1, 60_000)), ["zip-bomb"]);
  assert.deepEqual(hear({ body: packed(9, 40_000).subarray(0), contentType: "application/json" }, { maxBytes: 50_000 }).complete, false);
});
