import assert from "node:assert/strict";
import { test } from "node:test";
import { hear, stateOf, takenIn } from "./learn-setup.ts";

/*
 * A platform may number submissions as their senders do: then a question can come before the submission.
 */

for (const [state, early, later] of [["gone", "provisional", "unsent"], ["bad", "provisional", "rejected"], ["ok", "accepted", "accepted"]] as const) {
  test(`an answer of '${state}' to a question that came before the submission was taken in: ${early}; to a later one: ${later}`, async () => {
    for (const [before, wanted] of [[1, early], [0, later]] as const) {
      const life = await takenIn();
      hear(life, [{ ref: "T1", state }], { askedAt: life.clock.now() - before });
      await life.pass(100);
      assert.equal((await stateOf(life)).kind, wanted);
    }
  });
}
