import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shared } from "../../src/upstream/shared.ts";

function setUp() {
  const stopped: number[] = [];
  let made = 0;
  const table = shared<{ readonly number: number; stop(): void }>();
  const use = (key: string) => table.use(key, () => {
    const number = ++made;
    return { number, stop: () => void stopped.push(number) };
  });
  return { table, use, stopped, made: () => made };
}

test("a thing is made for its first user and stopped after its last", () => {
  const { table, use, stopped, made } = setUp();
  assert.equal(use("a"), use("a"));
  assert.notEqual(use("b"), use("a"));
  assert.equal(made(), 2);
  table.letGo("a");
  table.letGo("a");
  assert.deepEqual(stopped, []);
  table.letGo("a");
  assert.deepEqual(stopped, [1]);
  assert.deepEqual([...table.values()].map(({ number }) => number), [2]);
});

test("a new user who comes before the last one lets go keeps the thing alive; one who comes after gets a new one", () => {
  const { table, use, stopped } = setUp();
  const first = use("a");
  assert.equal(use("a"), first);
  table.letGo("a");
  assert.deepEqual(stopped, []);
  table.letGo("a");
  assert.notEqual(use("a"), first);
});

test("letting go of what nobody uses does nothing", () => {
  const { table, use, stopped } = setUp();
  table.letGo("a");
  use("a");
  table.letGo("a");
  table.letGo("a");
  assert.deepEqual(stopped, [1]);
});

test("whatever the order, nothing in use is stopped and nothing unused is kept", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.boolean())), (steps) => {
    const { table, use, stopped } = setUp();
    const users: Record<string, number> = { a: 0, b: 0 };
    for (const [key, using] of steps) {
      if (using) {
        assert.equal(stopped.includes(use(key).number), false);
        users[key] = (users[key] as number) + 1;
      } else if ((users[key] as number) > 0) {
        table.letGo(key);
        users[key] = (users[key] as number) - 1;
      }
      assert.equal([...table.values()].length, Object.values(users).filter((count) => count > 0).length);
    }
  }));
});
