import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scene, type Going } from "./setup.ts";

const PACE = [{ windows: ["10/s"], maxWait: "1h" }];

function states(all: readonly Going[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of all) {
    const [kind = ""] = state.split(" ");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe("more than may wait", () => {
  it("lose the newest of whoever has most of them waiting, who is told when to come again", async () => {
    const { open, go, settle } = scene();
    const site = open(PACE);
    const flood = Array.from({ length: 4010 }, () => go(site, { taxpayer: "flood" }));
    const beyond = go(site, { taxpayer: "flood" });
    const other = go(site, { taxpayer: "other" });
    await settle();
    assert.deepEqual([states(flood), states([beyond]), states([other])], [{ goes: 10, waits: 3999, told: 1 }, { told: 1 }, { waits: 1 }]);
    const told = Number((flood.at(-1)?.state ?? "").split(" ")[1]);
    assert.ok(told >= 390 && told <= 410, `told ${told} s, where 4000 wait and 10 go in a second`);
  });

  it("never lose a submission to a read", async () => {
    const { open, go, settle } = scene();
    const site = open(PACE);
    const submitted = Array.from({ length: 4010 }, () => go(site, { taxpayer: "flood", routeClass: "submit" }));
    const read = go(site, { taxpayer: "other" });
    await settle();
    assert.deepEqual([states(submitted), states([read])], [{ goes: 10, waits: 4000 }, { told: 1 }]);
  });

  it("go by turns where no taxpayer is known, by whoever asks", async () => {
    const { open, go, settle, clock } = scene();
    const site = open([{ windows: ["1/s"], maxWait: "1h", margin: "0ms" }]);
    go(site).call.handed();
    const flood = Array.from({ length: 20 }, () => go(site, { principal: "flood" }));
    const others = ["p", "q"].map((principal) => go(site, { principal }));
    for (let second = 0; second < 3; second++) {
      clock.advance(1000);
      await settle();
      for (const one of [...flood, ...others]) if (one.state === "goes") one.call.handed();
    }
    assert.deepEqual([states(flood)["goes"], states(others)], [1, { goes: 2 }]);
  });
});
