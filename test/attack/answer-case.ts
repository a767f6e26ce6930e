import { bytes } from "./attack-case.ts";

/** What the client must get for one scripted answer of the upstream. */
export interface AnswerExpectation {
  /**
   * `broken`: no complete answer but a 5xx of the proxy's own. `relayed`: exactly this answer.
   * `either`: one of the two. */
  readonly kind: "broken" | "relayed" | "either";
  readonly status: number;
  readonly body: Buffer;
  /** Fields that must arrive with exactly these values. */
  readonly has: Readonly<Record<string, readonly string[]>>;
  /** Fields that must not arrive. */
  readonly lacks: readonly string[];
}

/** One attack from the upstream's side. */
export interface AnswerCase {
  readonly name: string;
  readonly method: string;
  readonly pieces: readonly Buffer[];
  /** What the upstream does after its last byte. */
  readonly afterwards: "keep" | "fin" | "reset";
  /** The last piece is an answer nobody asked for, in a segment of its own: the proxy must close that connection. */
  readonly unasked?: boolean;
  readonly expect: AnswerExpectation;
}

/** What may be said about a relayed answer beyond status and body. */
export type RelayedDetails = Partial<Pick<AnswerExpectation, "has" | "lacks">>;

/** The answer is unusable: before its head went out a 502, after that a destroyed connection. */
export const BROKEN: AnswerExpectation = { kind: "broken", status: 502, body: bytes(""), has: {}, lacks: [] };

/** The client must receive this status and body. */
export function relayed(status: number, body: string, details: RelayedDetails = {}): AnswerExpectation {
  return { kind: "relayed", status, body: bytes(body), has: details.has ?? {}, lacks: details.lacks ?? [] };
}

/** The client may receive this status and body, or learn that the answer was unusable. */
export function relayedOrBroken(status: number, body: string, details: RelayedDetails = {}): AnswerExpectation {
  return { ...relayed(status, body, details), kind: "either" };
}

/** An answer to a GET, written at once. */
export function answer(name: string, text: string, afterwards: AnswerCase["afterwards"], expect: AnswerExpectation): AnswerCase {
  return { name, method: "GET", pieces: [bytes(text)], afterwards, expect };
}

/** A 200 with these field lines and this raw body. */
export function ok(lines: readonly string[], body: string): string {
  return ["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n") + body;
}
