import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** A document of the JSON body of a submission. */
export interface ErpDocument {
  readonly format: string;
  readonly document: string;
  readonly documentHash: string;
  readonly codeNumber: string;
}

/** An answer to it. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** What Taxgate says of a submission, or of an error of its own. */
  readonly taxgate: string | null;
}

/** A small ERP that has signed in at `origin`. */
export interface Erp {
  submit(...documents: readonly ErpDocument[]): Promise<Said>;
  /** How each document of a submission stands, by its number, once none is in progress. */
  verdicts(submissionUID: unknown): Promise<Readonly<Record<string, string>>>;
  call(method: string, path: string, body?: string): Promise<Said>;
}

/** Signs in for the taxpayer `tin`. */
export async function erpAt(origin: string, tin: string): Promise<Erp> {
  const send = async (path: string, init: RequestInit): Promise<Said> => {
    const answer = await fetch(`${origin}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text.startsWith("{") ? (JSON.parse(text) as Said["body"]) : { text }, taxgate: answer.headers.get("taxgate-submission") ?? answer.headers.get("taxgate-error") };
  };
  const { body } = await send("/connect/token", { method: "POST", body: new URLSearchParams({ client_id: tin, client_secret: "secret", grant_type: "client_credentials" }) });
  const headers = { authorization: `Bearer ${String(body["access_token"])}`, "content-type": "application/json" };
  const call: Erp["call"] = (method, path, text) => send(path, { method, headers, ...(text === undefined ? {} : { body: text }) });
  return {
    call,
    submit: (...documents) => call("POST", "/api/v1.0/documentsubmissions/", JSON.stringify({ documents })),
    async verdicts(submissionUID) {
      for (let polls = 0; polls < 100; polls++) {
        const { status, body: said } = await call("GET", `/api/v1.0/documentsubmissions/${String(submissionUID)}`);
        if (status === 200 && said["overallStatus"] !== "in progress") return Object.fromEntries((said["documentSummary"] as readonly Readonly<Record<string, string>>[]).map((one) => [one["internalId"], one["status"] ?? ""]));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return assert.fail("the submission is in progress for ever");
    },
  };
}

/** A document as JSON; below 0 its amount makes it invalid later, and a hash that is not its own refuses it at once. */
export function documentOf(codeNumber: string, { amount = 113, documentHash }: { readonly amount?: number; readonly documentHash?: string } = {}): ErpDocument {
  const value = (text: string | number): readonly object[] => [{ _: text }];
  const text = JSON.stringify({ Invoice: [{ ID: value(codeNumber), IssueDate: value("2026-11-22"), IssueTime: value(`08:00:${String(Math.abs(amount) % 60).padStart(2, "0")}Z`), InvoiceTypeCode: value("01"), LegalMonetaryTotal: [{ PayableAmount: value(amount) }] }] });
  return { format: "JSON", document: Buffer.from(text).toString("base64"), documentHash: documentHash ?? createHash("sha256").update(text).digest("hex"), codeNumber };
}

/** Numbers that an answer gave, by the documents' own. */
export function uuidsOf({ body }: Said): Readonly<Record<string, string>> {
  return Object.fromEntries(((body["acceptedDocuments"] ?? []) as readonly { readonly uuid: string; readonly invoiceCodeNumber: string }[]).map(({ uuid, invoiceCodeNumber }) => [invoiceCodeNumber, uuid]));
}

/** Documents that an answer refused. */
export function refusedIn({ body }: Said): readonly string[] {
  return ((body["rejectedDocuments"] ?? []) as readonly { readonly invoiceCodeNumber: string }[]).map(({ invoiceCodeNumber }) => invoiceCodeNumber);
}
