import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Queue, type Rank, type Waiter } from "../../src/limits/queue.ts";

function fill(...lanes: readonly (readonly [Rank, string])[]): Queue {
  const queue = new Queue();
  for (const [rank, lane] of lanes) queue.add({ rank, lane, granted: () => undefined, dropped: () => undefined } satisfies Waiter);
  return queue;
}

describe("a queue of which only the first ranks are served for now", () => {
  it("gives those, and keeps the others", () => {
    const queue = fill([2, "a"], [1, "b"], [0, "c"]);
    assert.equal(queue.take(0)?.lane, "c");
    assert.equal(queue.take(0), null);
    assert.equal(queue.take(1)?.lane, "b");
    assert.equal(queue.take(1), null);
    assert.deepEqual([queue.waiting(0), queue.waiting(1), queue.waiting(2), queue.size], [0, 0, 1, 1]);
  });

  it("remembers who was passed over before", () => {
    const queue = fill([2, "r"], ...Array.from({ length: 20 }, (): [Rank, string] => [0, "s"]));
    for (let turn = 0; turn < 8; turn++) assert.equal(queue.take()?.rank, 0);
    for (let turn = 0; turn < 5; turn++) assert.equal(queue.take(0)?.rank, 0);
    assert.equal(queue.take()?.rank, 2);
  });
});

it("no more are ahead of a newcomer than the quick bound says, and no more are said than wait", () => {
  const lanes: readonly (readonly [Rank, string])[] = [[0, "a"], [2, "a"], [2, "a"], [2, "a"], [2, "b"], [1, "c"], [2, "c"], [2, "d"]];
  const queue = fill(...lanes);
  for (const rank of [0, 1, 2] as const) {
    for (const lane of ["a", "b", "c", "new"]) {
      const bound = queue.aheadAtMost(rank, lane);
      assert.ok(bound >= queue.ahead(rank, lane), `${rank} ${lane}`);
      assert.ok(bound <= lanes.filter(([other]) => other <= rank).length, `${rank} ${lane}`);
    }
  }
});
