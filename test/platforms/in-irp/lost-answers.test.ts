import { deepEqual, equal, notEqual } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openStage, type Stage } from "../stage.ts";
import { decrypt, encrypt } from "./cipher.ts";

const GSTIN = "29AAACI0000A1Z5";
const APP_KEY = Buffer.alloc(32, 7);
/** The profile's plan with pauses that a test has time for. */
const PLAN = "resolve: [{ wait: 50ms }, { resend: { window: 5h, times: 20, pause: 50ms } }, hold]";
const SITE = `routes: [{ name: generate, submission: { ${PLAN} } }, { name: cancel, submission: { ${PLAN} } }]`;

interface Said {
  readonly status: number;
  readonly taxgate: string | null;
  readonly body: { readonly Status?: number; readonly Data?: unknown; readonly ErrorDetails?: readonly { readonly ErrorCode: string }[]; readonly InfoDtls?: readonly { readonly InfCd: string; readonly Desc: { readonly Irn: string; readonly AckNo: number } }[] };
}

describe("answers of the portal that are lost", () => {
  let stage: Stage;
  let token: string;
  let sek: Buffer;

  before(async () => {
    stage = await openStage({ profile: "in-irp", site: SITE });
    const login = { UserName: "user", Password: "word", AppKey: APP_KEY.toString("base64"), ForceRefreshAccessToken: false };
    const { body } = await send("/eivital/v1.04/auth", { Data: Buffer.from(JSON.stringify(login)).toString("base64") });
    const session = body.Data as { readonly AuthToken: string; readonly Sek: string };
    [token, sek] = [session.AuthToken, decrypt(session.Sek, APP_KEY)];
  });
  after(() => stage.stop());

  async function send(path: string, value: object): Promise<Said> {
    const headers = { "content-type": "application/json", client_id: "client", client_secret: "secret", user_name: "user", gstin: GSTIN, authtoken: token ?? "" };
    const answer = await fetch(`${stage.origins.taxgate}${path}`, { method: "POST", headers, body: JSON.stringify(value) });
    return { status: answer.status, taxgate: answer.headers.get("taxgate-submission"), body: (await answer.json()) as Said["body"] };
  }

  const generate = (no: string, total = 118): Promise<Said> => send("/eicore/v1.03/Invoice", { Data: encrypt(JSON.stringify({ DocDtls: { Typ: "INV", No: no, Dt: "22/11/2026" }, ValDtls: { TotInvVal: total } }), sek) });
  const cancel = (irn: string): Promise<Said> => send("/eicore/v1.03/Invoice/Cancel", { Data: encrypt(JSON.stringify({ Irn: irn, CnlRsn: "1", CnlRem: "wrong entry" }), sek) });
  const irnOf = ({ body }: Said): string => (typeof body.Data === "string" ? (JSON.parse(decrypt(body.Data, sek).toString("utf8")) as { readonly Irn: string }).Irn : (body.InfoDtls?.[0]?.Desc.Irn ?? ""));
  const codeOf = ({ body }: Said): string | undefined => body.ErrorDetails?.[0]?.ErrorCode;

  test("an invoice that was registered is told as the portal tells it, with its number, and the next try gets the same", async () => {
    await stage.sandbox.faults.set({ errorAfter: { as: "either", times: 1, on: ["issue"] } });
    const [first, again] = [await generate("L1"), await generate("L1")];
    deepEqual([first.status, codeOf(first), first.body.InfoDtls?.[0]?.InfCd, again.taxgate], [200, "2150", "DUPIRN", "replayed"]);
    deepEqual(again.body, first.body);
    equal(typeof first.body.InfoDtls?.[0]?.Desc.AckNo, "number");
    deepEqual([irnOf(first).length, stage.sandbox.ledger.ofOrder("L1").length], [64, 1]);
  });

  test("an invoice that was not registered is sent again, and told as registered", async () => {
    await stage.sandbox.faults.set({ html: { status: 502, times: 1, on: ["issue"] } });
    const told = await generate("L2");
    deepEqual([told.status, told.body.Status, stage.sandbox.ledger.ofOrder("L2").length, stage.sandbox.ledger.refusalsOf("L2")], [200, 1, 1, 0], JSON.stringify(told.body));
  });

  test("an invoice that was cancelled is not told as refused", async () => {
    await stage.sandbox.faults.clear();
    const irn = irnOf(await generate("L3"));
    await stage.sandbox.faults.set({ errorAfter: { as: "504", times: 1, on: ["cancel"] } });
    const [told, again] = [await cancel(irn), await cancel(irn)];
    deepEqual([told.status, codeOf(told), codeOf(again), again.taxgate], [200, "9999", "9999", "replayed"]);
  });

  test("wrong content is told as it is, and another content under the same number goes to the portal, which knows it", async () => {
    await stage.sandbox.faults.clear();
    deepEqual([codeOf(await send("/eicore/v1.03/Invoice", { Data: encrypt(JSON.stringify({ DocDtls: { Typ: "INV", No: "L4", Dt: "today" } }), sek) })), (await generate("L4")).body.Status], ["2163", 1]);
    const other = await generate("L4", 7);
    deepEqual([codeOf(other), stage.sandbox.ledger.ofOrder("L4").length], ["2150", 1]);
    notEqual(irnOf(other), "");
  });
});
