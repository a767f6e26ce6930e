import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createSeal, deriveSealKeys } from "../../../src/base/seal.ts";
import type { Seal } from "../../../src/base/seal.ts";
import type { StoredAnswer, StoredRequest } from "../../../src/journal/entry.ts";
import { packAnswer, packRequest, repack, reseal, unpackAnswer, unpackRequest } from "../../../src/journal/sqlite/blob.ts";

const OLD = { id: "2025", key: "the secret of last year" };
const YOUNG = { id: "2026", key: "the secret of this year" };
const sealWith = (cipher: "aes-256-gcm" | "sm4-gcm", ...keys: (typeof OLD)[]): Seal => createSeal(deriveSealKeys({ cipher, keys }, "taxgate journal 1"));
const seals = { open: null, "aes-256-gcm": sealWith("aes-256-gcm", YOUNG, OLD), "sm4-gcm": sealWith("sm4-gcm", YOUNG, OLD) };

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant("Zażółć \udc00 \ud83d\ude00 发票 \u00ff\u0000"));
const headers = fc.array(fc.tuple(text, text)).map((pairs) => pairs.flat());
// Some that compress, some that do not, some beyond the size from which it is tried at once.
const repeated = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 1000 })).map(([piece, times]) => Uint8Array.from(Buffer.concat(Array<Uint8Array>(times).fill(piece))));
const body = fc.oneof(fc.uint8Array({ maxLength: 2000 }), repeated, fc.constant(Uint8Array.from(Buffer.alloc(40_000, "<line/>"))));
const request: fc.Arbitrary<StoredRequest> = fc.record({ method: text, target: text, headers, body });
const answer: fc.Arbitrary<StoredAnswer> = fc.record({ status: fc.integer({ min: 100, max: 599 }), headers, body });

const REQUEST: StoredRequest = { method: "POST", target: "/api/invoices?x=1", headers: ["Authorization", "Bearer t", "X-Ü", "ÿ"], body: Buffer.from("<invoice/>") };
const ANSWER: StoredAnswer = { status: 201, headers: ["Content-Type", "application/json"], body: Buffer.from('{"number":"PL-1"}') };
const plain = (message: StoredRequest | StoredAnswer | null): unknown => (message === null ? null : { ...message, body: Buffer.from(message.body).toString("hex") });

for (const [name, seal] of Object.entries(seals)) {
  describe(`blobs, sealed: ${name}`, () => {
    test("a request comes back as it was, and without its fields where they were deleted", () => {
      fc.assert(
        fc.property(request, text, (sent, bound) => {
          const { fields, content } = packRequest(sent, seal, bound);
          assert.deepEqual(plain(unpackRequest(fields, content, seal, bound)), plain(sent));
          assert.deepEqual(plain(unpackRequest(null, content, seal, bound)), plain({ ...sent, headers: [] }));
        }),
      );
    });

    test("an answer comes back as it was, archived or not", () => {
      fc.assert(
        fc.property(answer, text, (given, bound) => {
          const packed = packAnswer(given, seal, bound);
          assert.deepEqual(plain(unpackAnswer(packed, seal, bound)), plain(given));
          assert.deepEqual(plain(unpackAnswer(repack(packed, "answer", seal, bound) as Uint8Array, seal, bound)), plain(given));
        }),
      );
    });

    test("a blob goes under seal and comes out as it was, byte for byte", () => {
      fc.assert(
        fc.property(answer, (given) => {
          const packed = packAnswer(given, null, "a 1");
          const sealed = reseal(packed, "answer", null, seal, "a 1") as Uint8Array;
          assert.deepEqual(plain(unpackAnswer(sealed, seal, "a 1")), plain(given));
          assert.deepEqual(reseal(sealed, "answer", seal, null, "a 1"), packed);
          assert.equal(reseal(sealed, "answer", seal, null, "a 2"), null);
          assert.equal(reseal(sealed, "content", seal, null, "a 1"), null);
        }),
      );
    });

    test("any changed byte and any lost end is noticed", () => {
      fc.assert(
        fc.property(answer, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, place, change) => {
          const packed = packAnswer(given, seal, "a 1");
          const at = place % packed.length;
          const altered = Uint8Array.from(packed);
          altered[at] = (altered[at] as number) ^ change;
          assert.equal(unpackAnswer(altered, seal, "a 1"), null);
          assert.equal(unpackAnswer(packed.subarray(0, at), seal, "a 1"), null);
        }),
      );
    });

    test("a blob opens in its own row and column alone", () => {
      const { fields, content } = packRequest(REQUEST, seal, "a 1");
      const other = packRequest(REQUEST, seal, "a 2");
      assert.equal(unpackRequest(fields, content, seal, "a 2"), null);
      assert.equal(unpackRequest(other.fields, content, seal, "a 1"), null);
      assert.equal(unpackRequest(content, fields, seal, "a 1"), null);
      assert.equal(unpackAnswer(content, seal, "a 1"), null);
      assert.equal(repack(content, "answer", seal, "a 1"), null);
    });

    test("bytes of any kind are refused without a fault", () => {
      const garbage = fc.tuple(fc.integer({ min: 0x0f, max: 0x14 }), fc.uint8Array({ maxLength: 100 })).map(([form, rest]) => Uint8Array.of(form, ...rest));
      fc.assert(fc.property(garbage, (bytes) => unpackAnswer(bytes, seal, "a 1") === null && unpackRequest(bytes, bytes, seal, "a 1") === null && repack(bytes, "content", seal, "a 1") === null));
      assert.equal(unpackAnswer(new Uint8Array(0), seal, "a 1"), null);
    });
  });
}

test("a blob is read in the middle of a larger buffer, and packed into memory of its own", () => {
  const packed = packAnswer(ANSWER, null, "a 1");
  assert.equal(packed.buffer.byteLength, packed.length);
  const around = Buffer.concat([Buffer.from("before"), packed, Buffer.from("after")]).subarray(6, 6 + packed.length);
  assert.deepEqual(plain(unpackAnswer(around, null, "a 1")), plain(ANSWER));
});

const COMPRESSED = 1;
const big = (size: number): StoredAnswer => ({ ...ANSWER, body: Buffer.alloc(size, "<line>1</line>") });
const sizes = [
  { what: "2 kB", given: big(2000), atOnce: 0, archived: COMPRESSED },
  { what: "40 kB", given: big(40_000), atOnce: COMPRESSED, archived: COMPRESSED },
  { what: "300 bytes", given: big(300), atOnce: 0, archived: 0 },
  { what: "40 kB that do not shrink", given: { ...ANSWER, body: createNoise(40_000) }, atOnce: 0, archived: 0 },
];
for (const { what, given, atOnce, archived } of sizes) {
  test(`an answer of ${what} is ${atOnce === 0 ? "not " : ""}compressed at once and ${archived === 0 ? "not " : ""}when archived`, () => {
    const packed = packAnswer(given, null, "a 1");
    assert.equal(packed[0], 0x10 | atOnce);
    assert.equal(repack(packed, "answer", null, "a 1")?.[0], 0x10 | archived);
    assert.equal(packed.length < given.body.length, atOnce === COMPRESSED);
  });
}

/** Bytes without a pattern, the same each time. */
function createNoise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => (state = Math.imul(state, 0x41c64e6d) + 12345) >>> 24);
}

for (const cipher of ["aes-256-gcm", "sm4-gcm"] as const) {
  test(`after a change of keys (${cipher}) the old one opens, the new one closes, and archiving moves to the new one`, () => {
    const [former, both, latter] = [sealWith(cipher, OLD), sealWith(cipher, YOUNG, OLD), sealWith(cipher, YOUNG)];
    const packed = packAnswer(ANSWER, former, "a 1");
    assert.deepEqual(plain(unpackAnswer(packed, both, "a 1")), plain(ANSWER));
    assert.equal(unpackAnswer(packed, latter, "a 1"), null);
    assert.equal(unpackAnswer(packed, null, "a 1"), null);
    assert.equal(unpackAnswer(packAnswer(ANSWER, both, "a 1"), former, "a 1"), null);
    assert.deepEqual(plain(unpackAnswer(repack(packed, "answer", both, "a 1") as Uint8Array, latter, "a 1")), plain(ANSWER));
  });
}

test("what was written before encryption was switched on stays readable, and archiving encrypts it", () => {
  const packed = packAnswer(ANSWER, null, "a 1");
  const seal = seals["aes-256-gcm"];
  assert.deepEqual(plain(unpackAnswer(packed, seal, "a 1")), plain(ANSWER));
  assert.equal(unpackAnswer(repack(packed, "answer", seal, "a 1") as Uint8Array, null, "a 1"), null);
});
