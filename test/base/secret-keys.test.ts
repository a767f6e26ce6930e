import assert from "node:assert/strict";
import { test } from "node:test";
import { keyBytes, keyName, keysOf, secretKey } from "../../src/base/secret-keys.ts";

const HEX = "0123456789abcdeffedcba9876543210";

const cases: readonly (readonly [what: string, text: string, want: string | null])[] = [
  ["hexadecimal digits", HEX, HEX],
  ["hexadecimal digits in capitals", HEX.toUpperCase(), HEX],
  ["base64", "ASNFZ4mrze/+3LqYdlQyEA==", HEX],
  ["white space around it", ` ${HEX}\r\n`, HEX],
  ["a digit too few", HEX.slice(1), null],
  ["two digits too many", `${HEX}00`, null],
  ["base64 of 15 bytes", "AAECAwQFBgcICQoLDA0O", null],
  ["base64 of 17 bytes", "AAECAwQFBgcICQoLDA0ODxA=", null],
  ["base64 without its padding", "ASNFZ4mrze/+3LqYdlQyEA", null],
  ["base64 whose last digit says more", "ASNFZ4mrze/+3LqYdlQyEB==", null],
  ["base64 of the other alphabet", "ASNFZ4mrze_-3LqYdlQyEA==", null],
  ["a passphrase", "sixteen letters!", null],
  ["nothing", "", null],
];

for (const [what, text, want] of cases) {
  test(`a key written as ${what} is ${want === null ? "refused, and the message does not hold it" : "16 bytes"}`, () => {
    assert.equal(keyBytes(text)?.toString("hex") ?? null, want);
    const parsed = secretKey().safeParse(text);
    assert.equal(parsed.success, want !== null);
    if (text !== "") assert.ok(!JSON.stringify(parsed.error?.issues ?? []).includes(text));
  });
}

test("keys are found by their names, and names that objects have anyway are not keys", () => {
  const keys = keysOf({ a: HEX });
  assert.equal(keys("a")?.export().toString("hex"), HEX);
  assert.deepEqual(["b", "constructor", "__proto__"].map(keys), [null, null, null]);
});

test("a name has no dot, which would hide where a key stands", () => {
  assert.deepEqual(["sm4", "A-1_b", "a.b", "1a", "", "a b", "a[0]"].map((name) => keyName().safeParse(name).success), [true, true, false, false, false, false, false]);
});
