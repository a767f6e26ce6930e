import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { started } from "../../sandbox/started.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { cancellationRecord, invoiceRecord, question, send, submission, type Sold } from "./records.ts";
import { openWsdl, WITHOUT_WSDL, type WsdlFolder } from "./wsdl.ts";
import { PYTHON, WITHOUT_ZEEP } from "./zeep-app.ts";

/*
 * What the simulated AEAT answers, what these tests send, and what Taxgate answers in AEAT's name is valid by AEAT's schemas.
 */

const SCRIPT = fileURLToPath(new URL("validate.py", import.meta.url));

await describe("AEAT's schemas", { skip: WITHOUT_WSDL || WITHOUT_ZEEP }, async () => {
  let files: WsdlFolder;
  before(() => void (files = openWsdl()));
  after(() => files.remove());

  function wrongWith(documents: readonly string[]): readonly (string | null)[] {
    const { stdout, stderr } = spawnSync(PYTHON ?? "python3", [SCRIPT, files.folder], { input: JSON.stringify(documents), encoding: "utf8" });
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as (string | null)[];
  }

  await test("hold for every answer of the simulated platform", async (t) => {
    const platform = await started(t, { settings: { waitSeconds: 0 } }, { kind: "es-verifactu" });
    const one = soldAt(platform.clock.wall(), "S-1 <&>");
    const messages = [
      submission([invoiceRecord(one).xml]),
      submission([invoiceRecord(one).xml, invoiceRecord({ ...one, number: "S-2", issuer: "89890009X" }).xml, invoiceRecord({ ...one, number: "S-3", stamped: "2020-01-01T00:00:00+01:00" }).xml]),
      submission([invoiceRecord({ ...one, correction: "S" }).xml]),
      question(one),
      submission([cancellationRecord(one)]),
      submission([cancellationRecord(one)]),
      question(one), question({ ...one, number: "none" }),
    ];
    const answers: string[] = [];
    for (const message of messages) answers.push((await send(platform.origin, message.replaceAll("<&>", "&lt;&amp;&gt;"))).text);
    assert.deepEqual(wrongWith(answers), answers.map(() => null));
    assert.notEqual(wrongWith([(answers[0] ?? "").replace("TiempoEsperaEnvio>0", "TiempoEsperaEnvio>soon")])[0], null, "the schemas are in force");
  });

  await test("hold for what Taxgate says of an invoice whose answer was lost", async (t) => {
    const text = await confirmed(t);
    assert.match(text, />Correcto</);
    assert.deepEqual(wrongWith([text]), [null]);
  });
});

async function confirmed(t: TestContext): Promise<string> {
  const sandbox = await startSandbox({ name: "madrid", kind: "es-verifactu", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  await sandbox.faults.set({ settings: { waitSeconds: 0 }, resetAfterProcessing: { times: 1 } });
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: es-verifactu
regions: { es: { endpoints: [{ url: "${sandbox.origin}" }] } }
`);
  t.after(() => taxgate.stop());
  const now = systemClock.wall();
  const records = ["C-1", "C-2"].map((number) => invoiceRecord(soldAt(now, number)).xml);
  const { text } = await send(`http://127.0.0.1:${taxgate.port("plain")}`, submission(records));
  assert.deepEqual([sandbox.ledger.totals().issued, sandbox.ledger.totals().refused], [2, 0]);
  return text;
}

function soldAt(wall: number, number: string): Sold {
  const stamped = Temporal.Instant.fromEpochMilliseconds(Math.floor(wall)).toZonedDateTimeISO("Europe/Madrid");
  const [year, month, day] = stamped.toPlainDate().toString().split("-");
  return { number, date: `${day}-${month}-${year}`, stamped: stamped.toString({ timeZoneName: "never", fractionalSecondDigits: 0 }) };
}
