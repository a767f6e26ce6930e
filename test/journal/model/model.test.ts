import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCatch, hunt } from "./hunt.ts";

// MODEL_SEED and MODEL_RUNS run other schedules, or one that has failed again.
const SEED = Number(process.env["MODEL_SEED"] ?? 1);
const RUNS = Number(process.env["MODEL_RUNS"] ?? 2000);

/** What clients have to have been told in so many runs: what is shown has to have been at stake. */
const AT_STAKE = { success: 1, "not-executed": 0.1, conflict: 0.5, refused: 0.1, deferred: 0.05, held: 0.01, later: 0.1, unavailable: 0.1 } as const;

test(`the journal keeps its word in ${RUNS} random runs of clients, crashes, faults, clock jumps and reloads`, async () => {
  const { caught, seen } = await hunt(SEED, RUNS);
  assert.equal(caught === null ? "" : describeCatch(caught), "");
  if (RUNS < 1000) return;
  for (const [told, least] of Object.entries(AT_STAKE)) assert.ok((seen.get(told) ?? 0) >= least * RUNS, `${told}: ${seen.get(told) ?? 0}`);
});
