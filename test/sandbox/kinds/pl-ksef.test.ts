import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createZip, parseKSeFTokenContext, uploadBatchParsed } from "ksef-client-ts";
import { nextMidnight } from "../../../src/base/zone.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { checksum } from "../../../src/sandbox/kinds/pl-ksef/references.ts";
import { application, type Application } from "../../platforms/pl-ksef/application.ts";
import { invoiceXml, ledgerNumber, SELLER } from "../../platforms/pl-ksef/invoice-xml.ts";
import { type Started, started } from "../started.ts";

async function logged(t: TestContext, faults: FaultSet = {}): Promise<{ readonly sandbox: Started } & Application> {
  const sandbox = await started(t, faults, { kind: "pl-ksef" });
  return { sandbox, ...(await application(sandbox.origin)) };
}

test("checksums are those of the documentation's examples", () => {
  assert.equal(checksum("5265877635-20250826-0100001AF629"), "AF");
});

test("the public client logs in, and its token names the context", async (t) => {
  const { client } = await logged(t);
  const claims = parseKSeFTokenContext(client.authManager.getAccessToken() ?? "");
  assert.deepEqual([claims?.contextIdentifierType, claims?.contextIdentifierValue], ["Nip", SELLER]);
});

test("an access token ends after fifteen minutes, and the client renews it by itself", async (t) => {
  const { sandbox, client } = await logged(t);
  const first = client.authManager.getAccessToken();
  sandbox.clock.advance(16 * 60_000);
  assert.equal((await client.limits.getRateLimits()).invoiceSend.perHour, 180);
  assert.notEqual(client.authManager.getAccessToken(), first);
});

test("an invoice is taken in, worked on, and confirmed", async (t) => {
  const { sandbox, client, openSession } = await logged(t);
  const session = await openSession();
  const reference = await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  const code = async (): Promise<number> => (await client.sessionStatus.getSessionInvoice(session.sessionRef, reference)).status.code;
  assert.equal(await code(), 100);
  sandbox.clock.advance(500);
  assert.equal(await code(), 150);
  sandbox.clock.advance(500);
  const shown = await client.sessionStatus.getSessionInvoice(session.sessionRef, reference);
  assert.deepEqual([shown.status.code, shown.invoiceNumber, shown.ksefNumber?.length, shown.invoicingMode], [200, "FV/1", 35, "Offline"]);
  await session.close();
  sandbox.clock.advance(1000);
  const { parsed } = await session.waitForUpoParsed();
  assert.deepEqual(parsed.map(({ dokumenty }) => dokumenty.map((one) => one.numerKSeFDokumentu)), [[shown.ksefNumber]]);
  assert.equal((await client.invoices.getInvoice(shown.ksefNumber ?? "")).xml, invoiceXml({ number: "FV/1" }));
  const found = await client.invoices.queryInvoiceMetadata({ subjectType: "Subject1", dateRange: { dateType: "Issue", from: "1970-01-01T00:00:00Z" }, invoiceNumber: "FV/1" });
  assert.deepEqual(found.invoices.map(({ ksefNumber }) => ksefNumber), [shown.ksefNumber]);
  assert.deepEqual([sandbox.ledger.ofOrder(ledgerNumber({ number: "FV/1" })).length, sandbox.ledger.totals().issued], [1, 1]);
});

test("an invoice that comes on its day of issue is online, one that comes after midnight in Poland is not", async (t) => {
  const { sandbox, client, openSession } = await logged(t);
  sandbox.clock.advance(nextMidnight(sandbox.clock.wall(), "Europe/Warsaw") - sandbox.clock.wall() - 1000);
  const session = await openSession();
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Warsaw" }).format(sandbox.clock.wall());
  const references = [await session.sendInvoice(invoiceXml({ number: "FV/1", day }))];
  sandbox.clock.advance(1000);
  references.push(await session.sendInvoice(invoiceXml({ number: "FV/2", day })));
  sandbox.clock.advance(1000);
  const modes = await Promise.all(references.map(async (reference) => (await client.sessionStatus.getSessionInvoice(session.sessionRef, reference)).invoicingMode));
  assert.deepEqual(modes, ["Online", "Offline"]);
});

test("the same number a second time is 440, later and by its state alone", async (t) => {
  const { sandbox, client, openSession } = await logged(t);
  const first = await openSession();
  await first.sendInvoice(invoiceXml({ number: "FV/1" }));
  const second = await openSession();
  const reference = await second.sendInvoice(invoiceXml({ number: "FV/1", made: "2026-01-05T09:00:00Z" }));
  sandbox.clock.advance(1000);
  const { status } = await client.sessionStatus.getSessionInvoice(second.sessionRef, reference);
  const [original] = (await client.sessionStatus.getSessionInvoices(first.sessionRef)).invoices;
  assert.equal(status.code, 440);
  assert.deepEqual(status.extensions, { originalSessionReferenceNumber: first.sessionRef, originalKsefNumber: original?.ksefNumber });
  assert.deepEqual([sandbox.ledger.totals().issued, sandbox.ledger.totals().refused], [1, 1]);
  assert.equal((await client.sessionStatus.getSessionFailedInvoices(second.sessionRef)).invoices.length, 1);
});

test("another kind of invoice, or another seller, may have the same number", async (t) => {
  const { sandbox, openSession } = await logged(t);
  const session = await openSession();
  await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  await session.sendInvoice(invoiceXml({ number: "FV/1", type: "KOR" }));
  const other = await (await application(sandbox.origin, { nip: "1111111111" })).openSession();
  await other.sendInvoice(invoiceXml({ number: "FV/1", nip: "1111111111" }));
  assert.deepEqual([sandbox.ledger.totals().issued, sandbox.ledger.totals().refused], [3, 0]);
});

test("what is wrong inside an invoice shows in its state", async (t) => {
  const { sandbox, client, openSession } = await logged(t);
  const session = await openSession();
  const references = [
    await session.sendInvoice("<Faktura/>"),
    await session.sendInvoice(invoiceXml({ number: "FV/1", nip: "1111111111" })),
    await session.sendInvoice(invoiceXml({ number: "FV/2", day: "2999-01-01" })),
  ];
  sandbox.clock.advance(1000);
  const codes = await Promise.all(references.map(async (reference) => (await client.sessionStatus.getSessionInvoice(session.sessionRef, reference)).status.code));
  assert.deepEqual(codes, [450, 450, 450]);
  await session.close();
  sandbox.clock.advance(1000);
  assert.equal((await client.sessionStatus.getSessionStatus(session.sessionRef)).status.code, 445);
});

const REFUSED: readonly { readonly what: string; readonly change: Record<string, unknown>; readonly code: number }[] = [
  { what: "a size that is not the content's", change: { encryptedInvoiceSize: 1 }, code: 21402 },
  { what: "a hash that is not the content's", change: { encryptedInvoiceHash: Buffer.alloc(32).toString("base64") }, code: 21403 },
  { what: "a field that is missing", change: { encryptedInvoiceContent: undefined }, code: 21405 },
];

for (const { what, change, code } of REFUSED) {
  test(`${what} is refused with ${code} in both forms of errors`, async (t) => {
    const { sandbox, client, openSession } = await logged(t);
    const session = await openSession();
    const body = { invoiceHash: "x", invoiceSize: 1, encryptedInvoiceContent: "AAAA", encryptedInvoiceSize: 3, encryptedInvoiceHash: "cJIJRrxr9CXK2RFQmTqyZpH5RgNKtDcgNtZbSWVpkv0=", ...change };
    const send = async (form: Record<string, string>): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${client.authManager.getAccessToken() ?? ""}`, "content-type": "application/json", ...form };
      const answer = await fetch(`${sandbox.origin}/v2/sessions/online/${session.sessionRef}/invoices`, { method: "POST", headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 400);
      return (await answer.json()) as Record<string, unknown>;
    };
    const [problem, exception] = [await send({ "x-error-format": "problem-details" }), await send({})] as [{ errors: { code: number }[] }, { exception: { exceptionDetailList: { exceptionCode: number }[] } }];
    assert.deepEqual([problem.errors[0]?.code, exception.exception.exceptionDetailList[0]?.exceptionCode], [code, code]);
  });
}

test("a session is closed once, takes nothing after that, and nothing beyond its bound", async (t) => {
  const { client, openSession } = await logged(t, { settings: { invoicesPerSession: 1 } });
  const session = await openSession();
  await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  await assert.rejects(session.sendInvoice(invoiceXml({ number: "FV/2" })), /21155|Bad Request|liczb/);
  await session.close();
  await assert.rejects(session.close(), isError(21180));
  await assert.rejects(session.sendInvoice(invoiceXml({ number: "FV/3" })), isError(21180));
  await assert.rejects(client.onlineSession.closeSession("20260105-SO-0000000000-0000000000-00"), isError(21173));
});

function isError(code: number): (fault: unknown) => boolean {
  return (fault) => JSON.stringify(fault).includes(String(code));
}

test("the list of a session comes page by page", async (t) => {
  const { client, openSession } = await logged(t, { limits: { enforce: false } });
  const session = await openSession();
  for (let i = 0; i < 23; i += 1) await session.sendInvoice(invoiceXml({ number: `FV/${i}` }));
  const ordinals: number[] = [];
  let token: string | undefined;
  do {
    const page = await client.sessionStatus.getSessionInvoices(session.sessionRef, 10, token);
    ordinals.push(...page.invoices.map(({ ordinalNumber }) => ordinalNumber));
    token = page.continuationToken ?? undefined;
  } while (token !== undefined);
  assert.deepEqual(ordinals, Array.from({ length: 23 }, (_, i) => i + 1));
});

test("what came a moment ago is not in lists yet while visibility is late", async (t) => {
  const { sandbox, client, openSession } = await logged(t, { lateVisibility: { ms: 5000 } });
  const session = await openSession();
  await session.sendInvoice(invoiceXml({ number: "FV/1" }));
  const listed = async (): Promise<number> => (await client.sessionStatus.getSessionInvoices(session.sessionRef)).invoices.length;
  assert.equal(await listed(), 0);
  sandbox.clock.advance(5000);
  assert.equal(await listed(), 1);
});

test("limits hold in three windows and are told in seconds, in both forms", async (t) => {
  const { sandbox, client } = await logged(t);
  const ask = async (form: Record<string, string> = {}): Promise<Response> => fetch(`${sandbox.origin}/v2/rate-limits`, { headers: { authorization: `Bearer ${client.authManager.getAccessToken() ?? ""}`, ...form } });
  const statuses = async (times: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < times; i += 1) seen.push((await ask()).status);
    return seen;
  };
  assert.deepEqual((await statuses(11)).slice(9), [200, 429]);
  sandbox.clock.advance(1000);
  await statuses(10);
  sandbox.clock.advance(1000);
  assert.deepEqual((await statuses(11)).slice(9), [200, 429]);
  sandbox.clock.advance(1000);
  const [exception, problem] = [await ask(), await ask({ "x-error-format": "problem-details" })];
  assert.deepEqual([exception.headers.get("retry-after"), problem.headers.get("retry-after")], ["57", "57"]);
  assert.equal(((await exception.json()) as { status: { code: number } }).status.code, 429);
  assert.equal(((await problem.json()) as { title: string }).title, "Too Many Requests");
  for (let minute = 0; minute < 3; minute += 1) {
    sandbox.clock.advance(60_000);
    for (let i = 0; i < 3; i += 1, sandbox.clock.advance(1000)) await statuses(10);
  }
  sandbox.clock.advance(60_000);
  assert.equal((await ask()).status, 429);
});

test("invoices of a package are taken in one by one", async (t) => {
  const { sandbox, client } = await logged(t);
  const zip = await createZip([{ fileName: "a.xml", content: Buffer.from(invoiceXml({ number: "FV/1" })) }, { fileName: "b.xml", content: Buffer.from(invoiceXml({ number: "FV/2" })) }]);
  const sending = uploadBatchParsed(client, zip, { pollOptions: { intervalMs: 20 } });
  const moving = setInterval(() => sandbox.clock.advance(200), 20);
  try {
    const { upo } = await sending;
    assert.deepEqual(upo.parsed.flatMap(({ dokumenty }) => dokumenty.map((one) => one.numerFaktury)), ["FV/1", "FV/2"]);
  } finally {
    clearInterval(moving);
  }
  assert.equal(sandbox.ledger.totals().issued, 2);
});
