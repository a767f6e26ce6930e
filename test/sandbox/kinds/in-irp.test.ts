import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { decrypt, encrypt } from "../../platforms/in-irp/cipher.ts";
import { type Started, started } from "../started.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const GSTIN = "29AAACI0000A1Z5";
const APP_KEY = Buffer.alloc(32, 7);

interface Said {
  readonly http: number;
  readonly Status?: number;
  readonly Data?: string;
  readonly ErrorDetails?: readonly { readonly ErrorCode: string }[];
  readonly InfoDtls?: readonly { readonly InfCd: string; readonly Desc: Readonly<Record<string, unknown>> }[];
}

interface Session {
  readonly AuthToken: string;
  readonly Sek: string;
  readonly TokenExpiresInSeconds: number;
}

interface Books {
  readonly sandbox: Started;
  readonly signIn: (gstin?: string) => Promise<Session>;
  readonly call: (method: string, path: string, payload?: object, session?: Session, gstin?: string) => Promise<Said>;
  readonly register: (no: string, over?: object, session?: Session) => Promise<Said>;
  readonly open: (said: Said, session?: Session) => Readonly<Record<string, unknown>>;
}

const keyOf = ({ Sek }: Session): Buffer => decrypt(Sek, APP_KEY);

async function books(t: TestContext, faults: FaultSet = {}): Promise<Books> {
  const sandbox = await started(t, {}, { kind: "in-irp" });
  const send = async (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object): Promise<Said & { readonly raw: unknown }> => {
    const answer = await fetch(`${sandbox.origin}${path}`, { method, headers: { "content-type": "application/json", client_id: "client", client_secret: "secret", user_name: "user", ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const raw = (await answer.json()) as Said;
    return { ...raw, http: answer.status, raw };
  };
  const signIn: Books["signIn"] = async (gstin = GSTIN) => {
    const login = { UserName: "user", Password: "word", AppKey: APP_KEY.toString("base64"), ForceRefreshAccessToken: false };
    const said = await send("POST", "/eivital/v1.04/auth", { gstin }, { Data: Buffer.from(JSON.stringify(login)).toString("base64") });
    return said.Data as unknown as Session;
  };
  const own = await signIn();
  await sandbox.faults.set(faults);
  const call: Books["call"] = (method, path, payload, session = own, gstin = GSTIN) => send(method, path, { gstin, authtoken: session.AuthToken }, payload === undefined ? undefined : { Data: encrypt(JSON.stringify(payload), keyOf(session)) });
  return {
    sandbox, signIn, call,
    register: (no, over = {}, session = own) => call("POST", "/eicore/v1.03/Invoice", { DocDtls: { Typ: "INV", No: no, Dt: "22/11/2026", ...over }, ValDtls: { TotInvVal: 118 } }, session),
    open: ({ Data = "" }, session = own) => JSON.parse(decrypt(Data, keyOf(session)).toString("utf8")) as Readonly<Record<string, unknown>>,
  };
}

const codeOf = ({ ErrorDetails }: Said): string | undefined => ErrorDetails?.[0]?.ErrorCode;
const asked = (no: string): string => `/eicore/v1.03/Invoice/irnbydocdetails?doctype=INV&docnum=${no}&docdate=${encodeURIComponent("22/11/2026")}`;

test("a taxpayer gets the same token until its last ten minutes, and it ends after six hours", async (t) => {
  const { signIn, register, sandbox } = await books(t);
  const first = await signIn();
  sandbox.clock.advance(350 * MINUTE - 1);
  const [before, other] = [await signIn(), await signIn("07AAACI0000A1Z5")];
  sandbox.clock.advance(1);
  assert.equal((await register("I1")).Status, 1);
  const next = await signIn();
  assert.deepEqual([first.TokenExpiresInSeconds, before.AuthToken === first.AuthToken, next.AuthToken === first.AuthToken, other.AuthToken === first.AuthToken], [21_600, true, false, false]);
  assert.deepEqual([codeOf(await register("I2")), (await register("I2", {}, next)).Status], ["1005", 1]);
  sandbox.clock.advance(6 * HOUR);
  assert.equal(codeOf(await register("I3", {}, next)), "1005");
});

test("the number of an invoice is the hash of taxpayer, financial year, type and document number", async (t) => {
  const { register, open } = await books(t);
  const irn = (text: string): string => createHash("sha256").update(text).digest("hex");
  assert.equal(open(await register("I1"))["Irn"], irn(`${GSTIN}2026-27INVI1`));
  assert.equal(open(await register("I1", { Dt: "31/03/2026" }))["Irn"], irn(`${GSTIN}2025-26INVI1`));
});

test("a document that is registered is a duplicate for the whole financial year, with whatever content, and its number is told", async (t) => {
  const { register, open, sandbox } = await books(t);
  const first = open(await register("I1"));
  const again = await register("I1", { Dt: "01/04/2026" });
  assert.deepEqual([again.http, again.Status, codeOf(again), again.InfoDtls?.[0]?.InfCd, again.InfoDtls?.[0]?.Desc], [200, 0, "2150", "DUPIRN", { AckNo: first["AckNo"], AckDt: first["AckDt"], Irn: first["Irn"] }]);
  assert.deepEqual([(await register("I1", { Typ: "CRN" })).Status, (await register("I1", { Dt: "01/04/2027" })).Status], [1, 1]);
  assert.deepEqual([sandbox.ledger.totals().issued, sandbox.ledger.refusalsOf("I1")], [3, 1]);
});

test("the query by document reaches back two days; the one by number does not end", async (t) => {
  const { call, register, open, signIn, sandbox } = await books(t);
  const irn = String(open(await register("I1"))["Irn"]);
  assert.equal(open(await call("GET", asked("I1")))["Irn"], irn);
  assert.equal(codeOf(await call("GET", asked("I2"))), "2148");
  sandbox.clock.advance(48 * HOUR);
  const later = await signIn();
  assert.equal((await call("GET", asked("I1"), undefined, later)).Status, 1);
  sandbox.clock.advance(1);
  assert.equal(codeOf(await call("GET", asked("I1"), undefined, later)), "2283");
  assert.equal(open(await call("GET", `/eicore/v1.03/Invoice/irn/${irn}`, undefined, later), later)["Irn"], irn);
});

test("late visibility hides a registered invoice from both queries, and not from the duplicate check", async (t) => {
  const { call, register, open, sandbox } = await books(t, { lateVisibility: { ms: 5000 } });
  const irn = String(open(await register("I1"))["Irn"]);
  const seen = async (): Promise<unknown> => [codeOf(await call("GET", asked("I1"))), codeOf(await call("GET", `/eicore/v1.03/Invoice/irn/${irn}`))];
  sandbox.clock.advance(4999);
  assert.deepEqual([await seen(), codeOf(await register("I1"))], [["2148", "2148"], "2150"]);
  sandbox.clock.advance(1);
  assert.deepEqual(await seen(), [undefined, undefined]);
});

test("an invoice is cancelled once, within 24 hours, by its own taxpayer; its number is used up", async (t) => {
  const { call, register, open, signIn, sandbox } = await books(t);
  const irns = [String(open(await register("I1"))["Irn"]), String(open(await register("I2"))["Irn"])];
  const cancel = (index: number, session?: Session, gstin?: string): Promise<Said> => call("POST", "/eicore/v1.03/Invoice/Cancel", { Irn: irns[index], CnlRsn: "1", CnlRem: "Wrong entry" }, session, gstin);
  const other = "07AAACI0000A1Z5";
  assert.equal(codeOf(await cancel(0, await signIn(other), other)), "2143");
  assert.equal(open(await cancel(0))["Irn"], irns[0]);
  assert.deepEqual([codeOf(await cancel(0)), codeOf(await register("I1")), open(await call("GET", asked("I1")))["Status"]], ["9999", "2278", "CNL"]);
  sandbox.clock.advance(24 * HOUR + 1);
  assert.equal(codeOf(await cancel(1, await signIn())), "2270");
});

test("what cannot be read is a failure of the portal, and a date that is none is wrong content", async (t) => {
  const { call, register, signIn, sandbox } = await books(t);
  const strange: Session = { ...(await signIn()), Sek: encrypt(Buffer.alloc(32, 9), APP_KEY) };
  assert.deepEqual([codeOf(await register("I1", {}, strange)), codeOf(await register("I1", { Dt: "2026-11-22" })), codeOf(await call("POST", "/eicore/v1.03/Invoice", {}))], ["5002", "2163", "5002"]);
  assert.equal(sandbox.ledger.totals().issued, 0);
});

const FAULTS: readonly (readonly [faults: FaultSet, http: number, code: string | undefined, issued: number])[] = [
  [{ unauthorized: { times: 1 } }, 200, "1005", 0],
  [{ errorBefore: { times: 1 } }, 503, undefined, 0],
  [{ errorAfter: { as: "504", times: 1 } }, 504, undefined, 1],
];

for (const [faults, http, code, issued] of FAULTS) {
  test(`under ${JSON.stringify(faults)} an invoice is answered with ${http}, ${issued} are registered, and the next try tells`, async (t) => {
    const { register, sandbox } = await books(t, faults);
    const said = await register("I1");
    assert.deepEqual([said.http, codeOf(said), sandbox.ledger.totals().issued], [http, code, issued]);
    assert.equal(codeOf(await register("I1")), issued === 0 ? undefined : "2150");
  });
}
