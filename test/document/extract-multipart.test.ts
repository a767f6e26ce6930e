import assert from "node:assert/strict";
import { test } from "node:test";
import { compileExtractor, extractor } from "../../src/document/extractor.ts";

const schema = extractor();
const TYPE = "multipart/form-data; boundary=bound";

const part = (name: string, value: string, more = ""): string => `--bound\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const END = "--bound--\r\n";

function read(body: string | Uint8Array, contentType = TYPE, options: unknown = { multipart: "no" }): string {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const found = compileExtractor(schema.parse(options)).read({ headers: [], pathVariables: {}, query: "", body: bytes, contentType });
  return found.kind === "found" ? `${found.type} ${found.text}` : found.kind;
}

const cases: readonly (readonly [name: string, body: string, wanted: string])[] = [
  ["a part among others", part("a", "1") + part("no", "A-7") + part("b", "2") + END, "string A-7"],
  ["a part that is a file", `${part("no", "x\r\ny", '; filename="a.xml"\r\nContent-Type: text/xml')}${END}`, "string x\r\ny"],
  ["a part that is empty", part("no", "") + END, "string "],
  ["a name that is not quoted", `--bound\r\ncontent-disposition: FORM-DATA;name=no\r\n\r\n7\r\n${END}`, "string 7"],
  ["a name in UTF-8", `${part("订", "1")}${part("no", "2")}${END}`, "string 2"],
  ["a part that is not there", part("a", "1") + END, "missing"],
  ["a part twice with the same value", part("no", "1") + part("no", "1") + END, "string 1"],
  ["a part with several values", part("no", "1") + part("no", "2") + END, "ambiguous"],
  ["no line end after the last boundary", part("no", "1") + END.trimEnd(), "string 1"],
  ["something before the first boundary", `x\r\n${part("no", "1")}${END}`, "malformed"],
  ["something after the last boundary", `${part("no", "1")}${END}x`, "malformed"],
  ["something behind the last boundary", `${part("no", "1")}--bound--x\r\n`, "malformed"],
  ["a body that is cut off in a part", part("no", "1").slice(0, -2), "malformed"],
  ["a body that is cut off in a head", "--bound\r\nContent-Disposition: form-data", "malformed"],
  ["a body without its last boundary", part("no", "1"), "malformed"],
  ["a broken part after the wanted one", `${part("no", "1")}--bound\r\nx\r\n\r\n\r\n${END}`, "malformed"],
  ["line feeds alone", part("no", "1").replaceAll("\r\n", "\n") + END, "malformed"],
  ["a line feed alone in a head", `--bound\r\nContent-Disposition: form-data; name="no"\nX: y\r\n\r\n1\r\n${END}`, "malformed"],
  ["a line that begins like a boundary", `${part("no", "1\r\n--bounds")}${END}`, "malformed"],
  ["a boundary where the part's bytes begin", `--bound\r\nContent-Disposition: form-data; name="no"\r\n\r\n${END}`, "malformed"],
  ["a folded field", `--bound\r\nContent-Disposition: form-data;\r\n name="no"\r\n\r\n1\r\n${END}`, "malformed"],
  ["a part without a name", `--bound\r\nContent-Disposition: form-data\r\n\r\n1\r\n${END}`, "malformed"],
  ["a part without a disposition", `--bound\r\nX: y\r\n\r\n1\r\n${END}`, "malformed"],
  ["two dispositions", `${part("no", "1", '\r\nContent-Disposition: form-data; name="x"')}${END}`, "malformed"],
  ["two names", `${part("no", "1", '; name="x"')}${END}`, "malformed"],
  ["a second name in the other notation", `${part("no", "1", "; name*=utf-8''x")}${END}`, "malformed"],
  ["a quote behind a backslash", `${part("a", "1", '; filename="x\\"; name="no"')}${END}`, "malformed"],
  ["a quote behind a backslash, before the one name", `--bound\r\nContent-Disposition: form-data; filename="x\\"; name="no"\r\n\r\n1\r\n${END}`, "malformed"],
  ["a backslash in a file's name", `${part("no", "1", '; filename="C:\\x.pdf"')}${END}`, "string 1"],
  ["a backslash in a name", `${part("n\\o", "1")}${END}`, "malformed"],
  ["a transfer encoding that some undo", `${part("no", "MQ==", "\r\nContent-Transfer-Encoding: base64")}${END}`, "malformed"],
  ["a transfer encoding that changes nothing", `${part("no", "1", "\r\nContent-Transfer-Encoding: 8bit")}${END}`, "string 1"],
  ["a thousand parts", part("a", "1").repeat(999) + part("no", "1") + END, "string 1"],
  ["more than a thousand parts", part("a", "1").repeat(1000) + part("no", "1") + END, "too-large"],
  ["a head that is too large", `${part("no", "1", `\r\nX: ${"y".repeat(8192)}`)}${END}`, "too-large"],
];

for (const [name, body, wanted] of cases) test(`multipart with ${name} is ${wanted.split(" ")[0]}`, () => assert.equal(read(body), wanted));

test("a boundary may be quoted, and must be one", () => {
  assert.equal(read(part("no", "1") + END, 'multipart/form-data; boundary="bound"'), "string 1");
  assert.equal(read(part("no", "1") + END, "multipart/form-data"), "malformed");
  assert.equal(read(part("no", "1") + END, `multipart/form-data; boundary=${"b".repeat(71)}`), "malformed");
  assert.equal(read(part("no", "1") + END, "multipart/form-data; boundary=x; boundary=bound"), "missing");
  assert.equal(read(part("no", "1") + END, "multipart/mixed; boundary=bound"), "missing");
});

test("a part is read by its own charset", () => {
  const head = part("no", "", "\r\nContent-Type: text/plain; charset=gbk").slice(0, -2);
  const body = Buffer.concat([Buffer.from(head), Buffer.from([0xb6, 0xa9]), Buffer.from(`\r\n${END}`)]);
  assert.equal(read(body), "string 订");
});

test("a value is read from within a part", () => {
  // oxlint-disable-next-line unicorn/no-thenable -- a key of the configuration; it never holds a function
  assert.equal(read(part("no", '{"a":1.0}') + END, TYPE, { multipart: "no", then: { json: "/a" } }), "number 1.0");
});
