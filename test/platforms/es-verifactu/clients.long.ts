import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import type { Sold } from "./records.ts";
import { soapApp, type Booked, type SoapApp } from "./soap-app.ts";
import { openWsdl, WITHOUT_WSDL, type WsdlFolder } from "./wsdl.ts";
import { WITHOUT_ZEEP, zeepApp } from "./zeep-app.ts";

/*
 * Two SOAP clients that people use, unmodified, in an application that tries again when no answer comes. Under the same faults
 * they are told "duplicate" by AEAT for what was their own, and through Taxgate what became of it.
 */

const INVOICES = 12;
const PATIENCE_MS = 10_000;

/** AEAT takes the record in, and its answer is lost on the way. */
const FAULTS: FaultSet = { settings: { waitSeconds: 0 }, resetAfterProcessing: { probability: 0.3 }, errorAfter: { probability: 0.15, as: "either" }, resetMidAnswer: { probability: 0.15, on: ["issue"] }, errorBefore: { probability: 0.1, on: ["issue"] } };

const CLIENTS: readonly { readonly name: string; readonly skip: string | false; readonly open: (wsdl: string, origin: string) => Promise<SoapApp & { end?(): void }> }[] = [
  { name: "soap from npm", skip: WITHOUT_WSDL, open: (wsdl, origin) => soapApp(wsdl, origin, PATIENCE_MS) },
  { name: "python3-zeep from Debian", skip: WITHOUT_WSDL || WITHOUT_ZEEP, open: (wsdl, origin) => Promise.resolve(zeepApp(wsdl, origin, PATIENCE_MS)) },
];

for (const { name, skip, open } of CLIENTS) {
  await describe(name, { skip }, async () => {
    let wsdl: WsdlFolder;
    before(() => void (wsdl = openWsdl()));
    after(() => wsdl.remove());

    await test("hears of duplicates that are its own where it speaks to AEAT directly", async (t) => {
      const sandbox = await platform(t);
      const { booked } = await bookAll(await open(wsdl.wsdl, sandbox.origin));
      assert.ok(sandbox.ledger.totals().refused > 0, "nothing was sent twice: there was no storm");
      assert.ok(booked.some(({ code }) => code === "3000"), JSON.stringify(booked));
    });

    await test("is told through taxgate what became of each invoice, and finds it at AEAT", async (t) => {
      const sandbox = await platform(t);
      const taxgate = await startTaxgate(config(sandbox.origin));
      t.after(() => taxgate.stop());
      const { booked, shown } = await bookAll(await open(wsdl.wsdl, `http://127.0.0.1:${taxgate.port("plain")}`));
      assert.deepEqual(booked.map(({ state }) => state), Array.from({ length: INVOICES }, () => "Correcto"), `${JSON.stringify(booked)}\n${taxgate.output()}`);
      assert.deepEqual(shown, Array.from({ length: INVOICES }, () => ["Correcto"]));
      const { issued, refused } = sandbox.ledger.totals();
      assert.deepEqual({ issued, repeats: refused }, { issued: INVOICES, repeats: 0 });
    });
  });
}

async function platform(t: TestContext): Promise<Sandbox> {
  const sandbox = await startSandbox({ name: "madrid", kind: "es-verifactu", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  await sandbox.faults.set(FAULTS);
  return sandbox;
}

async function bookAll(app: SoapApp & { end?(): void }): Promise<{ readonly booked: readonly Booked[]; readonly shown: readonly (readonly string[])[] }> {
  try {
    const booked: Booked[] = [];
    const shown: (readonly string[])[] = [];
    for (let i = 1; i <= INVOICES; i += 1) {
      const one = sold(`2026-${i}`);
      booked.push(await app.book(one));
      shown.push(await app.look(one));
    }
    return { booked, shown };
  } finally {
    app.end?.();
  }
}

function sold(number: string): Sold {
  const now = Temporal.Now.zonedDateTimeISO("Europe/Madrid");
  const [year, month, day] = now.toPlainDate().toString().split("-");
  return { number, date: `${day}-${month}-${year}`, stamped: now.toString({ timeZoneName: "never", fractionalSecondDigits: 0 }) };
}

function config(origin: string): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: es-verifactu
regions: { es: { endpoints: [{ url: "${origin}" }] } }
upstream: { breaker: { consecutiveFailures: 100, failureRatio: 1, minimumRequests: 1000 } }
`;
}
