import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { createConcurrency } from "../../../src/limits/concurrency/concurrency.ts";
import type { SlotWait } from "../../../src/limits/concurrency/slot-waiter.ts";
import type { SlotsOptions } from "../../../src/limits/concurrency/slots.ts";

const CLASSES = ["submit", "poll", "read"] as const;

interface Ask {
  told: number;
  wait: SlotWait | null;
  taken: number;
}

/** Slots under whatever can happen to them, by a seed; gives what is left of it in the end. */
function storm(seed: number): void {
  const clock = manualClock();
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const concurrency = createConcurrency({ clock, random: seededRandom(seed + 1), shed: () => undefined });
  const some = (): SlotsOptions => ({ mode: pick(["adaptive", "fixed"]), min: pick([1, 2]), max: pick([2, 3, 8]), queue: pick([0, 1, 4, 20]), queueTimeout: pick([0, 50, 1000]), reserve: pick([0, 0.2, 0.5, 1]) });
  let options = some();
  const slots = concurrency.use("e", options);
  const asks: Ask[] = [];
  const running: Ask[] = [];
  const begin = (): void => {
    const routeClass = pick(CLASSES);
    const ask: Ask = { told: 0, wait: null, taken: random.next() < 0.02 ? slots.force() : slots.enter(routeClass) };
    asks.push(ask);
    if (ask.taken > 0) return void running.push(ask);
    ask.wait = slots.wait({ class: routeClass, lane: pick(["a", "b", "c"]), deadline: clock.now() + pick([10, 200, Infinity]) }, (taken, none) => {
      ask.told++;
      ask.wait = null;
      ask.taken = taken;
      assert.equal(taken > 0, none === null);
      if (taken > 0) running.push(ask);
    });
    if (ask.told > 0) ask.wait = null;
  };
  const end = (): void => {
    const [one] = running.splice(Math.floor(random.next() * running.length), 1);
    if (one !== undefined) slots.leave({ kind: pick(["x", "y"]), sign: pick(["done", "done", "overload", "given-up", "nothing"]), ms: random.next() * 300, among: one.taken });
  };
  const giveUp = (): void => {
    const one = asks.find(({ wait }) => wait !== null);
    if (one === undefined) return;
    one.wait?.cancel();
    one.wait = null;
    one.told = 1;
  };
  const reload = (): void => {
    const next = some();
    concurrency.use("e", next);
    concurrency.letGo("e", options);
    options = next;
  };
  const acts = [begin, begin, begin, end, end, end, giveUp, () => clock.advance(random.next() * 40)];
  for (let step = 0; step < 1500; step++) {
    if (step % 300 === 299) reload();
    else pick(acts)();
    const { inFlight, waiting, limit } = slots.status();
    assert.equal(inFlight, running.length);
    assert.equal(waiting, asks.filter(({ wait }) => wait !== null).length);
    // Nobody waits beside a free slot: one that he may use is free where hardly any is taken.
    assert.ok(waiting === 0 || inFlight >= Math.max(1, limit - Math.floor(limit * options.reserve)), `seed ${seed}: ${waiting} wait at ${inFlight} of ${limit}`);
    assert.equal(clock.pending(), waiting);
  }
  while (running.length > 0) end();
  clock.advance(10_000);
  while (running.length > 0) end();
  assert.deepEqual([slots.status().inFlight, slots.status().waiting, clock.pending()], [0, 0, 0]);
  assert.ok(asks.every(({ told, taken }) => told === 1 || (told === 0 && taken > 0)), "each is told once");
}

test("whatever happens to slots, each comes back, everybody is told once, and no timer runs when nobody waits", () => {
  for (let seed = 1; seed <= 60; seed++) storm(seed);
});
