import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Queue, type Rank, type Waiter } from "../../src/limits/queue.ts";

function waiter(rank: Rank, lane: string): Waiter {
  return { rank, lane, granted: () => undefined, dropped: () => undefined };
}

function fill(...lanes: readonly (readonly [Rank, string])[]): { queue: Queue; all: Waiter[] } {
  const queue = new Queue();
  const all = lanes.map(([rank, lane]) => waiter(rank, lane));
  for (const one of all) queue.add(one);
  return { queue, all };
}

function order(queue: Queue): string[] {
  const seen: string[] = [];
  for (let next = queue.take(); next !== null; next = queue.take()) seen.push(`${next.rank}${next.lane}`);
  return seen;
}

describe("those who wait", () => {
  it("are served submissions first, then polls, then reads", () => {
    const { queue } = fill([2, "a"], [1, "a"], [0, "a"], [2, "b"], [0, "b"]);
    assert.deepEqual(order(queue), ["0a", "0b", "1a", "2a", "2b"]);
  });

  it("are served by turns, lane by lane", () => {
    const { queue } = fill([0, "a"], [0, "a"], [0, "a"], [0, "b"], [0, "c"], [0, "b"]);
    assert.deepEqual(order(queue), ["0a", "0b", "0c", "0a", "0b", "0a"]);
  });

  it("keep a newcomer from the front of a lane's turn", () => {
    const { queue } = fill([0, "a"], [0, "a"], [0, "b"]);
    assert.equal(queue.take()?.lane, "a");
    queue.add(waiter(0, "c"));
    assert.deepEqual(order(queue), ["0b", "0a", "0c"]);
  });

  it("are not forgotten in the lowest rank", () => {
    const { queue } = fill(...Array.from({ length: 20 }, () => [0, "a"] as const), [1, "p"], [2, "r"]);
    const seen = order(queue);
    assert.equal(seen.indexOf("2r"), 8);
    assert.equal(seen.indexOf("1p"), 17);
  });

  it("leave without a trace", () => {
    const { queue, all } = fill([0, "a"], [0, "b"], [2, "a"]);
    queue.remove(all[0] as Waiter);
    queue.remove(all[0] as Waiter);
    assert.equal(queue.size, 2);
    assert.deepEqual(order(queue), ["0b", "2a"]);
    assert.equal(queue.size, 0);
  });

  const AHEAD: readonly (readonly [string, readonly (readonly [Rank, string])[], Rank, string, number])[] = [
    ["nobody", [], 0, "a", 0],
    ["its own lane", [[0, "a"], [0, "a"]], 0, "a", 2],
    ["one of each other lane", [[0, "b"], [0, "b"], [0, "b"], [0, "c"]], 0, "a", 2],
    ["as many of other lanes as of its own, and one", [[0, "a"], [0, "b"], [0, "b"], [0, "b"]], 0, "a", 3],
    ["everybody who is in more of a hurry", [[0, "b"], [0, "b"], [1, "b"], [2, "b"]], 1, "a", 3],
  ];
  for (const [what, lanes, rank, lane, expected] of AHEAD) {
    it(`see before them: ${what}`, () => assert.equal(fill(...lanes).queue.ahead(rank, lane), expected));
  }
});
