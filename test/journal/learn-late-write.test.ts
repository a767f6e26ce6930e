import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreFault } from "../../src/journal/store.ts";
import { hear, OPTIONS, stateOf, TAKEN_IN } from "./learn-setup.ts";
import { scripted } from "./scripted-journal.ts";

for (const [state, wanted] of [["bad", "rejected"], ["ok", "accepted"], ["gone", "unsent"]] as const) {
  test(`a verdict of '${state}' on a submission whose outcome could only be written late is taken the first time it is heard`, async () => {
    const life = scripted(OPTIONS);
    life.script = (call) => {
      life.storeFault = () => new StoreFault("full", "no space");
      return call.kind === "submit" ? TAKEN_IN : null;
    };
    life.journal.start();
    await Promise.all([life.hear({ orderNo: "A" }), life.pass(500)]);
    life.storeFault = null;
    await life.pass(60_000, 500);
    assert.equal((await stateOf(life)).kind, "provisional");
    hear(life, [{ ref: "T1", state }]);
    await life.pass(100);
    assert.equal((await stateOf(life)).kind, wanted);
    assert.equal(life.journal.stats().provisional, 0);
  });

  test(`the same, where that verdict of '${state}' can only be written late too`, async () => {
    const life = scripted(OPTIONS);
    const full = (): Error => new StoreFault("full", "no space");
    life.script = (call) => {
      life.storeFault = full;
      return call.kind === "submit" ? TAKEN_IN : null;
    };
    life.journal.start();
    await Promise.all([life.hear({ orderNo: "A" }), life.pass(500)]);
    life.storeFault = null;
    await life.pass(60_000, 500);
    life.storeFault = full;
    hear(life, [{ ref: "T1", state }]);
    await life.pass(5000, 100);
    life.storeFault = null;
    await life.pass(60_000, 500);
    assert.equal((await stateOf(life)).kind, wanted);
    assert.equal(life.journal.stats().provisional, 0);
  });
}
