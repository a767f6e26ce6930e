import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createZip, uploadBatch } from "ksef-client-ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import type { Sandbox } from "../../../src/sandbox/sandbox.ts";
import { until } from "../../support/until.ts";
import { application, type Application } from "./application.ts";
import { invoiceXml, ledgerNumber } from "./invoice-xml.ts";
import { startKsef, startSite } from "./site.ts";

/*
 * The public client as it comes from npm, which sends an invoice again by itself when the platform answers 5xx, in an
 * application that sends again what broke off. The judge is the platform's ledger.
 */

/** Two of five answers to an invoice are lost after the platform has taken it in, in one way or another. */
const LOST_ANSWERS: FaultSet = {
  limits: { enforce: false },
  settings: { processingMs: 100 },
  html: { probability: 0.15, status: 502, issued: true, on: ["issue"] },
  errorAfter: { probability: 0.15, as: "504", on: ["issue"] },
  resetAfterProcessing: { probability: 0.15, on: ["issue"] },
  resetMidAnswer: { probability: 0.1, on: ["issue"] },
};

const QUICK: FaultSet = { limits: { enforce: false }, settings: { processingMs: 100 } };
const INVOICES = 24;
const TRIES = 6;

interface Delivered {
  /** Invoices that came to the platform again after it had taken them in. */
  readonly repeats: number;
  /** Invoices that the platform issued, and the client was told something else by the state that it asked for. */
  readonly misled: number;
  readonly issued: number;
}

type Session = Awaited<ReturnType<Application["openSession"]>>;

/** Sends invoices through `origin`, each until the client has a reference for it, and asks what became of them. */
async function deliver(origin: string, ksef: Sandbox): Promise<Delivered> {
  const { client, openSession } = await application(origin);
  const session = await openSession();
  const references: string[] = [];
  for (let i = 0; i < INVOICES; i += 1) references.push(await sendUntilTold(session, invoiceXml({ number: `FV/${i}` })));
  let misled = 0;
  for (const reference of references) {
    const final = await finalState(client, session.sessionRef, reference);
    if (final !== 200) misled += 1;
  }
  await session.close();
  const { issued, refused } = ksef.ledger.totals();
  return { repeats: refused, misled, issued };
}

async function sendUntilTold(session: Session, xml: string): Promise<string> {
  for (let left = TRIES; left > 1; left -= 1) {
    try {
      return await session.sendInvoice(xml);
    } catch {
      // The application knows no more than that it has no reference, and tries again.
    }
  }
  return session.sendInvoice(xml);
}

async function finalState(client: Application["client"], session: string, reference: string): Promise<number> {
  let code = 0;
  const known = await until(async () => {
    // While the platform does not show it, the client throws.
    code = await client.sessionStatus.getSessionInvoice(session, reference).then(({ status }) => status.code, () => 0);
    return code >= 200;
  }, 10_000);
  assert.ok(known, `invoice ${reference}: no final state`);
  return code;
}

test("without Taxgate the client itself sends invoices twice, and is told that they are duplicates", async (t) => {
  const ksef = await startKsef(t, LOST_ANSWERS);
  const { repeats, misled, issued } = await deliver(ksef.origin, ksef);
  assert.equal(issued, INVOICES);
  assert.ok(repeats > 0 && misled > 0, `${repeats} repeats, ${misled} misled`);
});

test("a proxy that knows nothing of invoices changes nothing about that", async (t) => {
  const ksef = await startKsef(t, LOST_ANSWERS);
  const site = await startSite(t, ksef.origin, { routes: ["{ name: blind, match: { path: /** }, class: pass }"] });
  const { repeats, misled } = await deliver(site.origin, ksef);
  assert.ok(repeats > 0 && misled > 0, `${repeats} repeats, ${misled} misled`);
});

test("with Taxgate every invoice comes to the platform once, and its state is what the client was told", async (t) => {
  const ksef = await startKsef(t, LOST_ANSWERS);
  const site = await startSite(t, ksef.origin);
  assert.deepEqual(await deliver(site.origin, ksef), { repeats: 0, misled: 0, issued: INVOICES });
});

test("an invoice whose answer is lost is not sent again, although the platform shows it late", async (t) => {
  const ksef = await startKsef(t, { ...QUICK, lateVisibility: { ms: 900 }, resetAfterProcessing: { times: 3, on: ["issue"] } });
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin);
  const session = await openSession();
  const references = await Promise.all([1, 2, 3].map((i) => sendUntilTold(session, invoiceXml({ number: `FV/${i}` }))));
  for (const reference of references) assert.equal(await finalState(client, session.sessionRef, reference), 200);
  assert.deepEqual([ksef.ledger.totals().issued, ksef.ledger.totals().refused], [3, 0]);
});

/** An application whose first answer is lost, and which has opened another session since. */
async function inAnotherSession(t: TestContext, faults: FaultSet): Promise<{ readonly ksef: Sandbox; readonly first: Session; readonly second: Session; readonly client: Application["client"]; readonly fault: unknown }> {
  const ksef = await startKsef(t, { ...QUICK, ...faults });
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin, { maxRetries: 0 });
  const first = await openSession();
  await first.sendInvoice(invoiceXml({ number: "FV/1" })).catch(() => undefined);
  const second = await openSession();
  const fault: unknown = await second.sendInvoice(invoiceXml({ number: "FV/1" })).then(() => null, (thrown: unknown) => thrown);
  return { ksef, first, second, client, fault };
}

for (const { how, faults } of [
  { how: "the answer came", faults: {} },
  { how: "the answer was lost", faults: { resetAfterProcessing: { times: 1, on: ["issue"] } } },
] as const satisfies readonly { how: string; faults: FaultSet }[]) {
  test(`a try in another session is told where the invoice went, where ${how}`, async (t) => {
    const { ksef, first, second, client, fault } = await inAnotherSession(t, faults);
    const text = JSON.stringify(fault);
    const [listed] = (await client.sessionStatus.getSessionInvoices(first.sessionRef)).invoices;
    assert.ok(listed);
    assert.ok(text.includes(first.sessionRef) && text.includes(listed.referenceNumber), text);
    assert.deepEqual((await client.sessionStatus.getSessionInvoices(second.sessionRef)).invoices, []);
    assert.deepEqual([ksef.ledger.ofOrder(ledgerNumber({ number: "FV/1" })).length, ksef.ledger.totals().refused], [1, 0]);
    assert.equal(await finalState(client, first.sessionRef, listed.referenceNumber), 200);
  });
}

for (const errorFormat of ["problem-details", "legacy"] as const) {
  test(`a client that hangs up and sends in another session while nobody knows sends nothing twice, and is told in the end (${errorFormat})`, async (t) => {
    const ksef = await startKsef(t, { ...QUICK, lateVisibility: { ms: 1200 }, resetAfterProcessing: { times: 1, on: ["issue"] } });
    const site = await startSite(t, ksef.origin);
    const { client, openSession } = await application(site.origin, { maxRetries: 0, timeout: 300, errorFormat });
    const [first, second] = [await openSession(), await openSession()];
    await assert.rejects(first.sendInvoice(invoiceXml({ number: "FV/1" })));
    let told = "";
    assert.ok(await until(async () => {
      told = await second.sendInvoice(invoiceXml({ number: "FV/1" })).then((reference) => `sent as ${reference}`, (fault: unknown) => JSON.stringify(fault) + String(fault));
      return told.includes("440") || told.startsWith("sent");
    }, 10_000), told);
    const [listed] = (await client.sessionStatus.getSessionInvoices(first.sessionRef)).invoices;
    assert.ok(listed);
    if (errorFormat === "problem-details") assert.ok(told.includes(first.sessionRef) && told.includes(listed.referenceNumber), told);
    assert.ok(told.includes("Duplikat faktury"), told);
    assert.deepEqual([ksef.ledger.totals().issued, ksef.ledger.totals().refused], [1, 0]);
  });
}

for (const where of ["the same session", "another session"] as const) {
  test(`an invoice that the system cancelled may be sent again in ${where}`, async (t) => {
    const ksef = await startKsef(t, { ...QUICK, settings: { processingMs: 100, cancelled: true } });
    const site = await startSite(t, ksef.origin);
    const { client, openSession } = await application(site.origin);
    const first = await openSession();
    const reference = await first.sendInvoice(invoiceXml({ number: "FV/1" }));
    assert.equal(await finalState(client, first.sessionRef, reference), 550);
    await ksef.faults.set(QUICK);
    const session = where === "the same session" ? first : await openSession();
    const again = await session.sendInvoice(invoiceXml({ number: "FV/1" }));
    assert.equal(await finalState(client, session.sessionRef, again), 200);
    assert.deepEqual([ksef.ledger.totals().issued, ksef.ledger.totals().refused], [1, 0]);
  });
}

test("an invoice that was refused for its content is sent anew once it is mended", async (t) => {
  const ksef = await startKsef(t, QUICK);
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin);
  const session = await openSession();
  const bad = await session.sendInvoice(invoiceXml({ number: "FV/1", day: "2999-01-01" }));
  assert.equal(await finalState(client, session.sessionRef, bad), 450);
  const good = await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  assert.equal(await finalState(client, session.sessionRef, good), 200);
});

test("an invoice that was refused is the same refusal in its session, and is sent anew in another one", async (t) => {
  const ksef = await startKsef(t, QUICK);
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin);
  const [first, second] = [await openSession(), await openSession()];
  const bad = invoiceXml({ number: "FV/1", day: "2999-01-01" });
  const reference = await first.sendInvoice(bad);
  assert.equal(await finalState(client, first.sessionRef, reference), 450);
  assert.equal(await first.sendInvoice(bad), reference);
  assert.equal(await finalState(client, second.sessionRef, await second.sendInvoice(bad)), 450);
});

test("a document that is written anew under a number that was issued is 440: the client is told, and it is reported", async (t) => {
  const ksef = await startKsef(t, QUICK);
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin);
  const session = await openSession();
  const original = await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  const anew = await session.sendInvoice(invoiceXml({ number: "FV/1", made: "2026-01-05T09:00:00Z" }));
  assert.deepEqual([await finalState(client, session.sessionRef, original), await finalState(client, session.sessionRef, anew)], [200, 440]);
  const reported = async (): Promise<boolean> => /platform_duplicates_total\{[^}]*route="send-invoice",means="conflict"\} 1/.test(await (await fetch(`http://127.0.0.1:${site.port("admin")}/metrics`)).text());
  assert.ok(await until(reported, 5000));
  assert.equal(ksef.ledger.totals().issued, 1);
});

for (const where of ["the same session", "another session"] as const) {
  test(`an invoice that was not taken in, because its session was unavailable, goes through later in ${where}`, async (t) => {
    const ksef = await startKsef(t, { ...QUICK, settings: { processingMs: 100, unavailable: true } });
    const site = await startSite(t, ksef.origin);
    const { client, openSession } = await application(site.origin);
    const first = await openSession();
    await assert.rejects(first.sendInvoice(invoiceXml({ number: "FV/1" })), /niedostępna/);
    await ksef.faults.set(QUICK);
    const session = where === "the same session" ? first : await openSession();
    const reference = await session.sendInvoice(invoiceXml({ number: "FV/1" }));
    assert.equal(await finalState(client, session.sessionRef, reference), 200);
    assert.deepEqual([ksef.ledger.totals().issued, ksef.ledger.totals().refused], [1, 0]);
  });
}

test("a token that ended is renewed by the client, and the invoice goes out once", async (t) => {
  const ksef = await startKsef(t, { ...QUICK, unauthorized: { times: 1, on: ["issue"] } });
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin);
  const session = await openSession();
  assert.equal(await finalState(client, session.sessionRef, await session.sendInvoice(invoiceXml({ number: "FV/1" }))), 200);
  assert.deepEqual([ksef.ledger.totals().issued, ksef.ledger.totals().refused], [1, 0]);
});

test("a session is closed once, also where the answer is lost and the client closes it again", async (t) => {
  const ksef = await startKsef(t, { ...QUICK, resetAfterProcessing: { times: 1, on: ["close-online"] } });
  const site = await startSite(t, ksef.origin);
  const { openSession } = await application(site.origin);
  const session = await openSession();
  await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  await session.close();
  await session.close();
  const { successfulInvoiceCount } = await session.waitForUpo({ intervalMs: 100 });
  assert.equal(successfulInvoiceCount, 1);
});

test("a package goes through, also where the answer to its close is lost", async (t) => {
  const ksef = await startKsef(t, { ...QUICK, resetAfterProcessing: { times: 1, on: ["close-batch"] } });
  const site = await startSite(t, ksef.origin);
  const { client } = await application(site.origin, { maxRetries: 0 });
  const zip = await createZip([1, 2].map((i) => ({ fileName: `${i}.xml`, content: Buffer.from(invoiceXml({ number: `FV/${i}` })) })));
  const { upo } = await uploadBatch(client, zip, { pollOptions: { intervalMs: 100 } });
  assert.deepEqual([upo.successfulInvoiceCount, ksef.ledger.totals().issued, ksef.ledger.totals().refused], [2, 2, 0]);
});
