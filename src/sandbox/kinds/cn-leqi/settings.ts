import type { Setting } from "../../kind.ts";

/** What tests may change about this kind. */
export const SETTINGS = {
  /** The key that the platform shares with its callers, 32 hexadecimal digits; the example key of the SM4 standard. */
  sm4Key: "0123456789abcdeffedcba9876543210",
  /** Time from an upload until its invoices are judged. */
  processingMs: 0,
  /** How long the result of an upload can be asked for by its acceptance number. */
  resultsForMs: 12 * 3_600_000,
  /** Whether answers are compressed for callers that accept it. */
  gzip: true,
  /** Whether an invoice number that was uploaded before is recognised. */
  recognises: true,
} satisfies Readonly<Record<string, Setting>>;
