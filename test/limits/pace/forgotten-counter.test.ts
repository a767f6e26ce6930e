import assert from "node:assert/strict";
import { it } from "node:test";
import { scene, through, type Going } from "./setup.ts";

it("a call that waits in one counter does not keep another that was forgotten meanwhile", async () => {
  const { clock, open, go, settle } = scene();
  const site = open([{ group: "all", windows: ["1/s"], scope: ["taxpayer"], maxWait: "1h" }], {
    slow: [{ group: "slow", windows: ["1/10s"], scope: ["taxpayer"], maxWait: "1h" }],
    quick: [],
  });
  const quick = (taxpayer: string): Going => go(site, { taxpayer });
  through(go(site, { route: "slow", taxpayer: "a" }));
  const waiting = go(site, { route: "slow", taxpayer: "a" });
  clock.advance(9500);
  await settle();
  // Others come and go: what is idle is forgotten.
  for (let n = 0; n < 20; n++) through(quick(`x${n}`));
  clock.advance(450);
  await settle();
  const one = quick("a");
  through(one);
  assert.equal(one.state, "goes");
  clock.advance(60);
  await settle();
  assert.equal(waiting.state, "waits", "1/s for a: one went 60 ms ago");
});
