import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createSeal } from "../../../src/cache/redis/seal.ts";

const [old, young] = [{ id: "2025", key: "the secret of last year" }, { id: "2026", key: "the secret of this year" }];

for (const cipher of ["aes-256-gcm", "sm4-gcm"] as const) {
  describe(`sealing with ${cipher}`, () => {
    const seal = createSeal({ cipher, keys: [young, old] });
    const former = createSeal({ cipher, keys: [old] });
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
