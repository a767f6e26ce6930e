import { ERRORS, type ErrorCode } from "../base/errors.ts";

/** Who sent a request, as the listener knows it. */
export interface AdminPeer {
  readonly address: string;
  /** True for 127.0.0.0/8 and ::1 (also as ::ffff:127.…). */
  readonly loopback: boolean;
  /** True where the connection is TLS. */
  readonly secure: boolean;
}

/** A request to the admin or the health listener. */
export interface AdminRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
  /** Name, value, name, value …; for HTTP/2 the authority stands as `host`. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  readonly peer: AdminPeer;
}

/** What is sent back. The listener adds Content-Length and leaves the body out for HEAD. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Uint8Array | string;
}

/** Fields of every answer: nothing is kept, nothing is sniffed, nothing can be framed or run. */
const GUARDS: readonly string[] = [
  "cache-control", "no-store",
  "x-content-type-options", "nosniff",
  "content-security-policy", "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy", "same-origin",
];

/** An answer in plain text or another named type. */
export function text(status: number, body: string, type = "text/plain; charset=utf-8"): AdminAnswer {
  return { status, headers: ["content-type", type, ...GUARDS], body };
}

/** An answer in JSON. */
export function json(status: number, value: unknown): AdminAnswer {
  return text(status, `${JSON.stringify(value, null, 2)}\n`, "application/json");
}

/** A refusal in the form of RFC 9457; the status is the code's own. `more` are further header fields. */
export function problem(code: ErrorCode, detail: string, more: readonly string[] = []): AdminAnswer {
  const { status, en, zh } = ERRORS[code];
  const body = { type: "about:blank", title: en, "title-zh": zh, status, detail, code };
  return { status, headers: ["content-type", "application/problem+json", "taxgate-error", code, ...GUARDS, ...more], body: `${JSON.stringify(body)}\n` };
}
