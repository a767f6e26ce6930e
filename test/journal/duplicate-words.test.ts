import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, LOST, scripted, type Scripted } from "./scripted-journal.ts";

/*
 * Platforms whose words about a duplicate say the opposite of what it is.
 */

const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 } };
const ZATCA = {
  accepted: [{ status: [200, 202], json: "/reportingStatus", equals: "REPORTED" }],
  final: [{ status: 400 }],
  duplicate: [{ status: 409, means: "same", as: { status: 200, body: '{"reportingStatus":"REPORTED","invoiceHash":"{key}"}' } }],
  resolve: [{ resend: { window: "24h" } }],
};
const INDIA = {
  accepted: [{ status: 200, json: "/Status", equals: "1" }],
  final: [{ status: 200, json: "/Status", equals: "0" }],
  duplicate: [
    { status: 200, json: "/InfoDtls", any: { json: "/InfCd", equals: "DUPIRN" }, means: "same", as: { status: 200, body: '{"Status":"1","Irn":"{reference}","Ack":{/InfoDtls/0/Desc/AckNo}}' }, reference: { json: "/InfoDtls/0/Desc/Irn" } },
    { status: 200, json: "/ErrorDetails", any: { json: "/ErrorCode", equals: "2150" }, means: "check" },
    { status: 200, json: "/ErrorDetails", any: { json: "/ErrorCode", equals: "2295" }, means: "conflict" },
  ],
  reference: { json: "/Irn" },
  resolve: [QUERY],
};
const NOT_REPORTED = answered(409, { reportingStatus: "NOT_REPORTED", validationResults: { status: "ERROR" } });

async function told(life: Scripted): Promise<readonly unknown[]> {
  const hearing = life.hear({ orderNo: "H" });
  await life.pass(5000);
  const heard = await hearing;
  const { state } = await life.entry("H");
  const answer = typeof heard === "string" || heard.kind !== "answered" ? heard : [heard.answer.status, JSON.parse(Buffer.from(heard.answer.body).toString())];
  return [answer, state.kind, state.kind === "accepted" ? state.reference : null];
}

const REPORTED = [200, { reportingStatus: "REPORTED", invoiceHash: "H" }];

test("a 409 whose body says NOT_REPORTED is the invoice that was reported before", async () => {
  const life = scripted(ZATCA);
  life.script = () => NOT_REPORTED;
  assert.deepEqual(await told(life), [REPORTED, "accepted", null]);
});

test("the same bytes sent again after a lost answer are told by that 409", async () => {
  const life = scripted(ZATCA);
  life.script = () => (life.calls.length === 1 ? LOST : NOT_REPORTED);
  assert.deepEqual(await told(life), [REPORTED, "accepted", null]);
  assert.equal(life.calls.length, 2);
});

test("an error 2150 whose list names the invoice is that invoice, with its number from the list", async () => {
  const life = scripted(INDIA);
  life.script = () => answered(200, { Status: "0", ErrorDetails: [{ ErrorCode: "2150" }], InfoDtls: [{ InfCd: "DUPIRN", Desc: { AckNo: 112, Irn: "irn-1" } }] });
  assert.deepEqual(await told(life), [[200, { Status: "1", Irn: "irn-1", Ack: 112 }], "accepted", "irn-1"]);
});

test("an error 2150 that names nothing is asked about", async () => {
  const life = scripted(INDIA);
  life.script = ({ kind }) => (kind === "poll" ? answered(200, { Irn: "irn-2" }) : answered(200, { Status: "0", ErrorDetails: [{ ErrorCode: "9" }, { ErrorCode: "2150" }], InfoDtls: [{ InfCd: "EWB" }] }));
  assert.deepEqual(await told(life), [[200, { Irn: "irn-2" }], "accepted", "irn-2"]);
});

test("an error that says that another invoice has the number is a no", async () => {
  const life = scripted(INDIA);
  const no = { Status: "0", ErrorDetails: [{ ErrorCode: "2295" }] };
  life.script = () => answered(200, no);
  assert.deepEqual(await told(life), [[200, no], "rejected", null]);
});
