import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { Awaiting } from "../../src/journal/verdicts/provisional-index.ts";
import { Provisionals } from "../../src/journal/verdicts/provisionals.ts";
import { createUnsettled } from "../../src/journal/unsettled.ts";
import { openMemoryStore } from "./memory-store.ts";
import { idOf, newEntry } from "./sample-entry.ts";
import { turn } from "./scripted-journal.ts";
import { somePolicy, WALL } from "./some-entry.ts";

test("what there is no room for is left to the store, told of, and known once there is room", async () => {
  const clock = manualClock(WALL);
  const store = openMemoryStore({ now: clock.wall });
  for (const name of ["a", "b", "c"]) await store.insert({ ...newEntry(name), state: { kind: "provisional", how: "answered", reference: name.toUpperCase(), until: WALL + 86_400_000 } });
  const faults: unknown[] = [];
  const provisionals = new Provisionals({
    clock, store, unsettled: createUnsettled(store, clock), policyOf: () => Promise.resolve(somePolicy()), added: () => undefined, over: () => undefined,
    events: { verdict: () => undefined, fault: (_where, fault) => void faults.push(fault) },
  }, 2);
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(1000);
      await turn();
    }
  };
  provisionals.start();
  await pass(2000);
  const find = (reference: string): Awaiting | undefined => provisionals.index.byReference("china", "issue", reference)[0];
  assert.deepEqual([provisionals.index.size, provisionals.isPartial, find("A")?.entry.id, find("C")], [2, true, idOf("a"), undefined]);
  await pass(120_000);
  assert.equal(find("C"), undefined);
  await provisionals.settle(find("A") as Awaiting, { verdict: "accepted", number: "N1", by: "passing" });
  await pass(120_000);
  assert.deepEqual([provisionals.index.size, provisionals.isPartial, find("A"), find("C")?.entry.id, faults], [2, false, undefined, idOf("c"), []]);
  provisionals.stop();
});
