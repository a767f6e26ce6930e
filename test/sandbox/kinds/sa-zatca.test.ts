import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { type Started, started } from "../started.ts";

const HOUR = 3_600_000;
const BASE = "/e-invoicing/core";

type Json = Readonly<Record<string, unknown>>;

interface Said {
  readonly status: number;
  readonly body: Json;
}

interface Till {
  readonly sandbox: Started;
  readonly call: (method: "POST" | "PATCH", path: string, body: object, headers?: Readonly<Record<string, string>>) => Promise<Said>;
  readonly submit: (mode: "reporting" | "clearance", body: object) => Promise<Said>;
}

const basic = (token: string, secret: string): Readonly<Record<string, string>> => ({ authorization: `Basic ${Buffer.from(`${token}:${secret}`).toString("base64")}` });

async function till(t: TestContext, faults: FaultSet = {}): Promise<Till> {
  const sandbox = await started(t, faults, { kind: "sa-zatca" });
  const call: Till["call"] = async (method, path, body, headers = basic("device-1", "any")) => {
    const init: RequestInit = { method, headers: { ...headers, "accept-version": "V2", "content-type": "application/json" }, body: JSON.stringify(body), redirect: "manual" };
    const answer = await fetch(`${sandbox.origin}${BASE}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Json };
  };
  return { sandbox, call, submit: (mode, body) => call("POST", `/invoices/${mode}/single`, body) };
}

const uuidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

function invoice(index: number, over: object = {}): object {
  const xml = `<Invoice><ID>INV-${index}</ID></Invoice>`;
  return { invoiceHash: createHash("sha256").update(xml).digest("base64"), uuid: uuidOf(index), invoice: Buffer.from(xml).toString("base64"), ...over };
}

test("a repeated report is refused in words that say the opposite, for 24 hours; then it is taken again with a warning", async (t) => {
  const { submit, sandbox } = await till(t);
  const first = await submit("reporting", invoice(1));
  assert.deepEqual([first.status, first.body["reportingStatus"]], [200, "REPORTED"]);
  sandbox.clock.advance(24 * HOUR - 1);
  const again = await submit("reporting", invoice(1));
  assert.deepEqual([again.status, again.body["reportingStatus"], sandbox.ledger.refusalsOf(uuidOf(1))], [409, "NOT_REPORTED", 1]);
  sandbox.clock.advance(1);
  const late = await submit("reporting", invoice(1));
  assert.deepEqual([late.status, late.body["reportingStatus"], sandbox.ledger.ofOrder(uuidOf(1)).length], [202, "REPORTED", 2]);
});

test("a repeated clearance brings the cleared invoice", async (t) => {
  const { submit, sandbox } = await till(t);
  const first = await submit("clearance", invoice(1));
  const again = await submit("clearance", invoice(1));
  assert.deepEqual([first.status, again.status, again.body["clearanceStatus"]], [200, 208, "CLEARED"]);
  assert.equal(again.body["clearedInvoice"], first.body["clearedInvoice"]);
  assert.deepEqual(sandbox.ledger.totals().issued, 1);
});

test("an invoice is recognised by its hash, not by its number", async (t) => {
  const { submit } = await till(t);
  await submit("reporting", invoice(1));
  assert.deepEqual([(await submit("reporting", invoice(1, { uuid: uuidOf(2) }))).status, (await submit("reporting", invoice(2, { uuid: uuidOf(1) }))).status], [409, 200]);
});

test("where clearance is switched off an invoice has to be reported", async (t) => {
  const { submit, sandbox } = await till(t, { settings: { clearance: false } });
  assert.deepEqual([(await submit("clearance", invoice(1))).status, sandbox.ledger.totals().issued, (await submit("reporting", invoice(1))).status], [303, 0, 200]);
});

const WRONG: readonly (readonly [what: string, over: object])[] = [
  ["without a hash", { invoiceHash: "" }],
  ["whose UUID is none", { uuid: "1" }],
  ["that is no XML", { invoice: "AAAA" }],
];

for (const [what, over] of WRONG) {
  test(`an invoice ${what} is refused, reported or cleared`, async (t) => {
    const { submit, sandbox } = await till(t);
    const [reported, cleared] = [await submit("reporting", invoice(1, over)), await submit("clearance", invoice(1, over))];
    assert.deepEqual([reported.status, reported.body["reportingStatus"], cleared.status, cleared.body["clearanceStatus"]], [400, "NOT_REPORTED", 400, "NOT_CLEARED"]);
    assert.equal(sandbox.ledger.totals().issued, 0);
  });
}

test("too much is refused", async (t) => {
  const { submit } = await till(t);
  assert.equal((await submit("reporting", invoice(1, { invoice: "A".repeat(2_000_000) }))).status, 413);
});

test("a one-time password gives a certificate for compliance, its checks one for production, and that one may report", async (t) => {
  const { call } = await till(t);
  const held = ({ body }: Said): Readonly<Record<string, string>> => basic(String(body["binarySecurityToken"]), String(body["secret"]));
  const report = async (index: number, headers: Readonly<Record<string, string>>): Promise<number> => (await call("POST", "/invoices/reporting/single", invoice(index), headers)).status;
  assert.equal((await call("POST", "/compliance", { csr: "csr" }, {})).status, 400);
  const compliance = held(await call("POST", "/compliance", { csr: "csr" }, { otp: "123456" }));
  assert.equal((await call("POST", "/compliance/invoices", invoice(1), compliance)).status, 200);
  assert.equal((await call("POST", "/compliance/invoices", invoice(1), basic("nobody", "x"))).status, 401);
  assert.equal(await report(1, compliance), 401);
  const production = held(await call("POST", "/production/csids", { compliance_request_id: "1" }, compliance));
  assert.equal(await report(1, production), 200);
  const renewed = await call("PATCH", "/production/csids", { csr: "csr" }, { ...production, otp: "123456" });
  assert.deepEqual([renewed.status, await report(2, held(renewed)), await report(2, basic("nobody", "x")), await report(2, production)], [428, 401, 401, 200]);
});

test("the checks of compliance take nothing in", async (t) => {
  const { call, submit, sandbox } = await till(t);
  assert.equal((await call("POST", "/compliance/invoices", invoice(1))).status, 200);
  assert.equal(sandbox.ledger.totals().issued, 0);
  assert.equal((await submit("reporting", invoice(1))).status, 200);
});

const REFUSED: readonly (readonly [faults: FaultSet, status: number, issued: number])[] = [
  [{ errorBefore: { times: 1 } }, 503, 0],
  [{ errorAfter: { as: "504", times: 1 } }, 504, 1],
  [{ unauthorized: { times: 1 } }, 401, 0],
];

for (const [faults, status, issued] of REFUSED) {
  test(`under ${JSON.stringify(faults)} a report is answered with ${status}, ${issued} are taken, and the next try tells`, async (t) => {
    const { submit, sandbox } = await till(t, faults);
    assert.deepEqual([(await submit("reporting", invoice(1))).status, sandbox.ledger.totals().issued], [status, issued]);
    assert.equal((await submit("reporting", invoice(1))).status, issued === 0 ? 200 : 409);
  });
}
