import { createDecipheriv, createCipheriv } from "node:crypto";
import type { PlatformApp } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";

const GSTIN = "29AAACI0000A1Z5";
const APP_KEY = Buffer.alloc(32, 7);

/** An accounting package that registers invoices, and takes 2150 for what it is. */
export const inIrp: PlatformApp = {
  profile: "in-irp",
  manners: { ordersPerSecond: 20, patience: 800, tries: 12, pause: 400 },
  site: `routes:\n  - { name: generate, submission: { resolve: [{ wait: 200ms }, { resend: { window: 5h, times: 50, pause: 200ms } }, hold] } }`,
  repeatsByPlan: true,
  async open(gate) {
    const common = { "content-type": "application/json", client_id: "client", client_secret: "secret", gstin: GSTIN, user_name: "user" };
    const login = Buffer.from(JSON.stringify({ UserName: "user", Password: "word", AppKey: APP_KEY.toString("base64"), ForceRefreshAccessToken: false })).toString("base64");
    const signedIn = jsonOf(await gate.send({ method: "POST", path: "/eivital/v1.04/auth", headers: common, body: JSON.stringify({ Data: login }) }))["Data"] as { readonly AuthToken: string; readonly Sek: string };
    const sek = decrypt(signedIn.Sek, APP_KEY);
    const headers = { ...common, authtoken: signedIn.AuthToken };
    const numberOf = (index: number): string => `INV/${index}`;
    return {
      orderNo: numberOf,
      async submit(index) {
        const invoice = { DocDtls: { Typ: "INV", No: numberOf(index), Dt: "22/11/2026" }, ValDtls: { TotInvVal: index } };
        const answer = await gate.send({ method: "POST", path: "/eicore/v1.03/Invoice", headers, body: JSON.stringify({ Data: encrypt(JSON.stringify(invoice), sek) }), patience: inIrp.manners.patience });
        const said = jsonOf(answer) as { readonly Status?: number; readonly Data?: string; readonly ErrorDetails?: readonly { readonly ErrorCode: string }[]; readonly InfoDtls?: readonly { readonly InfCd: string; readonly Desc: { readonly Irn: string } }[] };
        if (said.Status === 1 && typeof said.Data === "string") return { kind: "done", number: (JSON.parse(decrypt(said.Data, sek).toString("utf8")) as { readonly Irn: string }).Irn };
        const known = said.InfoDtls?.find(({ InfCd }) => InfCd === "DUPIRN");
        return known === undefined ? { kind: "later" } : { kind: "done", number: known.Desc.Irn };
      },
      async finds(_index, number) {
        const said = jsonOf(await gate.send({ method: "GET", path: `/eicore/v1.03/Invoice/irn/${number}`, headers }));
        return said["Status"] === 1;
      },
    };
  },
};

function encrypt(text: string, key: Buffer): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString("base64");
}

function decrypt(text: string, key: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  return Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]);
}
