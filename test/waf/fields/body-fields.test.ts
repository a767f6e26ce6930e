import assert from "node:assert/strict";
import test from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { FieldFault } from "../../../src/waf/fields/field.ts";
import { hear, lines, names } from "./heard.ts";

const FORM = "application/x-www-form-urlencoded";
const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(300, 0xe4)]);

const BODIES: readonly (readonly [string, string | undefined, string | Buffer, readonly string[], (readonly FieldFault[])?])[] = [
  ["JSON without a type", undefined, ' {"a":"x"}', ["json /a = x"]],
  ["JSON that says to be a form", FORM, '{"a":"x"}', ["json /a = x"]],
  ["a form that begins like JSON", FORM, "{&q=%27", ["json / = &q=%27", "form form:q = '"], ["ambiguous-form"]],
  ["XML that says to be JSON", "application/json", "<a>x</a>", ["xml /a = x"]],
  ["what says to be JSON and is none", "application/json", "a=x' or 1", ["json  = a=x' or 1"], ["malformed-json"]],
  ["what says to be XML and is none", "text/xml", "x", ["xml  = x"], ["malformed-xml"]],
  ["a form", FORM, "a=%27x&b=y+z", ["form form:a = 'x", "form form:b = y z"]],
  ["a form in its charset", `${FORM}; charset=GBK`, "a=%D6%D0", ["form form:a = 中"]],
  ["a form without a type", undefined, "a=x%27", ["form form:a = x'"]],
  ["a text", "text/plain", "it's a text", ["text body = it's a text"]],
  ["a text that begins like JSON", "text/plain", "[info] x", ["json /0 = info", "json  = x", "text body = [info] x"], ["ambiguous-form"]],
  ["a document", "application/pdf", PDF, []],
  ["a document without a type", undefined, PDF, []],
  ["a document that says to be a form", FORM, PDF, []],
  ["a form that begins like a document", FORM, "%PDF-1=x&q=%27", ["form form:%PDF-1 = x", "form form:q = '"]],
  ["bytes of nothing known, by their beginning", "application/octet-stream", Buffer.concat([Buffer.from([0xac, 0xed, 0, 5]), Buffer.alloc(500, 1)]), [`text body = \u00ac\u00ed\0\u0005${"\u0001".repeat(252)}`]],
  ["JSON in GB18030", "application/json", Buffer.from([0x5b, 0x22, 0xd6, 0xd0, 0x22, 0x5d]), ["json /0 = 中"]],
  ["JSON in UTF-16 without a mark", "application/json", Buffer.from('["x"]x', "utf16le").subarray(0, 10), ["json /0 = x"]],
  ["bytes that break the charset that is stated", "application/json; charset=utf-8", Buffer.from([0x5b, 0x22, 0xd6, 0x27, 0x22, 0x5d]), ["json /0 = Ö'"], ["bad-encoding"]],
];

for (const [name, contentType, body, expected, faults = []] of BODIES) {
  test(`A body: ${name}`, () => {
    const read = hear({ body, contentType: contentType });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, faults]);
  });
}

const part = (head: string, bytes: string | Buffer): Buffer => Buffer.concat([Buffer.from(`--xx\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), Buffer.from(bytes), Buffer.from("\r\n")]);
const multipart = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from("--xx--\r\n")]);

const FORMS: readonly (readonly [string, Buffer, readonly string[], (readonly FieldFault[])?])[] = [
  ["texts", multipart(part('name="a"', "x' or 1"), part("name=b", "y")), ["form form:a = x' or 1", "form form:b = y"]],
  ["file names, and no documents", multipart(part('name="a"; filename="../x\\"y.pdf"', PDF)), ['file-name file-name:a = ../x"y.pdf']],
  ["both file names", multipart(part("name=a; filename=x.txt; filename*=UTF-8''%2e%2e%2fy", PDF)), ["file-name file-name:a = x.txt", "file-name file-name:a = ../y"]],
  ["files of text", multipart(part('name="a"; filename="x"', "x' or 1")), ["file-name file-name:a = x", "text form:a = x' or 1"]],
  ["XML and JSON", multipart(part('name="a"; filename="x"\r\nContent-Type: application/xml', "<i><n>x</n></i>"), part("name=b", '{"c":"y"}')), ["file-name file-name:a = x", "xml form:a>/i/n = x", "json form:b>/c = y"]],
  ["a text that begins like a document", multipart(part("name=a", "GIF89a' or 1")), ["form form:a = GIF89a' or 1"]],
  ["a boundary within a line is none", multipart(part("name=a", "x--xx y")), ["form form:a = x--xx y"]],
  ["bare line ends", Buffer.from("--xx\nContent-Disposition: form-data; name=a\n\nx y\n--xx--"), ["form form:a = x y"]],
  ["a part without an end", Buffer.from("--xx\r\nContent-Disposition: form-data; name=a\r\n\r\nx y"), ["form form:a = x y"], ["malformed-multipart"]],
  ["a part without an empty line", Buffer.from("--xx\r\nx y\r\n--xx--"), ["form form: = \r\nx y"], ["malformed-multipart"]],
  ["something before the first part", Buffer.concat([Buffer.from("preamble\r\n"), multipart(part("name=a", "x"))]), ["form form:a = x"], ["malformed-multipart"]],
  ["something behind the last part", Buffer.concat([multipart(part("name=a", "x")), Buffer.from("x' or 1")]), ["form form:a = x", "form form: = \r\nx' or 1"]],
  ["base64 by its transfer encoding", multipart(part("name=a\r\nContent-Transfer-Encoding: base64", "eCcgb3IgMQ==")), ["form form:a = x' or 1"]],
  ["quoted-printable by its transfer encoding", multipart(part("name=a\r\nContent-Transfer-Encoding: Quoted-Printable", "x=27 =\r\nor=201")), ["form form:a = x' or 1"]],
  ["no part at all", Buffer.from("x' or 1"), ["form form: = x' or 1"], ["malformed-multipart"]],
];

for (const [name, body, expected, faults = []] of FORMS) {
  test(`A multipart body: ${name}`, () => {
    const read = hear({ body, contentType: 'multipart/form-data; boundary="xx"' });
    assert.deepEqual(lines(read), expected);
    assert.deepEqual([read.complete, read.faults], [true, faults]);
  });
}

test("A multipart body: names are heard, and a boundary that nobody states is found", () => {
  assert.deepEqual(names(hear({ body: multipart(part(`name="a' or 1"`, "x")), contentType: "multipart/form-data" })), ["a' or 1"]);
});

const JSON_BODY = Buffer.from('{"a":"x"}');
const CODINGS: readonly (readonly [string, Buffer])[] = [
  ["gzip", gzipSync(JSON_BODY)],
  ["X-GZIP", gzipSync(JSON_BODY)],
  ["deflate", deflateSync(JSON_BODY)],
  ["deflate", deflateRawSync(JSON_BODY)],
  ["br", brotliCompressSync(JSON_BODY)],
  ["zstd", zstdCompressSync(JSON_BODY)],
  ["deflate, gzip", gzipSync(deflateSync(JSON_BODY))],
  ["identity", JSON_BODY],
];

for (const [coding, body] of CODINGS) {
  test(`A body in the coding '${coding}' is opened`, () => {
    assert.deepEqual(lines(hear({ body, contentType: "application/json", headers: ["Content-Encoding", coding] })).slice(-1), ["json /a = x"]);
  });
}

const CLOSED: readonly (readonly [string, string, Buffer, FieldFault])[] = [
  ["grows beyond its bound", "gzip", gzipSync(Buffer.alloc(200_000, 0x20)), "zip-bomb"],
  ["is packed too often", "gzip,gzip,gzip,gzip", JSON_BODY, "zip-bomb"],
];

for (const [name, coding, body, fault] of CLOSED) {
  test(`A body that ${name} is not read, and told`, () => {
    const read = hear({ body, contentType: "application/json", headers: ["content-encoding", coding] }, { maxBytes: 100_000 });
    assert.deepEqual([read.complete, read.faults, lines(read)], [false, [fault], [`header header:content-encoding = ${coding}`]]);
  });
}

for (const coding of ["gzip", "br", "compress"]) {
  test(`A body that says ${coding} and is not is told, and read as it stands`, () => {
    const read = hear({ body: JSON_BODY, contentType: "application/json", headers: ["content-encoding", coding] });
    assert.deepEqual([read.complete, read.faults, lines(read)], [false, ["bad-encoding"], [`header header:content-encoding = ${coding}`, "json /a = x"]]);
  });
}

test("Broken JSON with a template's braces outside its strings is heard as it stands, too", () => {
  assert.ok(lines(hear({ body: Buffer.from('{"a":${b:c}}'), contentType: "application/json" })).includes('text body = {"a":${b:c}}'));
});
