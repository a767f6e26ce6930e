import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCatch, hunt } from "./hunt.ts";
import { PLANTS } from "./plants.ts";

/** No more than the model check has for the journal itself; see model.test.ts. */
const RUNS = 2000;

for (const { what, planted, breaks } of PLANTS) {
  test(`the model finds ${what}`, async (t) => {
    const { caught } = await hunt(1, RUNS, planted);
    assert.ok(caught !== null, `nothing was found in ${RUNS} runs`);
    assert.ok(breaks.includes(caught.wrong.slice(0, caught.wrong.indexOf(":"))), describeCatch(caught));
    t.diagnostic(`run ${caught.runs}: ${describeCatch(caught)}`);
  });
}
