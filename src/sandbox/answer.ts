import { createHash } from "node:crypto";

/** The body of an answer, readable piece by piece so that a large one needs no memory. */
export interface AnswerBody {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from one offset up to another. */
  slice(from: number, to: number): Uint8Array;
}

/** What the platform wants to say, before any fault spoils it. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
  /** Milliseconds that the platform holds it back after processing; default 0. */
  readonly delayMs?: number;
}

const EMPTY = new Uint8Array(0);

/** A body of bytes in memory. */
export function bytesBody(bytes: Uint8Array): AnswerBody {
  return { size: bytes.length, slice: (from, to) => bytes.subarray(from, to) };
}

/** An answer with a JSON document. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = bytesBody(Buffer.from(JSON.stringify(value)));
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body };
}

/** The platform's own form of an error: a code that means something to it, and a sentence. */
export function errorAnswer(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { code, message }, { "cache-control": "no-store", ...headers });
}

/** Adds an ETag and turns the answer into 304 when the caller holds the same bytes (RFC 9110, section 13.1.2). */
export function conditional(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const etag = `"${createHash("sha256").update(answer.body.slice(0, answer.body.size)).digest("hex").slice(0, 32)}"`;
  const headers: Readonly<Record<string, string>> = { ...answer.headers, etag };
  if (!matches(ifNoneMatch, etag)) return { ...answer, headers };
  const { "content-type": _type, ...kept } = headers;
  return { status: 304, headers: kept, body: bytesBody(EMPTY) };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
