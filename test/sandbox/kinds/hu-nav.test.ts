import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { requestSignature } from "../../../src/sandbox/kinds/hu-nav/credentials.ts";
import { itemsOf, readMessage } from "../../../src/sandbox/kinds/hu-nav/message.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { invoiceData, navClient, type NavClient } from "../../platforms/hu-nav/nav-client.ts";
import { until } from "../../support/until.ts";
import { started, type Started } from "../started.ts";

const TAXPAYER = "12345678";
const SAMPLES = new URL("../../../../shared/samples/hu-nav/", import.meta.url);

/** The pace is another test's business; here time stands still. */
async function open(t: TestContext, faults: FaultSet = {}): Promise<{ readonly platform: Started; readonly client: NavClient }> {
  const platform = await started(t, { ...faults, settings: { throttled: false, ...faults.settings } }, { kind: "hu-nav" });
  return { platform, client: navClient({ origin: platform.origin, taxNumber: TAXPAYER, wall: () => platform.clock.wall() }) };
}

await test("makes the signatures of NAV's own samples", { skip: existsSync(SAMPLES) ? false : "the samples are not here" }, () => {
  for (const name of ["manageInvoice", "tokenExchange", "queryTaxpayer", "queryTransactionStatus", "queryTransactionList"]) {
    const bytes = readFileSync(new URL(`${name}.xml`, SAMPLES));
    const message = readMessage(bytes);
    const signKey = /<!--<signKey>(.*)<\/signKey>/.exec(bytes.toString("utf8"))?.[1] ?? "";
    assert.ok(message);
    assert.equal(requestSignature({ ...message, items: itemsOf(message) }, signKey), message.signature, name);
  }
});

await test("takes an invoice through its states to DONE, and its repetition to ABORTED", async (t) => {
  const { platform, client } = await open(t);
  const first = await client.submit([{ number: "INV-1" }]);
  const again = await client.submit([{ number: "INV-1" }]);
  const [id, second] = [first.value("transactionId") ?? "", again.value("transactionId") ?? ""];
  const seen: (string | null)[] = [];
  for (let i = 0; i < 4; i += 1) {
    seen.push((await client.status(id)).value("invoiceStatus"));
    platform.clock.advance(500);
  }
  assert.deepEqual(seen, ["RECEIVED", "PROCESSING", "SAVED", "DONE"]);
  assert.notEqual(id, second);
  const refused = await client.status(second);
  assert.deepEqual([refused.value("invoiceStatus"), refused.value("validationErrorCode")], ["ABORTED", "INVOICE_NUMBER_NOT_UNIQUE"]);
  assert.deepEqual([platform.ledger.totals().issued, platform.ledger.totals().refused], [1, 1]);
});

await test("gives back what was sent, also where it was compressed", async (t) => {
  const { client } = await open(t, { settings: { processingMs: 0 } });
  for (const compressed of [false, true]) {
    const sold = { number: `C-${String(compressed)}` };
    const { value } = await client.submit([sold], { compressed });
    const status = await client.status(value("transactionId") ?? "", true);
    assert.deepEqual([status.value("invoiceStatus"), status.value("compressedContentIndicator")], ["DONE", String(compressed)]);
    assert.equal(status.value("originalRequest"), invoiceData(sold, TAXPAYER, compressed));
  }
});

await test("judges every invoice of a request by itself", async (t) => {
  const { platform, client } = await open(t, { settings: { processingMs: 0 } });
  await client.submit([{ number: "B-1" }]);
  const { value } = await client.submit([{ number: "B-1" }, { number: "B-2" }, { number: "B-2" }, { number: "B-1", supplier: "87654321" }]);
  const status = await client.status(value("transactionId") ?? "");
  assert.deepEqual(status.values("invoiceStatus"), ["ABORTED", "DONE", "ABORTED", "DONE"]);
  assert.deepEqual(status.values("validationErrorCode"), ["INVOICE_NUMBER_NOT_UNIQUE", "DUPLICATE_IN_REQUEST"]);
  assert.equal(platform.ledger.totals().issued, 3);
});

await test("refuses a request whose user, signature, time, id or token is not right, and uses up only ids of requests that were done", async (t) => {
  const { platform, client } = await open(t);
  const invalid = (answer: { readonly status: number; readonly value: (name: string) => string | null }): unknown => [answer.status, answer.value("funcCode"), answer.value("errorCode")];
  const token = await client.token();
  assert.deepEqual(invalid(await client.call("tokenExchange", { password: "guess" })), [401, "ERROR", "INVALID_SECURITY_USER"]);
  assert.deepEqual(invalid(await client.call("tokenExchange", { signKey: "guess" })), [400, "ERROR", "INVALID_REQUEST_SIGNATURE"]);
  assert.deepEqual(invalid(await client.submit([{ number: "V-1" }], { token: "guess", requestId: "SAME" })), [400, "ERROR", "INVALID_EXCHANGE_TOKEN"]);
  assert.deepEqual(invalid(await client.submit([{ number: "V-1" }], { token, requestId: "SAME" })), [200, "OK", null]);
  assert.deepEqual(invalid(await client.submit([{ number: "V-2" }], { requestId: "SAME" })), [400, "ERROR", "REQUEST_ID_NOT_UNIQUE"]);
  assert.deepEqual(invalid(await client.submit([{ number: "V-3" }], { token })), [400, "ERROR", "INVALID_EXCHANGE_TOKEN"], "a token is used once");
  const old = await client.token();
  platform.clock.advance(5 * 60_000 + 1);
  assert.deepEqual(invalid(await client.submit([{ number: "V-4" }], { token: old })), [400, "ERROR", "INVALID_EXCHANGE_TOKEN"], "a token lives for five minutes");
  const late = navClient({ origin: platform.origin, taxNumber: TAXPAYER, wall: () => platform.clock.wall() - 25 * 3_600_000 });
  assert.deepEqual(invalid(await late.call("tokenExchange")), [400, "ERROR", "INVALID_TIMESTAMP"]);
  const other = navClient({ origin: platform.origin, taxNumber: "87654321", wall: () => platform.clock.wall() });
  assert.deepEqual(invalid(await other.submit([{ number: "V-5" }], { token: await client.token() })), [400, "ERROR", "INVALID_EXCHANGE_TOKEN"], "a token is one taxpayer's");
  assert.equal(platform.ledger.totals().issued, 1);
});

await test("shows a transaction, in its list and by its number, only when it has been saved", async (t) => {
  const { platform, client } = await open(t, { lateVisibility: { ms: 300_000 }, resetAfterProcessing: { times: 1 } });
  const begin = platform.clock.wall();
  await assert.rejects(client.submit([{ number: "S-1" }]));
  const list = (): Promise<readonly string[]> => client.list(begin - 1000, platform.clock.wall()).then(({ values }) => values("transactionId"));
  assert.deepEqual(await list(), []);
  platform.clock.advance(300_000);
  const [id = ""] = await list();
  assert.equal((await client.status(id, true)).value("originalRequest"), invoiceData({ number: "S-1" }, TAXPAYER));
  assert.deepEqual((await client.list(platform.clock.wall() - 1000, platform.clock.wall())).values("transactionId"), [], "of another time");
  const stranger = navClient({ origin: platform.origin, taxNumber: "87654321", wall: () => platform.clock.wall() });
  assert.equal((await stranger.status(id)).value("invoiceStatus"), null, "of another taxpayer");
});

await test("holds back whoever asks more than once a second, longer each time, and refuses nobody", async (t) => {
  const platform = await started(t, {}, { kind: "hu-nav" });
  const { clock } = platform;
  const client = navClient({ origin: platform.origin, taxNumber: TAXPAYER, wall: () => clock.wall() });
  assert.equal((await client.taxpayer("22222222")).status, 200);
  const idle = clock.pending();
  const answered: number[] = [];
  const late = [1, 2].map(async () => answered.push((await client.taxpayer("22222222")).status));
  assert.ok(await until(() => clock.pending() === idle + 2, 5000), "both are held back");
  clock.advance(4000);
  assert.ok(await until(() => answered.length === 1, 5000));
  clock.advance(3999);
  assert.equal(clock.pending(), idle + 1, "the second waits for twice as long");
  clock.advance(1);
  await Promise.all(late);
  const { own } = (await (await fetch(`${platform.controlOrigin}/_sandbox/requests`)).json()) as { own: unknown };
  assert.deepEqual([answered, own], [[200, 200], { tooFast: 2 }]);
});

await test("takes an annulment apart from the invoice, answers about taxpayers, and fails in its own form", async (t) => {
  const { client } = await open(t, { settings: { processingMs: 0 } });
  await client.submit([{ number: "N-1" }]);
  const { value } = await client.annul("N-1");
  assert.equal((await client.status(value("transactionId") ?? "")).value("annulmentVerificationStatus"), "VERIFICATION_PENDING");
  assert.deepEqual([(await client.taxpayer("22222222")).value("taxpayerValidity"), (await client.taxpayer("01111111")).value("taxpayerValidity")], ["true", "false"]);
  const { platform, client: unlucky } = await open(t, { errorBefore: { on: ["taxpayer"], times: 1 }, errorAfter: { as: "504", times: 1 } });
  const before = await unlucky.taxpayer("22222222");
  const after = await unlucky.submit([{ number: "N-2" }]);
  assert.deepEqual([before.status, before.value("errorCode")], [503, "MAINTENANCE_MODE"]);
  assert.deepEqual([after.status, after.value("errorCode"), platform.ledger.totals().issued], [500, "OPERATION_FAILED", 1]);
});
