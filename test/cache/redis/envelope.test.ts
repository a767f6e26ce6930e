import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { createEnvelope } from "../../../src/cache/redis/envelope.ts";
import { createTierSeal } from "../../../src/cache/redis/seal.ts";

const seal = createTierSeal({ cipher: "aes-256-gcm", keys: [{ id: "a", key: "a secret of some length" }] });
const envelope = createEnvelope(100_000, seal);
const plain = createEnvelope(100_000, null);
const how = fc.record({ compress: fc.boolean(), encrypt: fc.boolean() });

describe("envelopes of the shared tier", () => {
  test("give back what was put in, under the same key alone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), how, async (content, how) => {
        const value = await envelope.wrap(content, "k", how);
        const opened = await envelope.unwrap(value, "k");
        assert.ok(opened.ok);
        assert.deepEqual([new Uint8Array(opened.content), opened.sealed], [content, how.encrypt]);
        assert.deepEqual(await envelope.unwrap(value, "l"), { ok: false, fault: how.encrypt ? "undecryptable" : "corrupt" });
      }),
    );
  });

  test("any changed byte is noticed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 100 }), how, fc.nat(), fc.integer({ min: 1, max: 255 }), async (content, how, place, change) => {
        const value = await envelope.wrap(Buffer.from(content), "k", how);
        const at = place % value.length;
        value[at] = (value[at] as number) ^ change;
        assert.equal((await envelope.unwrap(value, "k")).ok, false);
      }),
    );
  });

  test("bytes of any kind are refused without a fault", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 3 }), async (bytes, flags) => {
        assert.equal((await envelope.unwrap(Buffer.from(bytes), "k")).ok, false);
        const headed = Buffer.concat([Buffer.from("TXG\u0001"), Buffer.of(flags), bytes]);
        assert.equal((await envelope.unwrap(headed, "k")).ok, false);
      }),
    );
  });

  test("what can be pressed together is, what cannot stays", async () => {
    const [soft, hard] = [Buffer.alloc(5000, "abc"), Buffer.from([...Array(200).keys()])];
    assert.ok((await plain.wrap(soft, "k", { compress: true, encrypt: false })).length < 200);
    assert.equal((await plain.wrap(hard, "k", { compress: true, encrypt: false }))[4], 0);
  });

  for (const size of [1_000_000, 60_000_000]) {
    test(`a content that would unpack to ${size} bytes is refused`, async () => {
      const value = await createEnvelope(size, null).wrap(Buffer.alloc(size), "k", { compress: true, encrypt: false });
      assert.deepEqual(await plain.unwrap(value, "k"), { ok: false, fault: "too-large" });
    });
  }

  /** A frame of zstd by hand (RFC 8878): magic, no content size, window, one raw block that is the last. */
  const frame = (windowLog: number, content: string): Buffer =>
    Buffer.concat([Buffer.from("28b52ffd00", "hex"), Buffer.of((windowLog - 10) << 3, (content.length << 3) | 1, 0, 0), Buffer.from(content)]);
  const values: readonly [number, boolean][] = [[20, true], [23, true], [24, false], [27, false]];
  for (const [windowLog, read] of values) {
    test(`a window of 2^${windowLog} bytes is ${read ? "accepted" : "refused"}`, async () => {
      for (const size of [5, 31]) {
        const head = Buffer.from("TXG\u0001\u0001");
        const inner = frame(windowLog, "x".repeat(size));
        const sum = Buffer.alloc(4);
        sum.writeUInt32BE(crc32(inner, crc32(`${head.toString("latin1")} k`)));
        const opened = await plain.unwrap(Buffer.concat([head, sum, inner]), "k");
        assert.deepEqual(opened, read ? { ok: true, content: Buffer.from("x".repeat(size)), sealed: false } : { ok: false, fault: "corrupt" });
      }
    });
  }

  for (const size of [60_000, 70_000, 90_000]) {
    test(`${size} bytes are unpacked ${size > 65_536 ? "off the main thread" : "at once"}`, async () => {
      const value = await plain.wrap(Buffer.alloc(size, "abc"), "k", { compress: true, encrypt: false });
      let opened = false;
      const opening = plain.unwrap(value, "k").then((result) => {
        opened = true;
        return result;
      });
      // All that needs no thread is done before the event loop turns.
      await new Promise(process.nextTick);
      assert.equal(opened, size < 65_536);
      assert.deepEqual(await opening, { ok: true, content: Buffer.alloc(size, "abc"), sealed: false });
    });
  }

  test("nothing is encrypted without a key, and nothing encrypted is read", async () => {
    await assert.rejects(plain.wrap(Buffer.from("x"), "k", { compress: false, encrypt: true }), /no key is configured/);
    const value = await envelope.wrap(Buffer.from("x"), "k", { compress: false, encrypt: true });
    assert.deepEqual(await plain.unwrap(value, "k"), { ok: false, fault: "undecryptable" });
  });
});
