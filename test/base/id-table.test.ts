import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIdTable } from "../../src/base/id-table.ts";

test("a table of ids behaves as a Map does", () => {
  const id = fc.array(fc.constantFrom("0", "a", "f"), { minLength: 4, maxLength: 4 }).map((digits) => digits.join(""));
  const step = fc.record({ id, value: fc.option(fc.nat(9), { nil: null }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = createIdTable<number>();
      const map = new Map<string, number>();
      for (const { id, value } of steps) {
        if (value === null) {
          table.delete(id);
          map.delete(id);
        } else {
          table.set(id, value);
          map.set(id, value);
        }
        assert.equal(table.get(id), map.get(id));
        assert.equal(table.size, map.size);
      }
      assert.deepEqual([...table.values()].toSorted((a, b) => a - b), [...map.values()].toSorted((a, b) => a - b));
    }),
  );
});
