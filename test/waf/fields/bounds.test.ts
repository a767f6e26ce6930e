import assert from "node:assert/strict";
import test from "node:test";
import { ENOUGH } from "../../../src/waf/fields/field.ts";
import { readFields } from "../../../src/waf/fields/read-fields.ts";
import { hear, lines } from "./heard.ts";

const contentType = "application/json";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("Reading ends at the bound of fields, and says so", () => {
  const read = hear({ body: JSON.stringify(["a", "b", "c", "d"]), contentType }, { maxFields: 2 });
  // Whether the third counts is known when it was heard.
  assert.deepEqual(lines(read), ["json /0 = a", "json /1 = b", "json /2 = c"]);
  assert.deepEqual([read.complete, read.faults], [false, ["too-many"]]);
});

test("Reading ends at the bound of characters, and says so", () => {
  const read = hear({ body: JSON.stringify(["x y", "z".repeat(20), "c"]), contentType }, { maxBytes: 10 });
  assert.deepEqual(lines(read), ["json /0 = x y", `json /1 = ${"z".repeat(10)}`]);
  assert.deepEqual([read.complete, read.faults], [false, ["too-large"]]);
});

test("Values that the listener passed over do not count", () => {
  let heard = 0;
  const source = { path: "", query: "", headers: [], contentType, body: Buffer.from(JSON.stringify(Array.from({ length: 50 }, () => "x".repeat(9)))) };
  const read = readFields(source, { maxBytes: 10, maxFields: 10, maxDepth: 9 }, () => {
    heard++;
    return false;
  });
  assert.deepEqual([heard, read.complete, read.faults], [50, true, []]);
});

test("A listener that has heard enough hears no more, and nothing is wrong", () => {
  let heard = 0;
  const source = { path: "", query: "", headers: [], contentType, body: Buffer.from(JSON.stringify(["a", "b", "c"])) };
  const read = readFields(source, { maxBytes: 10, maxFields: 10, maxDepth: 9 }, () => (++heard === 2 ? ENOUGH : true));
  assert.deepEqual([heard, read.complete, read.faults], [2, false, []]);
});

test("Long names are cut where a field is named", () => {
  const [value] = hear({ body: JSON.stringify({ ["n".repeat(500)]: "x" }), contentType }).heard.slice(-1);
  assert.equal(value?.where, `/${"n".repeat(200)}…`);
});

/** What is heard of a hostile input grows with it, and never to more than a few times its length. */
const HOSTILE: readonly (readonly [string, string, (count: number) => string])[] = [
  ["brackets", contentType, (count) => "[".repeat(count)],
  ["empty members", contentType, (count) => `{${'"":"",'.repeat(count)}`],
  ["quotes", contentType, (count) => '"'.repeat(count)],
  ["apostrophes", contentType, (count) => "'\\".repeat(count)],
  ["comments that are never closed", contentType, (count) => "/*".repeat(count)],
  ["bad escapes", contentType, (count) => `[${'"\\q",'.repeat(count)}`],
  ["strings of base64", contentType, (count) => `[${`"${base64("<i><n>x' or 1=1</n></i>")}",`.repeat(count)}1]`],
  ["strings that look like XML", contentType, (count) => `[${'"<x <y>",'.repeat(count)}1]`],
  ["tags that are never closed", "text/xml", (count) => "<a>x".repeat(count)],
  ["tags in tags", "text/xml", (count) => "<a b='".repeat(count)],
  ["attributes", "text/xml", (count) => `<a ${"b='1' ".repeat(count)}/>`],
  ["CDATA that is never closed", "text/xml", (count) => `<a>${"<![CDATA[".repeat(count)}`],
  ["broken references", "text/xml", (count) => `<a>${"&#1".repeat(count)}</a>`],
  ["literals of a DTD", "text/xml", (count) => `<!DOCTYPE a [${"'x' ".repeat(count)}`],
  ["parameters of one name", "application/x-www-form-urlencoded", (count) => "a=1&".repeat(count)],
  ["parameters between semicolons", "application/x-www-form-urlencoded", (count) => `a=1${";b=2".repeat(count)}`],
  ["brackets in a name", "application/x-www-form-urlencoded", (count) => `a${"[b]".repeat(count)}=1`],
  ["parts", "multipart/form-data; boundary=x", (count) => `--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n`.repeat(count)],
];

for (const [name, type, make] of HOSTILE) {
  test(`What is heard of ${name} grows no faster than their number`, () => {
    const work = [500, 2000].map((count) => {
      const body = make(count);
      const { heard } = hear({ body, contentType: type });
      const characters = heard.reduce((sum, { value }) => sum + value.length, 0);
      assert.ok(characters <= 4 * body.length, `${characters} characters of ${body.length}`);
      return characters;
    });
    assert.ok((work[1] as number) <= 4 * (work[0] as number) + 100, work.join(", "));
  });
}

test("Documents inside documents inside documents are heard with what they are worth", () => {
  let text = "x' or 1=1 ".repeat(50);
  for (let level = 0; level < 6; level++) text = level % 2 === 0 ? JSON.stringify([text]) : `<inv>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</inv>`;
  const read = hear({ body: JSON.stringify([text]), contentType });
  assert.deepEqual(read.faults, ["too-deep"]);
  assert.ok(read.heard.reduce((sum, { value }) => sum + value.length, 0) <= text.length);
});
