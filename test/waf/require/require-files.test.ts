import assert from "node:assert/strict";
import { test } from "node:test";
import { requireOptions } from "../../../src/waf/require/options.ts";
import { compileRequirements } from "../../../src/waf/require/requirements.ts";

const PDF = "%PDF-1.7 …";
const PNG = "\x89PNG\r\n\x1a\n…";

/** A zip archive with empty entries of these names, its directory as the format has it. */
function zip(...names: readonly string[]): string {
  const locals = names.map((name) => Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), Buffer.alloc(22), u16(name.length), u16(0), Buffer.from(name)]));
  const directory = names.map((name, at) => Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), Buffer.alloc(24), u16(name.length), Buffer.alloc(12), u32(locals.slice(0, at).reduce((sum, one) => sum + one.length, 0)), Buffer.from(name)]));
  const [local, entries] = [Buffer.concat(locals), Buffer.concat(directory)];
  const end = Buffer.concat([Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(4), u16(names.length), u16(names.length), u32(entries.length), u32(local.length), u16(0)]);
  return Buffer.concat([local, entries, end]).toString("latin1");
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A part: its disposition after the name, its content type, its bytes. */
type Part = readonly [string, string | null, string];

function told(body: unknown, parts: readonly Part[], end = "--xx--\r\n"): string | null {
  const text = parts.map(([more, type, bytes]) => `--xx\r\nContent-Disposition: form-data; name="f"${more}\r\n${type === null ? "" : `Content-Type: ${type}\r\n`}\r\n${bytes}\r\n`).join("");
  const check = compileRequirements(requireOptions.parse({ body }), () => () => null);
  const found = check?.({ method: "POST", query: "", headers: [], body: Buffer.from(text + end, "latin1"), contentType: "multipart/form-data; boundary=xx" });
  return found === null || found === undefined ? null : `${found.reason} ${found.where}: ${found.rule}`;
}

const NONE = "files: none of pdf, ofd, xml by its first bytes";
const CASES: readonly (readonly [string, readonly Part[], string | null])[] = [
  ["a PDF under its name and type", [['; filename="a.PDF"', "application/pdf", PDF]], null],
  ["a PDF without a type of its own", [['; filename="a.pdf"', "application/octet-stream", PDF]], null],
  ["an OFD", [['; filename="a.ofd"', "application/ofd", zip("OFD.xml", "Doc_0/Document.xml")]], null],
  ["an archive that is no OFD", [['; filename="a.ofd"', "application/ofd", zip("a.exe", "Doc_0/OFD.xml")]], `file file 1: ${NONE}`],
  ["an archive whose directory is broken", [['; filename="a.ofd"', "application/ofd", zip("OFD.xml").slice(0, -1)]], `file file 1: ${NONE}`],
  ["XML", [['; filename="a.xml"', "text/xml", "<a/>"]], null],
  ["a program under the name of a PDF", [['; filename="a.pdf"', "application/pdf", "MZ"]], `file file 1: ${NONE}`],
  ["a type that is known and not allowed", [['; filename="a.png"', "image/png", PNG]], `file file 1: ${NONE}`],
  ["a PDF under another name", [['; filename="a.pdf.exe"', "application/pdf", PDF]], "file file 1: files: pdf under a name that ends otherwise"],
  ["a second name that ends otherwise", [["; filename=\"a.pdf\"; filename*=UTF-8''a.exe", "application/pdf", PDF]], "file file 1: files: pdf under a name that ends otherwise"],
  ["a PDF under another type", [['; filename="a.pdf"', "text/html", PDF]], "file file 1: files: pdf under another content type"],
  ["a value is no file", [["", null, "A-1"], ['; filename="a.pdf"', "application/pdf", PDF]], null],
  ["XML in a value is no file", [["", null, "<a/>"]], null],
  ["a document without a name is one", [["", null, PNG]], `file file 1: ${NONE}`],
  ["the second file is wrong", [['; filename="a.pdf"', null, PDF], ['; filename="b.pdf"', null, "x"]], `file file 2: ${NONE}`],
];

for (const [says, parts, wanted] of CASES) test(`files in a form: ${says}`, () => assert.equal(told({ files: ["pdf", "ofd", "xml"] }, parts), wanted));

test("files are counted, with or without a list of their types", () => {
  const two: Part[] = [['; filename="a.pdf"', null, PDF], ['; filename="b.bin"', null, "x"]];
  assert.equal(told({ maxFiles: 2 }, two), null);
  assert.equal(told({ maxFiles: 1 }, two), "file file 2: maxFiles");
});

test("a form whose framing is broken has no files that could be judged", () => {
  assert.match(told({ files: ["pdf"] }, [['; filename="a.pdf"', null, PDF]], "") ?? "", /^file body: multipart/);
});

test("a directory that names entries beyond the archive is none", () => {
  const bytes = Buffer.from(zip("OFD.xml"), "latin1");
  bytes.writeUInt16LE(500, bytes.length - 12);
  assert.equal(told({ files: ["pdf", "ofd", "xml"] }, [['; filename="a.ofd"', null, bytes.toString("latin1")]]), `file file 1: ${NONE}`);
});
