import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { keysOf } from "../../src/base/secret-keys.ts";
import { decodeBytes, type DecodeStep } from "../../src/document/decode.ts";

const zeros = Buffer.alloc(17 * 1024 * 1024);
const bomb = gzipSync(zeros);
/** What does not shrink, and so buys room for what does. */
const noise = Buffer.alloc(100_000);
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  noise[i] = state >>> 16;
}

const cases: readonly (readonly [name: string, input: string | Uint8Array, steps: DecodeStep[], wanted: string])[] = [
  ["base64", "w6kh", ["base64"], "é!"],
  ["base64 without its padding", "YQ", ["base64"], "a"],
  ["base64 in lines", "YW\r\nJj\r\n", ["base64"], "abc"],
  ["base64 of nothing", "", ["base64"], ""],
  ["base64 with half a padding", "YQ=", ["base64"], "malformed"],
  ["base64 that goes on after its padding", "YQ==YQ==", ["base64"], "malformed"],
  ["base64 with one digit too many", "YWJjZ", ["base64"], "malformed"],
  ["base64 of the other alphabet", "_-8=", ["base64"], "malformed"],
  ["base64url", "fn5-fn8_", ["base64url"], "~~~~\x7f?"],
  ["base64url of the other alphabet", "fn5+", ["base64url"], "malformed"],
  ["gzip", gzipSync("abc"), ["gzip"], "abc"],
  ["gzip in two members", Buffer.concat([gzipSync("a"), gzipSync("b")]), ["gzip"], "ab"],
  ["gzip that is cut off", gzipSync("abc").subarray(0, -1), ["gzip"], "malformed"],
  ["gzip whose checksum is wrong", Buffer.concat([gzipSync("abc").subarray(0, -8), Buffer.alloc(4), gzipSync("abc").subarray(-4)]), ["gzip"], "malformed"],
  ["gzip with bytes after its end", Buffer.concat([gzipSync("abc"), Buffer.from("x")]), ["gzip"], "malformed"],
  ["gzip with zeros after its end", Buffer.concat([gzipSync("abc"), Buffer.alloc(3)]), ["gzip"], "malformed"],
  ["no gzip", "abc", ["gzip"], "malformed"],
  ["nothing as gzip", "", ["gzip"], "malformed"],
  ["a bomb", bomb, ["gzip"], "too-large"],
  ["a bomb that is small", gzipSync(Buffer.alloc(2 * 1024 * 1024)), ["gzip"], "too-large"],
  ["deflate", deflateSync("abc"), ["deflate"], "abc"],
  ["deflate with bytes after its end", Buffer.concat([deflateSync("abc"), deflateSync("abc")]), ["deflate"], "malformed"],
  ["deflate without its frame", deflateRawSync("abc"), ["deflate"], "malformed"],
  ["several steps", Buffer.from(gzipSync(deflateSync("abc"))).toString("base64"), ["base64", "gzip", "deflate"], "abc"],
  ["a step after one that failed", "*", ["base64", "gzip"], "malformed"],
];

for (const [name, input, steps, wanted] of cases) {
  test(`decoding ${name}`, () => {
    const decoded = decodeBytes(typeof input === "string" ? Buffer.from(input) : input, steps);
    assert.equal(decoded instanceof Uint8Array ? Buffer.from(decoded).toString() : decoded.kind, wanted);
  });
}

test("more than 16 MiB is too large at any ratio", () => {
  const large = gzipSync(Buffer.concat([noise, zeros]));
  assert.ok(large.byteLength * 256 > zeros.byteLength);
  const decoded = decodeBytes(large, ["gzip"]);
  assert.equal(decoded instanceof Uint8Array ? "decoded" : decoded.kind, "too-large");
});

const KEYS = keysOf({ k: "0123456789abcdeffedcba9876543210", other: "fedcba98765432100123456789abcdef" });

function sm4(plain: string | Uint8Array, padding = true): Buffer {
  const cipher = createCipheriv("sm4-ecb", Buffer.from("0123456789abcdeffedcba9876543210", "hex"), null);
  cipher.setAutoPadding(padding);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

const block = (...last: readonly number[]): Uint8Array => Uint8Array.from([...Array.from({ length: 16 - last.length }, () => 65), ...last]);

const sealed: readonly (readonly [what: string, input: Uint8Array, steps: DecodeStep[], wanted: string])[] = [
  // GB/T 32907-2016, appendix A.1.
  ["the block of the standard", Buffer.concat([Buffer.from("681edf34d206965e86b3e94f536e4246", "hex"), sm4("")]), [{ "sm4-ecb": "k" }], "\u0001#Eg\ufffd\ufffd\ufffd\ufffd\ufffdܺ\ufffdvT2\u0010"],
  ["a text", sm4("发票 invoice"), [{ "sm4-ecb": "k" }], "发票 invoice"],
  ["a text that fills its blocks", sm4("0123456789abcdef"), [{ "sm4-ecb": "k" }], "0123456789abcdef"],
  ["an empty text", sm4(""), [{ "sm4-ecb": "k" }], ""],
  ["base64 around it and gzip in it", Buffer.from(sm4(gzipSync("abc")).toString("base64")), ["base64", { "sm4-ecb": "k" }, "gzip"], "abc"],
  ["another key", sm4("abc"), [{ "sm4-ecb": "other" }], "malformed"],
  ["a key that nobody gave", sm4("abc"), [{ "sm4-ecb": "x" }], "malformed"],
  ["nothing", new Uint8Array(0), [{ "sm4-ecb": "k" }], "malformed"],
  ["half a block", sm4("abc").subarray(0, 8), [{ "sm4-ecb": "k" }], "malformed"],
  ["a block and a half", Buffer.concat([sm4("abc"), sm4("abc").subarray(0, 8)]), [{ "sm4-ecb": "k" }], "malformed"],
  ["padding of nothing", sm4(block(0), false), [{ "sm4-ecb": "k" }], "malformed"],
  ["padding longer than a block", sm4(block(17), false), [{ "sm4-ecb": "k" }], "malformed"],
  ["padding with a wrong byte", sm4(block(1, 3, 3), false), [{ "sm4-ecb": "k" }], "malformed"],
  ["sound padding of our own", sm4(block(3, 3, 3), false), [{ "sm4-ecb": "k" }], "A".repeat(13)],
  ["more than is read", Buffer.alloc(16 * 1024 * 1024 + 16), [{ "sm4-ecb": "k" }], "too-large"],
];

for (const [what, input, steps, wanted] of sealed) {
  test(`sm4-ecb of ${what} gives ${wanted.length > 20 ? "its text" : wanted === "" ? "an empty text" : wanted}`, () => {
    const decoded = decodeBytes(input, steps, KEYS);
    assert.equal(decoded instanceof Uint8Array ? Buffer.from(decoded).toString() : decoded.kind, wanted);
  });
}
