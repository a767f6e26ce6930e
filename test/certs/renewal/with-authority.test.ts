import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import { certificateId } from "../../../src/certs/acme/certificate-id.ts";
import { createIssuer } from "../../../src/certs/acme/create-issuer.ts";
import { createKeeper } from "../../../src/certs/renewal/keeper.ts";
import { createDirectoryStore } from "../../../src/certs/store/directory-store.ts";
import { until } from "../../support/until.ts";
import { hastyClock } from "../acme/hasty-clock.ts";
import { recordingSolver } from "../acme/recording-solver.ts";
import { startStubCa } from "../acme/stub-ca.ts";
import { folder } from "../store/store-folder.ts";
import { DAY, HOUR, options } from "./world.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

test("an authority moves its window up: within one check there is another certificate, ordered as the replacement", async (t) => {
  const ca = await startStubCa();
  t.after(() => ca.close());
  const usual = { start: iso(Date.now() + 58 * DAY), end: iso(Date.now() + 60 * DAY) };
  const moved = { start: iso(Date.now() - DAY), end: iso(Date.now() - HOUR), explanationURL: "https://ca.example/revoked" };
  let revoked: string | null = null;
  ca.settings.renewalInfo = (id) => (id === revoked ? moved : usual);

  // An hour passes in a second, so that one check of six hours takes six.
  const clock = hastyClock(3600);
  const store = createDirectoryStore({ directory: folder(t), holder: "one", clock });
  const random = seededRandom(3);
  const issuer = createIssuer({ directory: ca.directory, access: { ca: ca.ca, eab: null, profile: null, preferredChain: null }, email: null, accounts: store, solver: recordingSolver(), clock: hastyClock(50), random });
  const told: string[] = [];
  const events = { changed: () => {}, moved: () => {}, ordering: () => {}, ordered: ({ why, result }: { why: string; result: string }) => told.push(`${why} ${result}`) };
  const keeper = createKeeper({ name: "edge", options: options({ renew: { check: HOUR, blackouts: [] } }), store, issuers: [issuer], rehearsal: null, clock, random, events });
  t.after(() => keeper.stop());

  assert.ok(await until(() => keeper.status().window !== null, 5000), JSON.stringify(keeper.status()));
  const first = keeper.pair()?.cert ?? "";
  assert.deepEqual([told, keeper.status().next.why, store.read("edge")?.cert], [["none-yet issued"], "not-due", first]);

  revoked = certificateId(first);
  const looks = ca.count("renewal-info");
  assert.ok(await until(() => ca.issued.length === 2 && keeper.pair()?.cert !== first, 5000), JSON.stringify(keeper.status()));
  assert.ok(ca.count("renewal-info") - looks <= 2, "more than one check");
  assert.deepEqual(told, ["none-yet issued", "moved-up issued"]);
  assert.equal(ca.requests.filter(({ kind }) => kind === "new-order").at(-1)?.payload?.["replaces"], revoked);
  assert.ok(revoked !== null && keeper.status().issuer === ca.directory);
});
