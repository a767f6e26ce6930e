import { deepEqual } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startAttackLane, type AttackLane } from "./attack-lane.ts";
import { REQUEST_TABLES } from "./request-tables.ts";
import { runRequestCase } from "./run-request-case.ts";

let lane: AttackLane | undefined;

before(async () => { lane = await startAttackLane(); });
after(async () => { await lane?.stop(); });

function running(): AttackLane {
  if (lane === undefined) throw new Error("running a case: the lane did not start");
  return lane;
}

for (const [family, cases] of Object.entries(REQUEST_TABLES)) {
  describe(`requests, ${family}: nothing ambiguous is passed on, nothing valid is refused`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        const { taxgate, upstream } = running();
        deepEqual(await runRequestCase(one, taxgate.port("plain"), upstream), []);
      });
    }
  });
}
