import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import { invoiceRecord, send, submission } from "./records.ts";

/*
 * AEAT says in each answer how long to wait. An application that does not care is kept to it, without noticing more than time.
 */

const INVOICES = 4;
const WAIT_SECONDS = 1;

await test("an application that does not wait never comes too early through taxgate", async (t) => {
  const sandbox = await startSandbox({ name: "madrid", kind: "es-verifactu", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  await sandbox.faults.set({ settings: { waitSeconds: WAIT_SECONDS } });
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: es-verifactu
regions: { es: { endpoints: [{ url: "${sandbox.origin}" }] } }
`);
  t.after(() => taxgate.stop());
  const origin = `http://127.0.0.1:${taxgate.port("plain")}`;
  const begin = systemClock.now();
  const states: (string | null)[] = [];
  for (let i = 0; i < INVOICES; i += 1) states.push((await send(origin, record(`W-${i}`))).submission);
  const spent = systemClock.now() - begin;
  assert.deepEqual(states, Array.from({ length: INVOICES }, () => "Correcto"), taxgate.output());
  assert.ok(spent >= (INVOICES - 1) * WAIT_SECONDS * 1000, `${spent} ms`);
  const { own, byStatus } = (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as { own: { early: number }; byStatus: Record<string, number> };
  assert.deepEqual([own.early, Object.keys(byStatus)], [0, ["200"]]);
  assert.equal((await send(sandbox.origin, record("W-direct"))).status, 503, "directly it is too early");
});

function record(number: string): string {
  const now = Temporal.Now.zonedDateTimeISO("Europe/Madrid");
  const [year, month, day] = now.toPlainDate().toString().split("-");
  return submission([invoiceRecord({ number, date: `${day}-${month}-${year}`, stamped: now.toString({ timeZoneName: "never", fractionalSecondDigits: 0 }) }).xml]);
}
