import { createHash } from "node:crypto";

/** A document as it is submitted. */
export interface SubmittedDocument {
  readonly format: string;
  /** Base64 of a JSON or XML document. */
  readonly document: string;
  readonly documentHash: string;
  readonly codeNumber: string;
}

/** What the platform reads of one. */
export interface DocumentFacts {
  readonly type: string;
  /** Issue date and time, as written. */
  readonly issuedAt: string;
  readonly total: number;
}

const MOST_BYTES = 300_000;

/** Says what is wrong with a document, or null where its first checks pass. */
export function faultOf({ format, document, documentHash, codeNumber }: SubmittedDocument): string | null {
  if (typeof codeNumber !== "string" || codeNumber === "" || codeNumber.length > 50) return "codeNumber is missing";
  if (format !== "JSON" && format !== "XML") return "format is neither JSON nor XML";
  if (typeof document !== "string" || document === "") return "document is missing";
  const bytes = Buffer.from(document, "base64");
  if (bytes.length > MOST_BYTES) return "the document is larger than 300 KB";
  const hash = createHash("sha256").update(bytes);
  const digest = hash.digest();
  return documentHash === digest.toString("hex") || documentHash === digest.toString("base64") ? null : "documentHash is not the hash of the document";
}

/** Reads what the duplicate check compares; what cannot be read is empty, and then the document is invalid. */
export function factsOf({ format, document }: SubmittedDocument): DocumentFacts {
  const text = Buffer.from(document, "base64").toString("utf8");
  return format === "XML" ? xmlFacts(text) : jsonFacts(text);
}

function xmlFacts(text: string): DocumentFacts {
  const value = (name: string): string => new RegExp(`<cbc:${name}[^>]*>([^<]{1,100})<`).exec(text)?.[1] ?? "";
  return { type: value("InvoiceTypeCode"), issuedAt: `${value("IssueDate")}T${value("IssueTime")}`, total: Number(value("PayableAmount")) };
}

function jsonFacts(text: string): DocumentFacts {
  try {
    const invoice = (JSON.parse(text) as { readonly Invoice?: readonly Readonly<Record<string, unknown>>[] }).Invoice?.[0] ?? {};
    const value = (name: string): string => (invoice[name] as readonly { readonly _?: string }[] | undefined)?.[0]?._ ?? "";
    const total = (invoice["LegalMonetaryTotal"] as readonly { readonly PayableAmount?: readonly { readonly _?: number }[] }[] | undefined)?.[0]?.PayableAmount?.[0]?._;
    return { type: value("InvoiceTypeCode"), issuedAt: `${value("IssueDate")}T${value("IssueTime")}`, total: total ?? Number.NaN };
  } catch {
    return { type: "", issuedAt: "", total: Number.NaN };
  }
}
