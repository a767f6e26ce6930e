import type { OperationSpec } from "../../kind.ts";
import { OTHERS, PUBLIC_LIMIT } from "./limits.ts";

/** The operations that this sandbox knows; the one that takes an invoice in is `issue`, as in every kind. */
export type OperationName =
  | "public-keys" | "challenge" | "auth-token" | "auth-xades" | "auth-status" | "redeem" | "refresh"
  | "open-online" | "issue" | "close-online" | "open-batch" | "upload-part" | "close-batch"
  | "sessions" | "session" | "session-invoices" | "session-failed" | "session-invoice" | "upo-by-number" | "upo-by-reference" | "session-upo"
  | "invoice" | "metadata" | (typeof OTHERS)[number];

const SMALL = 64 * 1024;
/** 3 MB encrypted and in base64, with the fields around it. */
const INVOICE_BOUND = 4_100_000;
const PART_BOUND = 100_000_100;

/** Every operation; the first one that fits a path counts. */
export const OPERATIONS: readonly OperationSpec[] = [
  free("public-keys", "GET", "/security/public-key-certificates"),
  free("challenge", "POST", "/auth/challenge"),
  free("auth-token", "POST", "/auth/ksef-token"),
  free("auth-xades", "POST", "/auth/xades-signature"),
  free("redeem", "POST", "/auth/token/redeem"),
  free("refresh", "POST", "/auth/token/refresh"),
  free("auth-status", "GET", "/auth/:reference"),
  one("open-online", "POST", "/sessions/online", "onlineSession"),
  { ...one("issue", "POST", "/sessions/online/:session/invoices", "invoiceSend"), bound: INVOICE_BOUND },
  one("close-online", "POST", "/sessions/online/:session/close", "onlineSession"),
  one("open-batch", "POST", "/sessions/batch", "batchSession"),
  one("close-batch", "POST", "/sessions/batch/:session/close", "batchSession"),
  { name: "upload-part", methods: ["PUT"], path: /^\/storage\/(?<session>[^/]+)\/(?<part>[0-9]+)$/, bound: PART_BOUND },
  one("sessions", "GET", "/sessions", "sessionList"),
  one("session-failed", "GET", "/sessions/:session/invoices/failed", "sessionInvoiceList"),
  one("session-invoices", "GET", "/sessions/:session/invoices", "sessionInvoiceList"),
  one("upo-by-number", "GET", "/sessions/:session/invoices/ksef/:number/upo", "sessionMisc"),
  one("upo-by-reference", "GET", "/sessions/:session/invoices/:reference/upo", "sessionMisc"),
  one("session-invoice", "GET", "/sessions/:session/invoices/:reference", "invoiceStatus"),
  one("session-upo", "GET", "/sessions/:session/upo/:page", "sessionMisc"),
  one("session", "GET", "/sessions/:session", "sessionMisc"),
  one("invoice", "GET", "/invoices/ksef/:number", "invoiceDownload"),
  one("metadata", "POST", "/invoices/query/metadata", "invoiceMetadata"),
  ...OTHERS.map((name) => one(name, "GET", `/${name.replace("limits-", "limits/")}`, `other ${name}`)),
];

function free(name: OperationName, method: string, path: string): OperationSpec {
  return one(name, method, path, PUBLIC_LIMIT);
}

function one(name: OperationName, method: string, path: string, limit: string): OperationSpec {
  const pattern = path.replaceAll(/:([a-z]+)/g, "(?<$1>[^/]+)");
  return { name, methods: [method], path: new RegExp(`^/v2${pattern}$`), bound: SMALL, limit };
}
