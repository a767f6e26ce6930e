import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { type Started, started } from "../started.ts";

const KEY = Buffer.from("0123456789abcdeffedcba9876543210", "hex");
const SELLER = "91110000600007156X";
const HOUR = 3_600_000;
const [F1, F2, F3] = ["26112000000000000001", "26112000000000000002", "26112000000000000003"];

interface Opened {
  readonly status: number;
  readonly http: string;
  readonly encoding: string | null;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Leqi {
  readonly sandbox: Started;
  readonly call: (service: string, value: unknown, headers?: Readonly<Record<string, string>>, path?: string) => Promise<Opened>;
  /** Numbers and statuses of an upload. */
  readonly results: (sllsh: unknown) => Promise<unknown>;
}

function encrypted(value: unknown, key: Buffer = KEY): string {
  const cipher = createCipheriv("sm4-ecb", key, null);
  return cipher.update(JSON.stringify(value), "utf8", "base64") + cipher.final("base64");
}

async function opened(answer: Response): Promise<Opened> {
  const { httpStatusCode, body } = (await answer.json()) as { readonly httpStatusCode: string; readonly body: string };
  const { Response: inner } = JSON.parse(body) as { readonly Response: { readonly RequestId: string; readonly Data?: string; readonly Error?: Opened["error"] } };
  assert.match(inner.RequestId, /^[0-9a-f]{32}$/);
  const decipher = createDecipheriv("sm4-ecb", KEY, null);
  const data = inner.Data === undefined ? {} : JSON.parse(decipher.update(inner.Data, "base64", "utf8") + decipher.final("utf8"));
  return { status: answer.status, http: httpStatusCode, encoding: answer.headers.get("content-encoding"), error: inner.Error, data };
}

async function leqi(t: TestContext, faults: FaultSet = {}): Promise<Leqi> {
  const sandbox = await started(t, faults, { kind: "cn-leqi" });
  const call: Leqi["call"] = async (service, value, headers = {}, path = `/access/v2/invoke/202007/${service}`) => {
    const head = { fwbm: service, nlbm: "202007", jrdwptbh: "P1", sydwptbh: "P2", ylbm: "", access_signature: "", ...headers };
    return opened(await fetch(sandbox.origin + path, { method: "POST", headers: head, body: typeof value === "string" ? value : encrypted(value) }));
  };
  const results = async (sllsh: unknown): Promise<unknown> => {
    const { data } = await call("CXQDFPSCJG", { sllsh });
    const list = data.resultList as readonly { readonly fphm: string; readonly status: string }[] | undefined;
    return list?.map(({ fphm, status }) => [fphm, status]) ?? data.returncode;
  };
  return { sandbox, call, results };
}

function invoices(...numbers: readonly unknown[]): unknown {
  return numbers.map((fphm) => ({ fphm, xsfnsrsbh: SELLER, jshj: 113 }));
}

test("an upload is accepted with one number, under which each invoice has its result", async (t) => {
  const { call, results, sandbox } = await leqi(t);
  const { status, http, encoding, data: { sllsh, ...rest } } = await call("QDFPSC", invoices(F1, F2));
  assert.match(String(sllsh), /^[0-9a-f]{32}$/);
  assert.deepEqual([status, http, encoding, rest], [200, "200", "gzip", { returncode: "00", returnmsg: "成功" }]);
  assert.deepEqual(await results(sllsh), [[F1, "00"], [F2, "00"]]);
  assert.deepEqual([sandbox.ledger.totals().issued, sandbox.ledger.ofOrder(F1 ?? "")[0]?.sellerTaxNo], [2, SELLER]);
});

test("an invoice number that is uploaded again is 03 and not issued, also within one upload", async (t) => {
  const { call, results, sandbox } = await leqi(t);
  await call("QDFPSC", invoices(F1));
  const { data } = await call("HWYSFPSC", invoices(F1, F2, F2), { nlbm: "202026" }, "/access/v2/invoke/202026/HWYSFPSC");
  assert.deepEqual(await results(data.sllsh), [[F1, "03"], [F2, "00"], [F2, "03"]]);
  const { issued, duplicates, refused } = sandbox.ledger.totals();
  assert.deepEqual([issued, duplicates, refused, sandbox.ledger.refusalsOf(F1 ?? "")], [2, 0, 2, 1]);
});

test("an invoice that failed may be uploaded again under its number", async (t) => {
  const { call, results, sandbox } = await leqi(t);
  const wrong = await call("QDFPSC", [{ fphm: F1, xsfnsrsbh: SELLER, jshj: "0.00" }]);
  const right = await call("QDFPSC", invoices(F1));
  assert.deepEqual([await results(wrong.data.sllsh), await results(right.data.sllsh)], [[[F1, "02"]], [[F1, "00"]]]);
  assert.equal(sandbox.ledger.totals().refused, 0);
});

test("results are 01 while they are made, and can be asked for during twelve hours", async (t) => {
  const { call, results, sandbox } = await leqi(t, { settings: { processingMs: 3000 } });
  const { data } = await call("QDFPSC", invoices(F3));
  assert.deepEqual([await results(data.sllsh), (await call("FPCY_NEW", { fphm: F3 })).data.returncode], [[[F3, "01"]], "01"]);
  sandbox.clock.advance(3000);
  assert.deepEqual([await results(data.sllsh), (await call("FPCY_NEW", { fphm: F3 })).data.jshj], [[[F3, "00"]], "113.00"]);
  sandbox.clock.advance(12 * HOUR - 3001);
  assert.deepEqual(await results(data.sllsh), [[F3, "00"]]);
  sandbox.clock.advance(1);
  assert.deepEqual([await results(data.sllsh), (await call("FPCY_NEW", { fphm: F3 })).data.fphm], ["01", F3]);
  assert.equal(await results("nobody"), "01");
});

test("late visibility keeps an invoice from being found", async (t) => {
  const { call, results, sandbox } = await leqi(t, { lateVisibility: { ms: 1000 } });
  const { data } = await call("QDFPSC", invoices(F1));
  const seen = async (): Promise<unknown> => [await results(data.sllsh), (await call("FPZTXXCX", { fphm: F1 })).data.returncode];
  assert.deepEqual(await seen(), [[[F1, "01"]], "01"]);
  sandbox.clock.advance(1000);
  assert.deepEqual(await seen(), [[[F1, "00"]], "00"]);
});

const ERRORS: readonly (readonly [what: string, value: unknown, headers: Readonly<Record<string, string>>, code: string])[] = [
  ["another service in fwbm", {}, { fwbm: "CXQDFPSCJG" }, "401"],
  ["another ability in nlbm", {}, { nlbm: "203059" }, "401"],
  ["no access unit", {}, { jrdwptbh: "" }, "401"],
  ["a body encrypted with another key", encrypted([], Buffer.alloc(16)), {}, "400"],
  ["a plain body", "[]", {}, "400"],
  ["no body", "", {}, "400"],
];

for (const [what, value, headers, code] of ERRORS) {
  test(`an upload with ${what} gets an Error ${code} before any Data`, async (t) => {
    const { call, sandbox } = await leqi(t);
    const { status, error, data } = await call("QDFPSC", value, headers);
    assert.deepEqual([status, error?.code, data, sandbox.ledger.totals().issued], [200, code, {}, 0]);
  });
}

const MALFORMED: readonly unknown[] = [[], {}, invoices("1"), invoices(F1, 7), [{ fphm: F1, jshj: 1 }], [{ fphm: F1, xsfnsrsbh: SELLER }]];

for (const value of MALFORMED) {
  test(`the upload ${JSON.stringify(value).slice(0, 60)} is refused as a whole`, async (t) => {
    const { call, sandbox } = await leqi(t);
    assert.deepEqual([(await call("QDFPSC", value)).data.returncode, sandbox.ledger.totals().issued], ["99", 0]);
  });
}

const FAULTS: readonly (readonly [faults: FaultSet, status: number, code: string, issued: number])[] = [
  [{ unauthorized: {} }, 200, "401", 0],
  [{ errorBefore: {} }, 200, "503", 0],
  [{ errorAfter: { as: "504" } }, 504, "504", 1],
];

for (const [faults, status, code, issued] of FAULTS) {
  test(`${JSON.stringify(faults)} answers in the envelope with ${code}`, async (t) => {
    const { call, sandbox } = await leqi(t, faults);
    const answer = await call("QDFPSC", invoices(F1));
    assert.deepEqual([answer.status, answer.http, answer.error?.code, sandbox.ledger.totals().issued], [status, String(status), code, issued]);
  });
}

test("a firewall's page comes without the envelope", async (t) => {
  const { sandbox } = await leqi(t, { html: { status: 403 } });
  const answer = await fetch(`${sandbox.origin}/access/v2/invoke/202007/QDFPSC`, { method: "POST", body: encrypted(invoices(F1)) });
  assert.deepEqual([answer.status, answer.headers.get("content-type"), sandbox.ledger.totals().issued], [403, "text/html; charset=utf-8", 0]);
});

test("the test environment wants its mark", async (t) => {
  const { call } = await leqi(t);
  const path = "/access/newsandbox/v2/invoke/202007/CXKYSL";
  assert.deepEqual([(await call("CXKYSL", {}, {}, path)).error?.code, (await call("CXKYSL", {}, { sxcsbz: "1" }, path)).data.returncode], ["401", "00"]);
});

test("answers are compressed for those that accept it alone, and not where that is off", async (t) => {
  const { call, sandbox } = await leqi(t);
  const encodings = async (accept: string): Promise<unknown> => (await call("CXKYSL", {}, { "accept-encoding": accept })).encoding;
  assert.deepEqual([await encodings("gzip, br"), await encodings("br"), await encodings("gzip;q=0, br")], ["gzip", null, null]);
  await sandbox.faults.set({ settings: { gzip: false } });
  assert.equal(await encodings("gzip"), null);
});

test("reads tell rates, taxpayers, and categories that are newer than the caller's", async (t) => {
  const { call } = await leqi(t);
  const { data: rates } = await call("CXKYSL", {});
  const { data: taxpayer } = await call("CXNSRJBXX", { nsrsbh: SELLER });
  const { data: all } = await call("CXSSFLBM", { nsrsbh: SELLER, sjc: "" });
  const { data: none } = await call("CXSSFLBM", { nsrsbh: SELLER, sjc: all.sjc });
  assert.deepEqual([rates.returncode, taxpayer.nsrsbh, none.ssflbmList, none.sjc], ["00", SELLER, [], all.sjc]);
  assert.ok((all.ssflbmList as readonly unknown[]).length > 0 && (rates.slList as readonly unknown[]).length > 0);
});

test("numbers and quota that are drawn twice are gone twice", async (t) => {
  const { call, sandbox } = await leqi(t);
  const draw = { nsrsbh: SELLER, lysl: "10", ywlsh: "W1" };
  const { data: first } = await call("QDFPPLFM", draw);
  const { data: second } = await call("QDFPPLFM", draw);
  assert.match(String(first.fpqshm), /^[0-9]{20}$/);
  assert.equal(BigInt(String(second.fpqshm)) - BigInt(String(first.fpzzhm)), 1n);
  for (let i = 0; i < 2; i += 1) await call("XZTHSXED", { nsrsbh: SELLER, ptbh: "P1", sqlx: "0", sqed: "100.00", ywlsh: "W2" });
  assert.equal((await call("CXSXED", { nsrsbh: SELLER })).data.yxzed, "200.00");
  assert.equal((await call("QDFPPLFM", { ...draw, lysl: 5001 })).data.returncode, "99");
  const shown = (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as { readonly own: unknown };
  assert.deepEqual(shown.own, { numbersDrawn: 20, quotaDraws: 2 });
});
