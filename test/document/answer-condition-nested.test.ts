/* oxlint-disable unicorn/no-thenable -- a key of the configuration; it never holds a function */
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { keysOf } from "../../src/base/secret-keys.ts";
import { answerCondition, compileCondition, type AnswerConditionOptions } from "../../src/document/answer-condition.ts";

const KEY = "0123456789abcdeffedcba9876543210";
const KEYS = keysOf({ sm4: KEY });

function seal(text: string): string {
  const cipher = createCipheriv("sm4-ecb", Buffer.from(KEY, "hex"), null);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString("base64");
}

const WITHIN = { json: "/body", then: { json: "/code" } } as const;
const OPENED = { json: "/data", decode: ["base64", { "sm4-ecb": "sm4" }], then: { json: "/code" } } satisfies AnswerConditionOptions;
const nested = (inner: string): string => JSON.stringify({ body: inner });
const sealed = (inner: string): string => JSON.stringify({ data: seal(inner) });

const table: readonly (readonly [what: string, options: AnswerConditionOptions, body: string | null, want: boolean])[] = [
  ["JSON in a text of JSON", { ...WITHIN, equals: "00" }, nested('{"code":"00"}'), true],
  ["another value there", { ...WITHIN, equals: "00" }, nested('{"code":"01"}'), false],
  ["a number where a text is wanted", { ...WITHIN, equals: "0" }, nested('{"code":0}'), false],
  ["a number in another spelling", { ...WITHIN, in: [1, 2] }, nested('{"code":1.0}'), true],
  ["an object that stands there", { json: "/body", then: { json: "/error" }, exists: true }, nested('{"error":{"code":"1"}}'), true],
  ["nothing where nothing is wanted", { ...WITHIN, exists: false }, nested("{}"), true],
  ["a text that is no JSON is neither there …", { ...WITHIN, exists: true }, nested("<html>"), false],
  ["… nor missing", { ...WITHIN, exists: false }, nested("<html>"), false],
  ["an object where a text is read further", { ...WITHIN, equals: "00" }, '{"body":{"code":"00"}}', false],
  ["a value that is encrypted", { ...OPENED, equals: "00" }, sealed('{"code":"00"}'), true],
  ["a value that is encrypted, and another one", { ...OPENED, equals: "00" }, sealed('{"code":"99"}'), false],
  ["what cannot be decrypted", { ...OPENED, exists: false }, '{"data":"AAAAAAAAAAAAAAAAAAAAAA=="}', false],
  ["a whole value that is decoded", { json: "/d", decode: ["base64"], equals: "yes" }, '{"d":"eWVz"}', true],
  ["no body", { ...WITHIN, exists: false }, null, false],
];
for (const [what, options, body, want] of table) {
  test(`${what}: ${want ? "holds" : "does not hold"}`, () => {
    assert.deepEqual(answerCondition().parse(options), options);
    const { matches } = compileCondition(options, KEYS);
    assert.equal(matches({ status: 200, contentType: "application/json", body: body === null ? null : Buffer.from(body) }), want);
  });
}

test("without the key nothing is known of what is encrypted", () => {
  const holds = ({ equals, exists }: { readonly equals?: string; readonly exists?: boolean }): boolean => compileCondition({ ...OPENED, equals, exists }).matches({ status: 200, contentType: undefined, body: Buffer.from(sealed('{"code":"00"}')) });
  assert.deepEqual([holds({ equals: "00" }), holds({ exists: true }), holds({ exists: false })], [false, false, false]);
});

const refused: readonly (readonly [options: unknown, want: string])[] = [
  [{ status: 200, then: { json: "/a" } }, "then: 'json' or 'xml' beside 'then'"],
  [{ status: 200, decode: ["base64"] }, "decode: 'json' or 'xml' beside 'decode'"],
  [{ json: "/a", then: { json: "/b" }, any: { json: "/c", equals: 1 } }, "then: nothing beside 'any'"],
  [{ json: "/a", then: { json: "/b" } }, "json: exactly one of equals, in, exists, any beside it"],
];
for (const [options, want] of refused) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.deepEqual(answerCondition().safeParse(options).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`), [want]);
  });
}
