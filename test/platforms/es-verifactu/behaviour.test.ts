import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { builtInFile } from "../../../src/config/built-in-profiles.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import { cancellationRecord, invoiceRecord, send, submission, type Read, type Sold } from "./records.ts";

/*
 * What an application of VERI*FACTU meets through taxgate when things go wrong. The profile is the built-in one, with its waits
 * cut down to what a test may take.
 */

/** All records of a run are made at this moment, so that the same words make the same record. */
const NOW = Temporal.Now.zonedDateTimeISO("Europe/Madrid");

/** The profile's own words, and those of these tests; each must be there. */
const SHORTER: readonly (readonly [string, string])[] = [
  ["notFoundValidAfter: 30s\n          every: 5s\n          for: 1min", "notFoundValidAfter: 500ms\n          every: 100ms\n          for: 1s"],
];

interface Scene {
  readonly sandbox: Sandbox;
  send(records: readonly string[]): Promise<Read>;
  faults(faults: FaultSet): Promise<void>;
}

async function open(t: TestContext): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-verifactu-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let profile = readFileSync(builtInFile("es-verifactu"), "utf8");
  for (const [long, short] of SHORTER) {
    assert.ok(profile.includes(long), long);
    profile = profile.replaceAll(long, short);
  }
  writeFileSync(join(folder, "short.yaml"), profile);
  const sandbox = await startSandbox({ name: "madrid", kind: "es-verifactu", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  const faults = (set: FaultSet): Promise<void> => sandbox.faults.set({ settings: { waitSeconds: 0 }, ...set });
  await faults({});
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: ${join(folder, "short.yaml")}
regions: { es: { endpoints: [{ url: "${sandbox.origin}" }] } }
`);
  t.after(() => taxgate.stop());
  return { sandbox, faults, send: (records) => send(`http://127.0.0.1:${taxgate.port("plain")}`, submission(records)) };
}

const lines = ({ records }: Read): unknown => records.map(({ number, state, code }) => [number, state, code]);
const counted = ({ sandbox }: Scene): unknown => [sandbox.ledger.totals().issued, sandbox.ledger.totals().refused];

await test("a message of known and new invoices is sent with the new ones alone, and answered as a whole", async (t) => {
  const scene = await open(t);
  await scene.send([invoice("A"), invoice("B")]);
  const answer = await scene.send([invoice("A"), invoice("B"), invoice("C")]);
  assert.deepEqual(lines(answer), [["A", "Correcto", null], ["B", "Correcto", null], ["C", "Correcto", null]]);
  assert.deepEqual(counted(scene), [3, 0]);
});

await test("an invoice that AEAT refuses may be corrected under its number", async (t) => {
  const scene = await open(t);
  const refused = await scene.send([invoice("A"), invoice("F", { type: "X9" })]);
  assert.deepEqual(lines(refused), [["A", "Correcto", null], ["F", "Incorrecto", "1106"]]);
  const corrected = await scene.send([invoice("F", { total: "122.00" })]);
  assert.deepEqual(lines(corrected), [["F", "Correcto", null]]);
  assert.deepEqual(counted(scene), [2, 0]);
});

await test("a record that was stamped anew is refused, because AEAT has the first one", async (t) => {
  const scene = await open(t);
  await scene.send([invoice("A")]);
  const again = await scene.send([invoice("A", { stamped: stampedAgo(1) })]);
  assert.deepEqual([again.status, again.fault?.slice(0, 12)], [500, "Codigo[3000]"]);
  assert.deepEqual(counted(scene), [1, 0]);
});

await test("a message that never arrived is sent again once AEAT has said that it has nothing", async (t) => {
  const scene = await open(t);
  await scene.faults({ html: { status: 502, times: 1, on: ["issue"] } });
  assert.deepEqual(lines(await scene.send([invoice("A")])), [["A", "Correcto", null]]);
  assert.deepEqual(counted(scene), [1, 0]);
});

await test("an invoice that was taken in with errors is not confirmed as if it were right", async (t) => {
  const scene = await open(t);
  await scene.faults({ resetAfterProcessing: { times: 1 } });
  const { records } = await scene.send([invoice("A", { stamped: stampedAgo(600) })]);
  assert.deepEqual(records, [{ number: "A", state: "Incorrecto", code: "3000", duplicate: "AceptadaConErrores" }]);
  assert.equal(scene.sandbox.ledger.totals().issued, 1);
});

await test("corrections and cancellations that are sent again are told what became of the first ones", async (t) => {
  const scene = await open(t);
  await scene.send([invoice("A")]);
  const correction = invoice("A", { correction: "S", total: "122.00" });
  assert.deepEqual([lines(await scene.send([correction])), lines(await scene.send([correction]))], [[["A", "Correcto", null]], [["A", "Correcto", null]]]);
  const cancellation = cancellationRecord(sold("A"));
  assert.deepEqual([lines(await scene.send([cancellation])), lines(await scene.send([cancellation]))], [[["A", "Correcto", null]], [["A", "Correcto", null]]]);
  assert.deepEqual(counted(scene), [3, 0]);
  await scene.send([invoice("B")]);
  await scene.faults({ resetAfterProcessing: { times: 1 } });
  assert.deepEqual(lines(await scene.send([cancellationRecord(sold("B"))])), [["B", "Incorrecto", "3001"]], "AEAT's own words after a message was sent again");
});

await test("a mixed message is told apart by its bytes, and gets the same answer again", async (t) => {
  const scene = await open(t);
  await scene.send([invoice("A")]);
  const mixed = [invoice("B"), cancellationRecord(sold("A"))];
  const first = await scene.send(mixed);
  assert.deepEqual(lines(first), [["B", "Correcto", null], ["A", "Correcto", null]]);
  assert.equal((await scene.send(mixed)).text, first.text);
  assert.deepEqual(counted(scene), [3, 0]);
});

function stampedAgo(seconds: number): string {
  return NOW.subtract({ seconds }).toString({ timeZoneName: "never", fractionalSecondDigits: 0 });
}

function sold(number: string, change: Partial<Sold> = {}): Sold {
  const [year, month, day] = NOW.toPlainDate().toString().split("-");
  return { number, date: `${day}-${month}-${year}`, stamped: stampedAgo(0), ...change };
}

function invoice(number: string, change: Partial<Sold> = {}): string {
  return invoiceRecord(sold(number, change)).xml;
}
