import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createSeal, deriveSealKeys } from "../../src/base/seal.ts";

const [old, young] = [{ id: "2025", key: "the secret of last year" }, { id: "2026", key: "the secret of this year" }];

for (const cipher of ["aes-256-gcm", "sm4-gcm"] as const) {
  describe(`sealing with ${cipher}`, () => {
    const seal = createSeal(deriveSealKeys({ cipher, keys: [young, old] }, "test 1"));
    const former = createSeal(deriveSealKeys({ cipher, keys: [old] }, "test 1"));
    const bytes = fc.uint8Array({ maxLength: 2000 });

    test("opens what it closed, under the same name alone", () => {
      fc.assert(
        fc.property(bytes, fc.string(), fc.string(), (plain, name, other) => {
          const sealed = seal.close(plain, name);
          assert.deepEqual(new Uint8Array(seal.open(sealed, name) as Buffer), plain);
          if (name !== other && Buffer.compare(Buffer.from(name), Buffer.from(other)) !== 0) assert.equal(seal.open(sealed, other), null);
        }),
      );
    });

    test("opens nothing that has a changed byte", () => {
      fc.assert(
        fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, place, change) => {
          const sealed = seal.close(plain, "k");
          const at = place % sealed.length;
          sealed[at] = (sealed[at] as number) ^ change;
          assert.equal(seal.open(sealed, "k"), null);
        }),
      );
    });

    test("never throws on bytes of any kind", () => {
      fc.assert(fc.property(bytes, (garbage) => seal.open(garbage, "k") === null));
    });

    test("closes with the first key and opens with all", () => {
      assert.equal(String(seal.open(former.close(Buffer.from("x"), "k"), "k")), "x");
      assert.equal(former.open(seal.close(Buffer.from("x"), "k"), "k"), null);
    });

    test("never closes alike twice", () => {
      assert.notDeepEqual(seal.close(Buffer.from("x"), "k"), seal.close(Buffer.from("x"), "k"));
    });
  });
}

test("a key may keep the cipher it began with while the others change theirs", () => {
  const before = createSeal(deriveSealKeys({ cipher: "aes-256-gcm", keys: [old] }, "test 1"));
  const after = createSeal(deriveSealKeys({ cipher: "sm4-gcm", keys: [young, { ...old, cipher: "aes-256-gcm" }] }, "test 1"));
  assert.equal(String(after.open(before.close(Buffer.from("x"), "k"), "k")), "x");
  assert.equal(before.open(after.close(Buffer.from("x"), "k"), "k"), null);
});

test("the same secret gives other keys in another context", () => {
  const [one, two] = ["test 1", "test 2"].map((context) => createSeal(deriveSealKeys({ cipher: "aes-256-gcm", keys: [old] }, context)));
  assert.equal(two?.open(one?.close(Buffer.from("x"), "k") as Buffer, "k"), null);
});

test("derived keys survive a structured clone, as they do on the way to a worker", () => {
  const keys = deriveSealKeys({ cipher: "sm4-gcm", keys: [young] }, "test 1");
  assert.equal(String(createSeal(structuredClone(keys)).open(createSeal(keys).close(Buffer.from("x"), "k"), "k")), "x");
});

test("no keys at all is a fault", () => {
  assert.throws(() => createSeal([]), /sealing: no key is given/);
});
