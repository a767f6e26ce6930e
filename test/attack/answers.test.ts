import { deepEqual } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startAttackLane, type AttackLane } from "./attack-lane.ts";
import { ANSWER_TABLES } from "./answer-tables.ts";
import { runAnswerCase } from "./run-answer-case.ts";

let lane: AttackLane | undefined;

before(async () => { lane = await startAttackLane(); });
after(async () => { await lane?.stop(); });

function running(): AttackLane {
  if (lane === undefined) throw new Error("running a case: the lane did not start");
  return lane;
}

for (const [family, cases] of Object.entries(ANSWER_TABLES)) {
  describe(`answers, ${family}: no cut-off body arrives complete, nothing valid is lost`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        const { taxgate, upstream } = running();
        deepEqual(await runAnswerCase(one, taxgate.port("plain"), upstream), []);
      });
    }
  });
}
