import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText, statedCharset, utf8Bytes } from "../../src/document/charset.ts";

const bytes = (...parts: (string | number[])[]): Uint8Array => Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
const GBK = [0xd6, 0xd0];
const BIG_ENDIAN = [0xfe, 0xff, 0x4e, 0x2d];
const LITTLE_ENDIAN = [0xff, 0xfe, 0x2d, 0x4e];
const MARK = [0xef, 0xbb, 0xbf];

const cases: readonly (readonly [name: string, body: Uint8Array, stated: readonly string[], wanted: string | null])[] = [
  ["UTF-8 that says nothing", bytes("中é"), [], "中é"],
  ["UTF-8 with a mark", bytes(MARK, "中"), [], "中"],
  ["UTF-8 with a mark that says UTF-8", bytes(MARK, "中"), ["UTF-8"], "中"],
  ["UTF-8 with a mark that says GBK", bytes(MARK, "中"), ["gbk"], null],
  ["broken UTF-8 that says UTF-8", bytes(GBK), ["utf-8"], null],
  ["GBK that says nothing", bytes(GBK), [], "中"],
  ["GBK by its three names", bytes(GBK), ["gb2312", "GBK", "GB18030"], "中"],
  ["GB18030 of four bytes", bytes([0x81, 0x30, 0x84, 0x36]), ["gb18030"], "\u00a5"],
  ["bytes that are no GBK", bytes([0xd6]), ["gbk"], null],
  ["bytes that are neither UTF-8 nor GB18030", bytes([0x41, 0xff]), [], null],
  ["UTF-16 with a mark, little end first", bytes(LITTLE_ENDIAN), [], "中"],
  ["UTF-16 with a mark, big end first", bytes(BIG_ENDIAN), ["utf-16"], "中"],
  ["UTF-16 whose mark says the other end", bytes(BIG_ENDIAN), ["utf-16le"], null],
  ["UTF-16 without a mark, where the name says its end", bytes([0x4e, 0x2d]), ["utf-16be"], "中"],
  ["UTF-16 without a mark", bytes([0x4e, 0x2d]), ["utf-16"], null],
  ["half a pair of UTF-16", bytes([0xff, 0xfe, 0x00, 0xd8]), [], null],
  ["UTF-16 that says UTF-8", bytes(LITTLE_ENDIAN), ["utf-8"], null],
  ["two charsets that contradict each other", bytes("é"), ["utf-8", "gbk"], null],
  ["two charsets in which ASCII means the same", bytes("A-1"), ["utf-8", "gbk"], "A-1"],
  ["ASCII that says UTF-16 and UTF-8", bytes("A1"), ["utf-16le", "utf-8"], null],
  ["ASCII", bytes("A"), ["US-ASCII"], "A"],
  ["ASCII that is none", bytes("é"), ["us-ascii"], null],
  ["Latin 1, its control characters kept", bytes([0xfc, 0x80]), ["ISO-8859-1"], "ü\u0080"],
  ["Latin 9", bytes([0xa4]), ["iso-8859-15"], "€"],
  ["Windows for Poland", bytes([0xb9]), ["windows-1250"], "ą"],
  ["a charset in which ASCII bytes mean something else", bytes("A"), ["utf-7"], null],
];

for (const [name, body, stated, wanted] of cases) {
  test(`the text of ${name}`, () => {
    const text = decodeText(body, ...stated);
    assert.deepEqual(typeof text === "string" ? text : text.kind, wanted ?? "malformed");
  });
}

test("a body that is not text leaves nothing behind for the next one", () => {
  assert.equal(typeof decodeText(bytes([0xff, 0xfe, 0x00, 0xd8])), "object");
  assert.equal(decodeText(bytes(LITTLE_ENDIAN)), "中");
});

test("the charset of a content type", () => {
  assert.equal(statedCharset("text/xml; charset=GBK"), "GBK");
  assert.equal(statedCharset('text/xml;Charset="utf-8" ; a=b'), "utf-8");
  assert.equal(statedCharset("text/xml"), undefined);
  assert.equal(statedCharset("text/xml; a=b;"), undefined);
  assert.equal(statedCharset("text/xml; charset=a; charset=b"), null);
  assert.equal(statedCharset("text/xml; charset"), null);
});

test("a content type that can be read in two ways makes the body unreadable", () => {
  const read = utf8Bytes(bytes("{}"), "text/xml; charset=utf-8; charset=gbk");
  assert.equal(read instanceof Uint8Array ? "read" : read.kind, "malformed");
});

test("UTF-8 is handed on without a copy", () => {
  const body = bytes('{"a":"中"}');
  assert.equal(utf8Bytes(body, "application/json"), body);
  assert.equal(utf8Bytes(body, "application/json; charset=UTF-8"), body);
});
