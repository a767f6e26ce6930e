import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Claim } from "../drill/claim.ts";
import { runRegionDrill } from "../drill/region-drill.ts";
import { SHORT_REGION_PLAN } from "../drill/region-plan.ts";
import { judgeRegion, regionTable } from "../drill/region-verdict.ts";
import { runReloadDrill } from "../drill/reload-drill.ts";
import { SHORT_RELOAD_PLAN } from "../drill/reload-plan.ts";
import { judgeReload, reloadTable } from "../drill/reload-verdict.ts";

/** Fails with every claim that does not hold, and the drill's own table. */
function assertHold(claims: readonly Claim[], table: string): void {
  const failed = claims.filter((claim) => !claim.holds).map(({ name, figure, bar }) => `${name}: ${figure}, want ${bar}`);
  assert.deepEqual(failed, [], table);
}

// Each has a Taxgate and platforms of its own and waits most of the time.
describe("drills in their short form", { concurrency: true }, () => {
  test("reads leave a dying region within the health interval, and submissions stay at home and are issued once", async () => {
    const record = await runRegionDrill(SHORT_REGION_PLAN, () => undefined);
    assertHold(judgeRegion(record), regionTable(record));
  });

  test("reloads of sound and broken files under load fail no request and leak nothing", async () => {
    const record = await runReloadDrill(SHORT_RELOAD_PLAN, () => undefined);
    assertHold(judgeReload(record), reloadTable(record));
  });
});
