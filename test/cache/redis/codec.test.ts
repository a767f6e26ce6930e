import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decodeRecord, encodeRecord } from "../../../src/cache/redis/codec.ts";
import type { SharedRecord } from "../../../src/cache/redis/codec.ts";

const text = fc.string({ unit: "binary" });
const plainly = { noNullPrototype: true } as const;
const record = fc.record({
  kind: fc.constant("answer" as const),
  marks: fc.array(text),
  answer: fc.record({
    address: fc.record({ key: text, site: text, route: text, home: text, path: text, query: text, tags: fc.array(text) }, plainly),
    region: text,
    status: fc.integer({ min: 100, max: 999 }),
    headers: fc.array(fc.tuple(text, text)).map((pairs) => pairs.flat()),
    body: fc.uint8Array({ maxLength: 500 }),
    selecting: fc.array(fc.tuple(text, fc.option(text))),
    bornAt: fc.integer(),
    lifetime: fc.integer(),
    staleWhileRevalidate: fc.nat(),
    staleIfError: fc.nat(),
  }, plainly),
}, plainly);

describe("records of the shared tier", () => {
  test("an answer is read as it was written", () => {
    fc.assert(
      fc.property(record, (written) => {
        const read = decodeRecord(encodeRecord(written), written.answer.address.key);
        assert.ok(read?.kind === "answer");
        assert.deepEqual({ ...read, answer: { ...read.answer, body: new Uint8Array(read.answer.body) } }, written);
      }),
    );
  });

  test("the key is not among what is written", () => {
    const written = fc.sample(record, 1)[0] as Extract<SharedRecord, { kind: "answer" }>;
    const key = "key-91310000MA1K3YTX0A";
    assert.equal(encodeRecord({ ...written, answer: { ...written.answer, address: { ...written.answer.address, key } } }).includes(key), false);
  });

  test("names of choosing fields are read as they were written", () => {
    assert.deepEqual(decodeRecord(encodeRecord({ kind: "vary", names: ["accept-language"] }), "k"), { kind: "vary", names: ["accept-language"] });
  });

  test("a time without end becomes a very long one", () => {
    const written = fc.sample(record, 1)[0] as Extract<SharedRecord, { kind: "answer" }>;
    const read = decodeRecord(encodeRecord({ ...written, answer: { ...written.answer, lifetime: Infinity } }), "k");
    assert.ok(read?.kind === "answer" && read.answer.lifetime === Number.MAX_SAFE_INTEGER);
  });

  test("bytes of any kind are a record or none, never a fault", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.json(), (bytes, json) => {
        assert.equal(decodeRecord(Buffer.from(bytes), "k"), null);
        const meta = Buffer.from(json);
        assert.equal(decodeRecord(Buffer.concat([Buffer.of(0, 0, meta.length >> 8, meta.length & 255), meta]), "k"), null);
      }),
    );
  });
});
