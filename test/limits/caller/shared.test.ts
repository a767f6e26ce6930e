import assert from "node:assert/strict";
import { test } from "node:test";
import type { SharedCount, SharedDemand, SharedLimits } from "../../../src/limits/shared/shared-limits.ts";
import { scene } from "./setup.ts";

interface Place extends SharedLimits {
  readonly asked: string[];
  /** What the place says next; fits unless written. */
  answers: (SharedCount | null)[][];
}

function place(): Place {
  const words = ({ limit, key, cost }: SharedDemand): string => `${limit} ${key} ${cost}`;
  const self: Place = {
    state: "up", asked: [], answers: [],
    take(demands) {
      self.asked.push(demands.map(words).join(" + "));
      return Promise.resolve(self.answers.shift() ?? demands.map(() => count(0)));
    },
    giveBack: (demand) => void self.asked.push(`back ${words(demand)}`),
    stop: () => undefined,
  };
  return self;
}

const count = (wait: number, taken = wait === 0): SharedCount => ({ fits: wait === 0, taken, wait, rules: [{ left: 7, reset: 900 }], at: 1 });
const ALL = { all: { key: "taxpayer", windows: ["2/s"], shared: true }, more: { key: "site", windows: ["5/s"], shared: true }, own: { key: "site", windows: ["3/s"] } };

test("limits that instances share are asked about together, and what they say counts and is told", async () => {
  const shared = place();
  const { open, go, pass } = scene({ shared });
  const site = open(ALL);
  const going = Array.from({ length: 3 }, () => go(site, ["own", "all", "more"], { taxpayer: "t" }));
  await pass(0);
  // The others say that there is room: here is none, but they know of more.
  assert.deepEqual(going.map(({ state }) => state), ["goes", "goes", "goes"]);
  assert.deepEqual(shared.asked, Array.from({ length: 3 }, () => "all t 1 + more s 1"));
  assert.equal(going[2]?.passage.fields()[3], '"own";r=0;t=1, "all";r=7;t=1, "more";r=7;t=1');
  const fourth = go(site, ["own", "all", "more"], { taxpayer: "t" });
  assert.deepEqual([fourth.state, shared.asked.length], ["refused 1", 3]);
});

test("where another instance has used it up, everything is given back", async () => {
  const shared = place();
  const { open, go, pass } = scene({ shared });
  const site = open(ALL);
  shared.answers.push([count(2500), count(0)]);
  const refused = go(site, ["own", "all", "more"], { taxpayer: "t" });
  await pass(0);
  assert.deepEqual([refused.state, shared.asked], ["refused 3", ["all t 1 + more s 1", "back more s 1"]]);
  assert.equal(go(site, ["own"]).passage.fields()[3], '"own";r=2;t=1');
});

test("where nobody answers, this one's own counters decide", async () => {
  const shared = place();
  const { open, go, pass } = scene({ shared });
  const site = open(ALL);
  shared.answers.push(...Array.from({ length: 3 }, () => [null]));
  const going = Array.from({ length: 3 }, () => go(site, ["all"], { taxpayer: "t" }));
  await pass(0);
  assert.deepEqual(going.map(({ state }) => state), ["goes", "goes", "refused 1"]);
});

test("a shared limit that queues waits as long as the others say, in the order of coming", async () => {
  const shared = place();
  const { open, go, pass } = scene({ shared });
  const site = open({ line: { key: "site", windows: ["10/s"], shared: true, onExcess: "queue", maxWait: "5s" } });
  shared.answers.push([count(1000)], [count(500)]);
  const first = go(site, ["line"]);
  await pass(0);
  const second = go(site, ["line"]);
  await pass(2000);
  assert.deepEqual([first.at, second.state], [1500, "goes"]);
  assert.ok((second.at as number) > 1500 && (second.at as number) < 1700, String(second.at));
});

test("a shared limit without a place to share counts and queues by itself", async () => {
  const { open, go, pass } = scene();
  const site = open({ line: { key: "site", windows: ["1/s"], shared: true, onExcess: "queue", maxWait: "5s" } });
  const going = [0, 1, 2].map(() => go(site, ["line"]));
  await pass(3000);
  assert.deepEqual(going.map(({ at }) => at), [0, 1000, 2000]);
});
