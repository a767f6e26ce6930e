import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decodeRecord, encodeRecord } from "../../../src/cache/redis/codec.ts";
import type { SharedRecord } from "../../../src/cache/redis/codec.ts";

const text = fc.string({ unit: "binary" });
const matching = (pattern: RegExp): fc.Arbitrary<string> => fc.stringMatching(pattern, { maxLength: 20 });
const field = fc.tuple(matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/), matching(/^[\t\x20-\x7e\x80-\xff]*$/));
const plainly = { noNullPrototype: true } as const;
const record = fc.record({
  kind: fc.constant("answer" as const),
  marks: fc.array(text),
  answer: fc.record({
    address: fc.record({ key: text, site: text, route: text, home: text, path: text, query: text, tags: fc.array(text) }, plainly),
    region: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.array(field).map((pairs) => pairs.flat()),
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

  const foreign: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "a value with a line break": { headers: ["X-A", "1\r\nSet-Cookie: a=b"] },
    "a value that latin1 cuts down to a line break": { headers: ["X-A", "1\u010d\u010aSet-Cookie: a=b"] },
    "a value with NUL": { headers: ["X-A", "\0"] },
    "a value with DEL": { headers: ["X-A", "\x7f"] },
    "a value that ends in a line feed": { headers: ["X-A", "1\n"] },
    "a name with a line break": { headers: ["X-A: 1\r\nSet-Cookie", "a=b"] },
    "a name with a space": { headers: ["X A", "1"] },
    "a name with a colon": { headers: ["X-A:", "1"] },
    "an empty name": { headers: ["", "1"] },
    "a name without a value": { headers: ["X-A"] },
    "a region with a line break": { region: "north\r\nSet-Cookie: a=b" },
    "an empty region": { region: "" },
    "a region of 65 characters": { region: "n".repeat(65) },
    "an interim status": { status: 199 },
    "a status out of range": { status: 600 },
    "a status that is no whole number": { status: 200.5 },
  };
  const withMeta = (change: (meta: string) => string): SharedRecord | null => {
    const plain = { ...(fc.sample(record, 1)[0] as Extract<SharedRecord, { kind: "answer" }>) };
    const written = encodeRecord({ ...plain, answer: { ...plain.answer, body: new Uint8Array() } });
    const meta = Buffer.from(change(written.toString("utf8", 4)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(meta.length);
    return decodeRecord(Buffer.concat([length, meta]), "k");
  };
  for (const [name, change] of Object.entries(foreign)) {
    test(`${name} makes it no record`, () => assert.equal(withMeta((meta) => JSON.stringify({ ...JSON.parse(meta), ...change })), null));
  }

  for (const time of ["bornAt", "lifetime", "staleWhileRevalidate", "staleIfError"]) {
    test(`a ${time} without end makes it no record`, () => {
      const put = (value: string): SharedRecord | null => withMeta((meta) => meta.replace(new RegExp(`"${time}":-?[0-9]+`), `"${time}":${value}`));
      assert.notEqual(put("7"), null);
      assert.equal(put("1e999"), null);
    });
  }

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
