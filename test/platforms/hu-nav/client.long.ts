import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import { navApp, type NavApp, type Reported } from "./app.ts";
import { navClient } from "./nav-client.ts";

/*
 * A small application written from NAV's specification that knows only to try again. No client for NAV can be installed from a
 * registry of this project's languages.
 */

const TAXPAYER = "12345678";
const INVOICES = 8;
const SETTINGS = { processingMs: 100, throttled: false };
/** NAV takes the invoice in, and its answer is lost. */
const LOST: FaultSet = { settings: SETTINGS, resetAfterProcessing: { probability: 0.4 } };

await test("an application that tries again reports the same invoice twice where it speaks to NAV directly", async (t) => {
  const sandbox = await platform(t, LOST);
  const app = navApp(sandbox.origin, TAXPAYER, 5);
  const reported = await reportAll(app);
  assert.ok(sandbox.ledger.totals().refused > 0, "nothing was sent twice: there was no storm");
  const ends = await Promise.all(reported.map(({ transactionId }) => app.outcome(transactionId ?? "")));
  assert.ok(ends.includes("ABORTED"), `and is shown a failure for what was taken in: ${ends.join(", ")}`);
});

await test("through taxgate nothing is reported twice, and whoever was told a transaction sees it done", async (t) => {
  const sandbox = await platform(t, { settings: SETTINGS, errorBefore: { probability: 0.2, on: ["issue", "token"] }, resetMidAnswer: { probability: 0.2, on: ["token", "status"] } });
  const taxgate = await through(t, sandbox);
  const app = navApp(taxgate.origin, TAXPAYER, 5);
  const reported = await reportAll(app);
  const ends: (string | null)[] = [];
  for (const { transactionId } of reported) ends.push(await app.outcome(transactionId ?? ""));
  assert.deepEqual(ends, Array.from({ length: INVOICES }, () => "DONE"), `${JSON.stringify(reported)}\n${taxgate.output()}`);
  assert.deepEqual([sandbox.ledger.totals().refused, sandbox.ledger.totals().issued], [0, INVOICES]);
});

await test("a lost answer is never sent again, and found by the application's own question", async (t) => {
  const sandbox = await platform(t, { ...LOST, resetAfterProcessing: { times: 1 } });
  const { origin } = await through(t, sandbox);
  const begin = Date.now();
  const hasty = navApp(origin, TAXPAYER, 5, 300);
  assert.equal((await hasty.report({ number: "LOST-1" })).transactionId, null);
  const client = navClient({ origin, taxNumber: TAXPAYER, wall: () => Date.now() });
  const id = (await client.list(begin - 1000, Date.now() + 1000)).value("transactionId");
  assert.ok(id, "NAV has it");
  await client.status(id, true);
  assert.deepEqual(await navApp(origin, TAXPAYER, 5).report({ number: "LOST-1" }), { number: "LOST-1", transactionId: id, tries: 1 });
  assert.deepEqual([sandbox.ledger.totals().refused, sandbox.ledger.totals().issued], [0, 1]);
});

async function platform(t: TestContext, faults: FaultSet): Promise<Sandbox> {
  const sandbox = await startSandbox({ name: "budapest", kind: "hu-nav", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  await sandbox.faults.set(faults);
  return sandbox;
}

async function through(t: TestContext, sandbox: Sandbox): Promise<{ readonly origin: string; readonly output: () => string }> {
  const taxgate = await startTaxgate(config(sandbox.origin));
  t.after(() => taxgate.stop());
  return { origin: `http://127.0.0.1:${taxgate.port("plain")}`, output: () => taxgate.output() };
}

async function reportAll(app: NavApp): Promise<Reported[]> {
  const reported: Reported[] = [];
  for (let i = 1; i <= INVOICES; i += 1) reported.push(await app.report({ number: `SZ-${i}` }));
  return reported;
}

function config(origin: string): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: hu-nav
regions: { hu: { endpoints: [{ url: "${origin}" }] } }
upstream: { pace: [], breaker: { consecutiveFailures: 100, failureRatio: 1, minimumRequests: 1000 } }
`;
}
