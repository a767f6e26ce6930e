import assert from "node:assert/strict";
import { it } from "node:test";
import { scene, through } from "./setup.ts";

it("a call that waits for its second turn does not go where the platform asks for quiet in the first counter meanwhile", async () => {
  const { clock, open, go, settle } = scene();
  const site = open([{ group: "all", windows: ["1/10s"], scope: ["site"], maxWait: "1h" }], {
    send: [{ group: "own", scope: ["taxpayer"], maxWait: "1h", learn: [{ when: { status: 429 }, wait: { header: "retry-after" } }] }],
  });
  const [refused, waiting, other] = [go(site, { route: "send", taxpayer: "a" }), go(site, { route: "send", taxpayer: "a" }), go(site, { route: "send", taxpayer: "b" })];
  refused.call.handed();
  clock.advance(100);
  refused.call.answered({ status: 429, headers: ["retry-after", "25"] });
  clock.advance(15_000);
  await settle();
  assert.deepEqual([waiting.state, other.state], ["waits", "goes"], "the turn of the second counter is the next one's");
  through(other);
  clock.advance(9_900);
  await settle();
  assert.equal(waiting.state, "waits");
  clock.advance(200);
  await settle();
  assert.equal(waiting.state, "goes");
});
