import { createHash } from "node:crypto";
import type { PlatformApp } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";

const DEVICES = 12;
const NAMESPACES = 'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"';
const DONE = new Set(["REPORTED", "CLEARED"]);

/** Cash registers that report, and an accounting package that clears: each with a certificate of its own. */
export const saZatca: PlatformApp = {
  profile: "sa-zatca",
  manners: { ordersPerSecond: 20, patience: 800, tries: 12, pause: 400 },
  site: `routes:\n${["reporting", "clearance"].map((name) => `  - { name: ${name}, submission: { resolve: [{ wait: 200ms }, { resend: { window: 23h, times: 50, pause: 200ms } }, hold] } }`).join("\n")}`,
  repeatsByPlan: true,
  async open(gate) {
    const uuidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const submit = async (index: number) => {
      const xml = `<?xml version="1.0" encoding="UTF-8"?><Invoice ${NAMESPACES}><cbc:ID>INV-${index}</cbc:ID><cbc:UUID>${uuidOf(index)}</cbc:UUID><cac:AccountingSupplierParty><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>300000000000003</cbc:CompanyID></cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty></Invoice>`;
      const body = JSON.stringify({ invoiceHash: createHash("sha256").update(xml).digest("base64"), uuid: uuidOf(index), invoice: Buffer.from(xml).toString("base64") });
      const headers = { "content-type": "application/json", "accept-version": "V2", authorization: `Basic ${Buffer.from(`device-${index % DEVICES}:secret`).toString("base64")}` };
      return gate.send({ method: "POST", path: `/e-invoicing/core/invoices/${index % 2 === 0 ? "reporting" : "clearance"}/single`, headers, body, patience: saZatca.manners.patience });
    };
    return {
      orderNo: uuidOf,
      async submit(index) {
        const answer = await submit(index);
        const said = jsonOf(answer) as { readonly reportingStatus?: string; readonly clearanceStatus?: string };
        const status = said.reportingStatus ?? said.clearanceStatus ?? "";
        if (answer !== null && answer.status < 300 && DONE.has(status)) return { kind: "done", number: status };
        // Legacy software believes the body: NOT_REPORTED is a final no to it.
        return status.startsWith("NOT_") ? { kind: "no", why: `${answer?.status} ${status}` } : { kind: "later" };
      },
      // There is no query: the platform shows an invoice by recognising it.
      finds: async (index) => [200, 202, 208, 409].includes((await submit(index))?.status ?? 0),
    };
  },
};
