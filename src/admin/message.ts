import { ERRORS, type ErrorCode } from "../base/errors.ts";
import type { OwnAnswer } from "../http/own-message.ts";

/** Fields of every answer: nothing is kept, nothing is sniffed, nothing can be framed or run. */
const GUARDS: readonly string[] = [
  "cache-control", "no-store",
  "x-content-type-options", "nosniff",
  "content-security-policy", "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy", "same-origin",
];

/** An answer in plain text or another named type. */
export function text(status: number, body: string, type = "text/plain; charset=utf-8"): OwnAnswer {
  return { status, headers: ["content-type", type, ...GUARDS], body };
}

/** An answer in JSON. */
export function json(status: number, value: unknown): OwnAnswer {
  return text(status, `${JSON.stringify(value, null, 2)}\n`, "application/json");
}

/** A refusal in the form of RFC 9457; the status is the code's own. `more` are further header fields. */
export function problem(code: ErrorCode, detail: string, more: readonly string[] = []): OwnAnswer {
  const { status, en, zh } = ERRORS[code];
  const body = { type: "about:blank", title: en, "title-zh": zh, status, detail, code };
  return { status, headers: ["content-type", "application/problem+json", "taxgate-error", code, ...GUARDS, ...more], body: `${JSON.stringify(body)}\n` };
}
