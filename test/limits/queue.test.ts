import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../src/base/random.ts";
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
    assert.deepEqual(order(queue), ["0a", "0b", "1a", "2b", "2a"]);
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

describe("the first of those who wait", () => {
  it("is who is taken next, however often one asks", () => {
    const { queue } = fill(...Array.from({ length: 12 }, () => [0, "a"] as const), [1, "a"], [2, "b"], [2, "a"]);
    for (let first = queue.first(); first !== null; first = queue.first()) {
      assert.equal(queue.first(), first);
      assert.equal(queue.take(), first);
    }
    assert.equal(queue.size, 0);
  });

  it("is the one who was put back, in his lane and among lanes", () => {
    const { queue, all } = fill([1, "a"], [1, "a"], [1, "b"], [2, "c"]);
    const [first, second] = all as [Waiter, Waiter];
    assert.equal(queue.take(), first);
    queue.putBack(first);
    assert.deepEqual([queue.size, queue.first()], [4, first]);
    assert.equal(queue.take(), first);
    queue.remove(second);
    queue.putBack(first);
    assert.deepEqual(order(queue), ["1a", "1b", "2c"]);
  });
});

describe("a lane that had turns in a higher rank", () => {
  it("lets others go before it as often in the lower one", () => {
    const { queue } = fill([0, "a"], [0, "a"], ...["a", "b", "b", "b", "c"].map((lane) => [2, lane] as const));
    assert.deepEqual(order(queue), ["0a", "0a", "2b", "2c", "2b", "2a", "2b"]);
  });

  it("waits for nobody where nobody else waits", () => {
    const { queue } = fill([0, "a"], [0, "a"], [2, "a"]);
    assert.deepEqual(order(queue), ["0a", "0a", "2a"]);
  });

  it("is forgiven what is long ago", () => {
    const { queue } = fill(...Array.from({ length: 60 }, () => [0, "a"] as const), [2, "a"], ...Array.from({ length: 40 }, () => [2, "b"] as const));
    const reads = order(queue).filter((one) => one.startsWith("2"));
    assert.ok(reads.indexOf("2a") <= 24, `after ${reads.indexOf("2a")} others`);
  });

  it("has in all what the others have, as far as its submissions leave it", () => {
    const queue = new Queue();
    const got = new Map<string, number>();
    for (let turn = 0; turn < 3000; turn++) {
      // a submits in every sixth turn, and all of them always want to read.
      if (turn % 6 === 0) queue.add(waiter(0, "a"));
      for (const lane of ["a", "b", "c"]) if (queue.ahead(2, lane) < 30) queue.add(waiter(2, lane));
      const lane = queue.take()?.lane ?? "";
      got.set(lane, (got.get(lane) ?? 0) + 1);
    }
    for (const lane of ["a", "b", "c"]) assert.ok(Math.abs((got.get(lane) ?? 0) - 1000) <= 30, JSON.stringify([...got]));
  });
});

describe("where no more may wait", () => {
  const CROWDS: readonly (readonly [string, readonly (readonly [Rank, string])[], Rank, string, number | null])[] = [
    ["nobody leaves for one whose lane is as long as the longest", [[2, "a"], [2, "b"]], 2, "b", null],
    ["nobody leaves for one whose lane would be as long as the longest", [[2, "a"], [2, "a"], [2, "b"]], 2, "b", null],
    ["the newest of the longest lane leaves for another", [[2, "b"], [2, "a"], [2, "a"], [2, "a"]], 2, "c", 3],
    ["whoever reads leaves for whoever submits, be his lane as long as it may", [[2, "b"], [0, "a"], [0, "a"]], 0, "a", 0],
    ["nobody who submits leaves for one who reads", [[0, "a"], [0, "a"], [0, "a"]], 2, "b", null],
    ["reads leave before polls", [[1, "a"], [1, "a"], [1, "a"], [2, "b"]], 0, "c", 3],
  ];
  for (const [what, lanes, rank, lane, leaves] of CROWDS) {
    it(what, () => {
      const { queue, all } = fill(...lanes);
      assert.equal(queue.toLeave(rank, lane), leaves === null ? null : all[leaves]);
    });
  }
});

it("whoever is ahead is so many as are served before a newcomer, whatever came and left", () => {
  const random = seededRandom(3);
  const below = (most: number): number => Math.floor(random.next() * most);
  for (let round = 0; round < 300; round++) {
    const queue = new Queue();
    const there: Waiter[] = [];
    for (let step = 0; step < 40; step++) {
      const one = waiter(2, "abcdef"[below(6)] as string);
      queue.add(one);
      there.push(one);
      if (below(3) === 0) queue.remove(there.splice(below(there.length), 1)[0] as Waiter);
    }
    const newcomer = waiter(2, "abcdefg"[below(7)] as string);
    const ahead = queue.ahead(2, newcomer.lane);
    queue.add(newcomer);
    let served = 0;
    while (queue.take() !== newcomer) served++;
    // Where his lane stands in the round decides whether the others' next ones are before him.
    assert.ok(served <= ahead && served >= ahead - 6, `${served} were served, ${ahead} foreseen`);
    assert.equal(queue.size, there.length - served);
  }
});
