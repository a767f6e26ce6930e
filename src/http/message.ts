/*
 * HTTP messages as the pipeline knows them: no socket, no library type. A transport at either end can be replaced
 * without a phase noticing.
 */

/** Header fields as name, value, name, value … in the order received; names keep their spelling. */
export type Headers = readonly string[];

/** The head of a request after the framing rules have been applied. */
export interface RequestHead {
  /** Method token, case-sensitive. */
  readonly method: string;
  /** The request target as received (RFC 9112 section 3.2). */
  readonly target: string;
  /** `Host`, or `:authority`; empty where HTTP/1.0 sent none. */
  readonly authority: string;
  readonly version: "1.0" | "1.1" | "2";
  readonly headers: Headers;
}

/** Bytes that come when asked for. One reader; chunks may be up to 64 KiB each. */
export interface BodySource {
  /** Length where it is known beforehand (Content-Length), else null. */
  readonly length: number | null;
  /** The next chunk, or null at the end. Rejects with a BodyFault (or throws it at once) when the body will never be complete. */
  read(): Uint8Array | null | Promise<Uint8Array | null>;
  /** Gives up: the rest is not wanted. Safe to call at any time and more than once. */
  cancel(): void;
  /** Trailer fields, known once `read` gave null (RFC 9110 section 6.5). */
  trailers(): Headers;
}

/** A message body: none, all there, or still to come. */
export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "source"; readonly source: BodySource };

/** The one empty body. */
export const NO_BODY: Body = { kind: "none" };

/** Fields and body of an answer that is sent again and again, written out once. */
export interface Prepared {
  readonly headers: Headers;
  /** The same fields as HTTP/1.1 has them: `Name: value` and a line end, each. */
  readonly lines: string;
  /** The whole body, a character a byte; null where it is too large for one write. */
  readonly text: string | null;
}

/** An answer on its way to a caller. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** Fields that stand before `headers`; `body` is the same as its text. */
  readonly prepared?: Prepared;
}

/** Why a body will never be complete. */
export type BodyFaultCause = "aborted" | "malformed" | "timeout" | "too-large" | "truncated" | "no-room";

/** Says that a body will never be complete: by its source, or by whoever reads it within a bound. */
export class BodyFault extends Error {
  readonly reason: BodyFaultCause;
  constructor(reason: BodyFaultCause, detail: string) {
    super(detail);
    this.reason = reason;
  }
}
