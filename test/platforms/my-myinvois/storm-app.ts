import { createHash } from "node:crypto";
import type { PlatformApp } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";

/** Clients with a limit of their own each. */
const CLIENTS = 10;

/** Accounting packages that submit batches, sometimes with a document of an earlier batch among them. */
export const myMyInvois: PlatformApp = {
  profile: "my-myinvois",
  manners: { ordersPerSecond: 12, patience: 1500, tries: 12, pause: 500 },
  always: { settings: { processingMs: 500 } },
  site: `routes:
  - name: submit
    submission:
      resolve:
        - query: { path: "/api/v1.0/documents/recent?pageSize=100&InvoiceDirection=Sent" }
          each: { json: /result }
          found: { status: 200, json: /status, in: [Submitted, Valid, Cancelled] }
          match: [{ read: { json: /internalId }, is: "{key}" }, { read: { json: /issuerTin }, is: "{scope}" }]
          absent: { status: 200, json: /metadata/totalPages, in: [0, 1] }
          reference: { json: /submissionUID }
          as: { status: 202, contentType: application/json, body: '{"submissionUID":"{/submissionUID}","acceptedDocuments":[{items}],"rejectedDocuments":[]}', item: '{"uuid":"{/uuid}","invoiceCodeNumber":"{key}"}' }
          notFoundValidAfter: 1s
          every: 500ms
          for: 10min
        - hold`,
  async open(gate) {
    const tokens: string[] = [];
    for (let client = 0; client < CLIENTS; client++) {
      const body = new URLSearchParams({ client_id: `C${20000000 + client}`, client_secret: "secret", grant_type: "client_credentials", scope: "InvoicingAPI" }).toString();
      tokens.push(String(jsonOf(await gate.send({ method: "POST", path: "/connect/token", headers: { "content-type": "application/x-www-form-urlencoded" }, body }))["access_token"]));
    }
    const codeOf = (index: number): string => `INV-${index}`;
    // Every fourth batch brings the first document of the client's batch before once more.
    const codesOf = (index: number): readonly string[] => [codeOf(index), `${codeOf(index)}-1`, index % 4 === 3 && index >= CLIENTS ? codeOf(index - CLIENTS) : `${codeOf(index)}-2`];
    const headersOf = (index: number): Record<string, string> => ({ "content-type": "application/json", authorization: `Bearer ${tokens[index % CLIENTS]}` });
    return {
      orderNo: codeOf,
      async submit(index) {
        const codes = codesOf(index);
        const body = JSON.stringify({ documents: codes.map(documentOf) });
        const answer = await gate.send({ method: "POST", path: "/api/v1.0/documentsubmissions", headers: headersOf(index), body, patience: myMyInvois.manners.patience });
        const accepted = (jsonOf(answer)["acceptedDocuments"] ?? []) as readonly { readonly uuid: string; readonly invoiceCodeNumber: string }[];
        const own = accepted.find(({ invoiceCodeNumber }) => invoiceCodeNumber === codeOf(index));
        if (answer?.status === 202 && own !== undefined && accepted.length === codesOf(index).length) return { kind: "done", number: own.uuid };
        return answer?.status === 422 ? { kind: "no", why: "422" } : { kind: "later" };
      },
      async finds(index, number) {
        const said = jsonOf(await gate.send({ method: "GET", path: `/api/v1.0/documents/${number}/details`, headers: headersOf(index) }));
        return said["internalId"] === codeOf(index) && said["status"] === "Valid";
      },
    };
  },
};

function documentOf(codeNumber: string): object {
  const value = (text: string | number): readonly object[] => [{ _: text }];
  const document = JSON.stringify({ Invoice: [{ ID: value(codeNumber), IssueDate: value("2026-11-22"), IssueTime: value("08:00:00Z"), InvoiceTypeCode: value("01"), LegalMonetaryTotal: [{ PayableAmount: value(113) }] }] });
  return { format: "JSON", document: Buffer.from(document).toString("base64"), documentHash: createHash("sha256").update(document).digest("hex"), codeNumber };
}
