import assert from "node:assert/strict";
import { it } from "node:test";
import { scene, through } from "./setup.ts";

it("a configuration that is not taken over after all leaves the limits as they were", () => {
  const { open, go } = scene();
  const running = open([{ windows: ["2/s"], maxWait: "0ms" }], { send: [{ windows: ["1/s"], maxWait: "0ms" }] });
  open([{ windows: ["50/s"] }], { send: [{ windows: ["50/s"] }], more: [{ windows: ["1/s"] }] }).letGo();
  const states = ["send", "send", undefined, undefined].map((route) => {
    const going = go(running, route === undefined ? {} : { route });
    if (going.state === "goes") through(going);
    return going.state;
  });
  assert.deepEqual(states, ["goes", "told 1", "goes", "told 1"]);
});

it("the newest configuration counts until its end, whichever older one goes before it", () => {
  const { open, go } = scene();
  const [first, second] = [open([{ windows: ["1/s"], maxWait: "0ms" }]), open([{ windows: ["2/s"], maxWait: "0ms" }])];
  first.letGo();
  first.letGo();
  for (const wanted of ["goes", "goes", "told 1"]) {
    const going = go(second);
    if (going.state === "goes") through(going);
    assert.equal(going.state, wanted);
  }
});
