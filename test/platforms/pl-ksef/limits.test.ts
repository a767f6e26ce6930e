import assert from "node:assert/strict";
import { test } from "node:test";
import { callAdmin } from "../../../src/cli/admin-client.ts";
import type { RouteOptions } from "../../../src/pipeline/options.ts";
import { RATES } from "../../../src/sandbox/kinds/pl-ksef/limits.ts";
import { application } from "./application.ts";
import { ROUTES, WARNINGS } from "./compiled.ts";
import { invoiceXml } from "./invoice-xml.ts";
import { startKsef, startSite } from "./site.ts";

/** Groups of the profile by the names that the platform gives them in `GET /v2/rate-limits`. */
const GROUPS: Readonly<Record<keyof typeof RATES, readonly string[]>> = {
  onlineSession: ["online-session"], batchSession: ["batch-session"], invoiceSend: ["invoice-send"], invoiceStatus: ["invoice-status"],
  sessionList: ["session-list"], sessionInvoiceList: ["session-invoice-list"], sessionMisc: ["session-misc"], invoiceMetadata: ["invoice-metadata"],
  invoiceExport: ["invoice-export"], invoiceExportStatus: ["invoice-export-status"], invoiceDownload: ["invoice-download"], other: ["other", "other-allowances"],
};

const WINDOWS = [["perSecond", 1000], ["perMinute", 60_000], ["perHour", 3_600_000]] as const;

function defined(group: string): RouteOptions["pace"][number] {
  const found = ROUTES.flatMap(({ pace }) => pace).filter((one) => one.group === group && one.windows.length > 0);
  assert.equal(found.length, 1, group);
  return found[0] ?? assert.fail();
}

for (const [name, groups] of Object.entries(GROUPS) as [keyof typeof RATES, readonly string[]][]) {
  test(`the profile keeps to the limits of ${name}`, () => {
    for (const group of groups) {
      const want = WINDOWS.map(([key, per]) => ({ count: RATES[name][key], per }));
      assert.deepEqual(defined(group).windows.map(({ count, per }) => ({ count, per })), want);
    }
  });
}

test("every route of the API has a pace", () => {
  assert.deepEqual(ROUTES.filter(({ pace }) => pace.length === 0).map(({ name }) => name), ["rest"]);
});

test("the profile loads without a warning", () => {
  assert.deepEqual(WARNINGS, []);
});

test("a burst is shaped, and what would wait too long is told so in KSeF's form; the platform refuses nothing", async (t) => {
  const ksef = await startKsef(t, { settings: { processingMs: 100 } });
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin, { maxRetries: 0 });
  const session = await openSession();
  const sent = await Promise.allSettled(Array.from({ length: 45 }, (_, i) => session.sendInvoice(invoiceXml({ number: `FV/${i}` }))));
  const refused = sent.filter((one) => one.status === "rejected").map(({ reason }) => reason as { readonly statusCode?: number; readonly message: string });
  assert.deepEqual([sent.length - refused.length, refused.length], [30, 15], refused[0]?.message ?? "");
  assert.deepEqual(refused.filter(({ statusCode }) => statusCode !== 503), []);
  assert.deepEqual(ksef.limits().filter(({ exceeded }) => exceeded > 0), []);
  const raw = await fetch(`${site.origin}/v2/sessions/online/${session.sessionRef}/invoices`, { method: "POST", headers: { authorization: `Bearer ${client.authManager.getAccessToken() ?? ""}`, "content-type": "application/json" }, body: JSON.stringify({ invoiceHash: "x", invoiceSize: 1 }) });
  const told = (await raw.json()) as { readonly status: number; readonly errors: readonly { readonly code: number }[]; readonly exception: { readonly exceptionDetailList: readonly { readonly exceptionCode: number }[] } };
  assert.deepEqual([raw.status, told.status, told.errors[0]?.code, told.exception.exceptionDetailList[0]?.exceptionCode], [503, 503, 503, 503]);
  const wait = Number(raw.headers.get("retry-after"));
  assert.ok(wait >= 20 && wait <= 90, `told to wait ${wait} s`);
});

test("what KSeF says about its limits takes the place of the profile's: raised ones are used, lowered ones kept, and status tells", async (t) => {
  const windows = (second: number, minute: number): { readonly count: number; readonly ms: number }[] => [{ count: second, ms: 1000 }, { count: minute, ms: 60_000 }, { count: 180, ms: 3_600_000 }];
  const ksef = await startKsef(t, { settings: { processingMs: 100 }, limits: { enforce: true, windows: { invoiceSend: windows(20, 45), sessionList: windows(5, 3) } } });
  const site = await startSite(t, ksef.origin);
  const { client, openSession } = await application(site.origin, { maxRetries: 0 });
  const session = await openSession();
  const headers = { authorization: `Bearer ${client.authManager.getAccessToken() ?? ""}` };
  assert.equal((await fetch(`${site.origin}/v2/rate-limits`, { headers })).status, 200);
  const sent = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => session.sendInvoice(invoiceXml({ number: `FV/${i}` }))));
  const listed = await Promise.all(Array.from({ length: 6 }, async () => (await fetch(`${site.origin}/v2/sessions?sessionType=Online&pageSize=10`, { headers })).status));
  assert.deepEqual([sent.filter(({ status }) => status === "fulfilled").length, listed.filter((status) => status === 200).length], [45, 3]);
  assert.deepEqual(ksef.limits().filter(({ exceeded }) => exceeded > 0), []);
  const { sites } = (await callAdmin({ origin: `http://127.0.0.1:${site.port("admin")}`, token: site.token(), ca: null }, "GET", "/api/v1/status") as { readonly body: unknown }).body as { readonly sites: readonly { readonly pace: readonly { readonly group: string; readonly said: number }[] }[] };
  assert.deepEqual(sites[0]?.pace.filter(({ said }) => said !== 1).map(({ group }) => group), ["public", "other"]);
});

test("public keys are fetched once for all, and anew as soon as the platform refuses one", async (t) => {
  const ksef = await startKsef(t);
  const site = await startSite(t, ksef.origin);
  const fetched = async (): Promise<number> => ((await (await fetch(`${ksef.controlOrigin}/_sandbox/requests`)).json()) as { readonly byOperation: Readonly<Record<string, number>> }).byOperation["public-keys"] ?? 0;
  const { client } = await application(site.origin);
  await application(site.origin, { nip: "1111111111" });
  assert.equal(await fetched(), 1);
  const encryption = { publicKeyId: "withdrawn", encryptedSymmetricKey: "", initializationVector: "" };
  await assert.rejects(client.onlineSession.openSession({ formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" }, encryption }));
  await application(site.origin, { nip: "1111111111" });
  assert.equal(await fetched(), 2);
});
