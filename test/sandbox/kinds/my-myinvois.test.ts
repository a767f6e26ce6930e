import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { type Started, started } from "../started.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PAST = "2020-01-01T00:00:00Z";

type Json = Readonly<Record<string, unknown>>;

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

interface Erp {
  readonly sandbox: Started;
  readonly call: (method: string, path: string, body?: string, token?: string) => Promise<Said>;
  readonly login: (client: string, headers?: Readonly<Record<string, string>>) => Promise<Said>;
  readonly submit: (...documents: readonly object[]) => Promise<Said>;
  readonly search: (text: string) => Promise<readonly Json[]>;
}

async function erp(t: TestContext, faults: FaultSet = {}): Promise<Erp> {
  const sandbox = await started(t, {}, { kind: "my-myinvois" });
  const send = async (path: string, init: RequestInit): Promise<Said> => {
    const answer = await fetch(`${sandbox.origin}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? {} : (JSON.parse(text) as Json) };
  };
  const login: Erp["login"] = (client, headers = {}) => send("/connect/token", { method: "POST", headers, body: new URLSearchParams({ client_id: client, client_secret: "secret", grant_type: "client_credentials", scope: "InvoicingAPI" }) });
  const own = String((await login("C1234567890")).body["access_token"]);
  await sandbox.faults.set(faults);
  const call: Erp["call"] = (method, path, body, token = own) => send(path, { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, ...(body === undefined ? {} : { body }) });
  return {
    sandbox, call, login,
    submit: (...documents) => call("POST", "/api/v1.0/documentsubmissions/", JSON.stringify({ documents })),
    search: async (text) => (await call("GET", `/api/v1.0/documents/search?submissionDateFrom=${PAST}&searchQuery=${text}`)).body["result"] as readonly Json[],
  };
}

const list = (said: Said, name: string): readonly Json[] => said.body[name] as readonly Json[];
const codeOf = ({ body }: Said): unknown => (body["error"] as Json | undefined)?.["errorCode"];

/** A document as JSON; `time` is part of what the duplicate validator compares, `amount` below 0 makes it invalid. */
function document(codeNumber: string, { time = "08:00:00Z", amount = 113, ...over }: { readonly time?: string; readonly amount?: number; readonly documentHash?: string; readonly format?: string } = {}): object {
  const value = (text: string | number): readonly object[] => [{ _: text }];
  const text = JSON.stringify({ Invoice: [{ ID: value(codeNumber), IssueDate: value("2026-11-22"), IssueTime: value(time), InvoiceTypeCode: value("01"), LegalMonetaryTotal: [{ PayableAmount: value(amount) }] }] });
  return { format: "JSON", document: Buffer.from(text).toString("base64"), documentHash: createHash("sha256").update(text).digest("hex"), codeNumber, ...over };
}

test("client credentials give a token of 60 minutes that names the taxpayer", async (t) => {
  const { login, call, sandbox } = await erp(t);
  const { body } = await login("C555566667777");
  const token = String(body["access_token"]);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Json;
  assert.deepEqual([body["token_type"], body["expires_in"], claims["TaxpayerTIN"]], ["Bearer", 3600, "C555566667777"]);
  const path = "/api/v1.0/documenttypes";
  sandbox.clock.advance(HOUR - 1000);
  assert.equal((await call("GET", path, undefined, token)).status, 200);
  sandbox.clock.advance(1000);
  const late = await call("GET", path, undefined, token);
  assert.deepEqual([late.status, codeOf(late), (await call("GET", path, undefined, "a.b.c")).status], [401, "Unauthorized", 401]);
});

test("an intermediary's token stands for the taxpayer that it names", async (t) => {
  const { login } = await erp(t);
  const { body } = await login("agent", { onbehalfof: "C999988887777" });
  assert.match(Buffer.from(String(body["access_token"]).split(".")[1] ?? "", "base64url").toString(), /"TaxpayerTIN":"C999988887777"/);
});

test("a submission is taken in part, and what it took is validated later", async (t) => {
  const { submit, call, sandbox } = await erp(t);
  const said = await submit(document("A1"), document("A2", { documentHash: "00" }), document("A3", { amount: -1 }));
  assert.deepEqual([said.status, list(said, "acceptedDocuments").map((one) => one["invoiceCodeNumber"]), list(said, "rejectedDocuments").map((one) => one["invoiceCodeNumber"])], [202, ["A1", "A3"], ["A2"]]);
  const path = `/api/v1.0/documentsubmissions/${String(said.body["submissionUID"])}`;
  const statuses = async (): Promise<unknown> => {
    const now = await call("GET", path);
    return [now.body["overallStatus"], ...list(now, "documentSummary").map((one) => one["status"])];
  };
  assert.deepEqual(await statuses(), ["in progress", "Submitted", "Submitted"]);
  sandbox.clock.advance(2000);
  assert.deepEqual(await statuses(), ["partially valid", "Valid", "Invalid"]);
  assert.deepEqual([sandbox.ledger.ofOrder("A1").length, sandbox.ledger.ofOrder("A2").length, sandbox.ledger.ofOrder("A3").length], [1, 0, 0]);
});

test("the same bytes are refused for ten minutes, and told how long", async (t) => {
  const { submit, sandbox } = await erp(t);
  await submit(document("A1"));
  sandbox.clock.advance(9 * MINUTE);
  const again = await submit(document("A1"));
  assert.deepEqual([again.status, codeOf(again), again.headers.get("retry-after"), sandbox.ledger.refusalsOf("A1")], [422, "DuplicateSubmission", "60", 1]);
  sandbox.clock.advance(MINUTE);
  assert.equal((await submit(document("A1"))).status, 202);
});

test("a document like one of the last two hours is taken and found invalid, and names its twin; later it is issued again", async (t) => {
  const { submit, call, sandbox } = await erp(t);
  const uuidOf = (said: Said): string => String(list(said, "acceptedDocuments")[0]?.["uuid"]);
  const first = uuidOf(await submit(document("A1")));
  sandbox.clock.advance(2 * HOUR - 1);
  const token = await freshToken(call, sandbox);
  const again = uuidOf(await call("POST", "/api/v1.0/documentsubmissions", JSON.stringify({ documents: [document("A1"), document("B1")] }), token));
  const other = uuidOf(await call("POST", "/api/v1.0/documentsubmissions", JSON.stringify({ documents: [document("A1", { time: "08:00:01Z" })] }), token));
  sandbox.clock.advance(2000);
  const details = await call("GET", `/api/v1.0/documents/${again}/details`, undefined, token);
  assert.equal(details.body["status"], "Invalid");
  assert.match(JSON.stringify(details.body["validationResults"]), new RegExp(`"errorCode":"DS302".*with UUID: ${first}"`));
  assert.equal((await call("GET", `/api/v1.0/documents/${other}/details`, undefined, token)).body["status"], "Valid");
  const last = uuidOf(await call("POST", "/api/v1.0/documentsubmissions", JSON.stringify({ documents: [document("A1"), document("C1")] }), token));
  sandbox.clock.advance(2000);
  assert.equal((await call("GET", `/api/v1.0/documents/${last}/details`, undefined, token)).body["status"], "Valid");
  assert.deepEqual([sandbox.ledger.ofOrder("A1").length, sandbox.ledger.refusalsOf("A1")], [3, 1]);
});

async function freshToken(call: Erp["call"], { origin }: Started): Promise<string> {
  assert.equal((await call("GET", "/api/v1.0/documenttypes")).status, 401);
  const answer = await fetch(`${origin}/connect/token`, { method: "POST", body: new URLSearchParams({ client_id: "C1234567890", client_secret: "secret", grant_type: "client_credentials" }) });
  return String(((await answer.json()) as Json)["access_token"]);
}

const WRONG: readonly (readonly [what: string, body: string, status: number, code: string])[] = [
  ["no JSON", "documents", 400, "BadStructure"],
  ["no list", '{"documents":{}}', 400, "BadStructure"],
  ["a list of nothing", '{"documents":[null]}', 400, "BadStructure"],
  ["an empty list", '{"documents":[]}', 400, "MaximumSizeExceeded"],
  ["101 documents", JSON.stringify({ documents: Array.from({ length: 101 }, () => ({})) }), 400, "MaximumSizeExceeded"],
  ["more than 5 MB", `{"documents":["${"A".repeat(5_242_880)}"]}`, 400, "MaximumSizeExceeded"],
];

for (const [what, body, status, code] of WRONG) {
  test(`a submission of ${what} is answered with ${status} ${code}`, async (t) => {
    const { call } = await erp(t);
    const said = await call("POST", "/api/v1.0/documentsubmissions", body);
    assert.deepEqual([said.status, codeOf(said)], [status, code]);
  });
}

test("what is wrong with a document is told of it alone", async (t) => {
  const { submit } = await erp(t);
  const big = "A".repeat(300_001);
  const said = await submit(document("A1"), document("A2", { format: "PDF" }), { codeNumber: "A3" }, { ...document("A4"), document: Buffer.from(big).toString("base64"), documentHash: createHash("sha256").update(big).digest("hex") });
  const errors = list(said, "rejectedDocuments").map((one) => [one["invoiceCodeNumber"], (one["error"] as Json)["error"]]);
  assert.deepEqual(errors, [["A2", "format is neither JSON nor XML"], ["A3", "format is neither JSON nor XML"], ["A4", "the document is larger than 300 KB"]]);
});

const LIMITS: readonly (readonly [method: string, path: string, count: number])[] = [
  ["GET", "/api/v1.0/documents/recent", 12],
  ["GET", `/api/v1.0/documents/search?submissionDateFrom=${PAST}`, 12],
  ["PUT", `/api/v1.0/documents/state/${"A".repeat(26)}/state`, 12],
  ["GET", "/api/v1.0/taxpayer/validate/C1234567890", 60],
  ["POST", "/api/v1.0/documentsubmissions", 100],
];

for (const [method, path, count] of LIMITS) {
  test(`a client may ask ${method} ${path.replace(/\?.*/, "")} ${count} times a minute, and another one may ask too`, async (t) => {
    const { call, login, sandbox } = await erp(t);
    const other = String((await login("C000011112222")).body["access_token"]);
    const ask = (token?: string): Promise<Said> => call(method, path, method === "GET" ? undefined : "{}", token);
    const seen = await Promise.all(Array.from({ length: count }, () => ask()));
    assert.ok(seen.every(({ status }) => status !== 429));
    sandbox.clock.advance(20_000);
    const beyond = await ask();
    assert.deepEqual([beyond.status, codeOf(beyond), beyond.headers.get("retry-after")], [429, "TooManyRequests", "40"]);
    assert.notEqual((await ask(other)).status, 429);
    sandbox.clock.advance(40_000);
    assert.notEqual((await ask()).status, 429);
  });
}

test("what was taken in is shown late where visibility is late: by its submission, by itself, in lists", async (t) => {
  const { submit, call, search, sandbox } = await erp(t, { lateVisibility: { ms: 5000 } });
  const said = await submit(document("A1"));
  const uuid = String(list(said, "acceptedDocuments")[0]?.["uuid"]);
  const seen = async (): Promise<unknown> => [
    (await call("GET", `/api/v1.0/documentsubmissions/${String(said.body["submissionUID"])}`)).status, (await call("GET", `/api/v1.0/documents/${uuid}/details`)).status,
    (await call("GET", `/api/v1.0/documents/${uuid}/raw`)).status, list(await call("GET", "/api/v1.0/documents/recent"), "result").length, (await search("A1")).length,
  ];
  sandbox.clock.advance(4999);
  assert.deepEqual(await seen(), [404, 404, 404, 0, 0]);
  sandbox.clock.advance(1);
  assert.deepEqual(await seen(), [200, 200, 200, 1, 1]);
});

test("lists come in pages, the newest first, and a search wants a date", async (t) => {
  const { submit, call, search } = await erp(t);
  await submit(...Array.from({ length: 100 }, (_, index) => document(`A${index}`)));
  await submit(document("LAST"));
  const pages = [await call("GET", "/api/v1.0/documents/recent?pageSize=500"), await call("GET", "/api/v1.0/documents/recent?pageNo=2")];
  assert.deepEqual(pages.map((page) => list(page, "result").length), [100, 1]);
  assert.deepEqual([pages[0]?.body["metadata"], list(pages[0] as Said, "result")[0]?.["internalId"]], [{ totalPages: 2, totalCount: 101 }, "LAST"]);
  assert.deepEqual([(await search("A7")).map((one) => one["internalId"]), codeOf(await call("GET", "/api/v1.0/documents/search?searchQuery=A7"))], [["A7"], "BadArgument"]);
});

test("a valid document is cancelled once, within 72 hours, by its issuer, for a reason", async (t) => {
  const { submit, call, login, sandbox } = await erp(t, { settings: { login: false } });
  const said = await submit(document("A1"), document("A2"));
  const path = (index: number): string => `/api/v1.0/documents/state/${String(list(said, "acceptedDocuments")[index]?.["uuid"])}/state`;
  const body = JSON.stringify({ status: "cancelled", reason: "Wrong buyer details" });
  const stranger = String((await login("C000011112222")).body["access_token"]);
  const cancel = async (index: number, with_ = body, token?: string): Promise<unknown> => {
    const answer = await call("PUT", path(index), with_, token);
    return codeOf(answer) ?? answer.body["status"];
  };
  assert.equal(await cancel(0), "IncorrectState");
  sandbox.clock.advance(2000);
  assert.deepEqual([await cancel(0, '{"status":"cancelled"}'), await cancel(0, body, stranger), await cancel(0), await cancel(0)], ["BadArgument", "Forbidden", "Cancelled", "IncorrectState"]);
  sandbox.clock.advance(72 * HOUR);
  assert.equal((await call("PUT", path(1), body)).body["status"], "Cancelled");
});

test("after 72 hours a valid document is not cancelled any more", async (t) => {
  const { submit, call, sandbox } = await erp(t, { settings: { login: false } });
  const said = await submit(document("A1"));
  sandbox.clock.advance(72 * HOUR + 2001);
  const late = await call("PUT", `/api/v1.0/documents/state/${String(list(said, "acceptedDocuments")[0]?.["uuid"])}/state`, JSON.stringify({ status: "cancelled", reason: "late" }));
  assert.deepEqual([late.status, codeOf(late)], [400, "OperationPeriodOver"]);
});

test("what belongs to another taxpayer is not there", async (t) => {
  const { submit, call, login } = await erp(t);
  const said = await submit(document("A1"));
  const stranger = String((await login("C000011112222")).body["access_token"]);
  const uuid = String(list(said, "acceptedDocuments")[0]?.["uuid"]);
  const statuses = await Promise.all([`documentsubmissions/${String(said.body["submissionUID"])}`, `documents/${uuid}/details`, `documents/${uuid}/raw`].map(async (path) => (await call("GET", `/api/v1.0/${path}`, undefined, stranger)).status));
  assert.deepEqual(statuses, [404, 404, 404]);
});
