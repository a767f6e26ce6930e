import type { ErrorCode } from "../base/errors.ts";
import { isAuthority } from "./authority.ts";
import type { Headers } from "./message.ts";

/** How long the body of a message is (RFC 9112 section 6.3). */
export type BodyLength =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

/** What a strict reading of a request's head says. */
export interface RequestFraming {
  readonly body: BodyLength;
  readonly host: string | null;
  readonly expectsContinue: boolean;
  readonly upgrade: string | null;
}

/** The framing, or the code of the rule it breaks and what exactly was wrong. */
export type FramingResult<T> = { readonly ok: true; readonly framing: T } | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

const NONE: BodyLength = { kind: "none" };
const CHUNKED: BodyLength = { kind: "chunked" };
const UNTIL_CLOSE: BodyLength = { kind: "until-close" };
/** So many digits stay below 2^53: a longer number is refused, not rounded. */
const LENGTH = /^[0-9]{1,15}$/;
/** Anything but visible characters, space, tab and obs-text (RFC 9110 section 5.5). */
// oxlint-disable-next-line no-control-regex -- control bytes are what it looks for
const FORBIDDEN_IN_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

const bad = (code: ErrorCode, detail: string) => ({ ok: false, code, detail }) as const;

/**
 * Applies the rules that decide where a request ends, on top of what the parser enforces: a second opinion costs
 * little, and one lenient parser is what request smuggling needs.
 */
export function requestFraming(headers: Headers, version: "1.0" | "1.1" | "2"): FramingResult<RequestFraming> {
  let length: string | null = null;
  let coding: string | null = null;
  let host: string | null = null;
  let expect: string | null = null;
  let upgrade: string | null = null;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (FORBIDDEN_IN_VALUE.test(value)) return bad("malformed-request", `header '${name}' holds a control character`);
    switch (name.length) {
      case 4:
        if (name.toLowerCase() !== "host") break;
        if (host !== null) return bad("bad-host", "Host stands twice");
        host = value;
        break;
      case 6:
        if (name.toLowerCase() === "expect") expect = expect === null ? value : `${expect},${value}`;
        break;
      case 7:
        if (name.toLowerCase() === "upgrade") upgrade = value;
        break;
      case 14:
        if (name.toLowerCase() !== "content-length") break;
        if (length !== null) return bad("framing-conflict", "Content-Length stands twice");
        length = value;
        break;
      case 17:
        if (name.toLowerCase() !== "transfer-encoding") break;
        if (coding !== null) return bad("framing-conflict", "Transfer-Encoding stands twice");
        coding = value;
        break;
    }
  }
  const body = bodyOf(length, coding, version);
  if ("ok" in body) return body;
  if (host === null ? version === "1.1" : !isAuthority(host) && host !== "") return bad("bad-host", host === null ? "Host is missing" : "Host is no host name");
  if (expect !== null && expect.toLowerCase() !== "100-continue") return bad("unsupported-expectation", "Expect asks for something else than 100-continue");
  return { ok: true, framing: { body, host, expectsContinue: expect !== null && version !== "1.0", upgrade } };
}

function bodyOf(length: string | null, coding: string | null, version: string): BodyLength | ReturnType<typeof bad> {
  if (coding !== null) {
    if (length !== null) return bad("framing-conflict", "Content-Length and Transfer-Encoding stand together");
    if (version === "1.0") return bad("framing-conflict", "Transfer-Encoding in an HTTP/1.0 request");
    if (coding.toLowerCase() !== "chunked") return bad("framing-conflict", "Transfer-Encoding is not exactly 'chunked'");
    return CHUNKED;
  }
  if (length === null) return NONE;
  if (!LENGTH.test(length)) return bad("framing-conflict", "Content-Length is no plain number");
  return length === "0" ? NONE : { kind: "length", length: Number(length) };
}

/** What a strict reading of a final answer's head says about its body; `detail` of a breach goes to the log. */
export function answerFraming(headers: Headers, method: string, status: number): FramingResult<BodyLength> {
  if (status < 200 || status > 599) return bad("malformed-answer", `'${status}' is no status of an answer`);
  let length: string | null = null;
  let coding: string | null = null;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (FORBIDDEN_IN_VALUE.test(value)) return bad("malformed-answer", `header '${name}' holds a control character`);
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      if (length !== null) return bad("malformed-answer", "Content-Length stands twice");
      length = value;
    } else if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      if (coding !== null) return bad("malformed-answer", "Transfer-Encoding stands twice");
      coding = value;
    }
  }
  if (length !== null && (coding !== null || !LENGTH.test(length))) return bad("malformed-answer", "the length is stated twice or is no number");
  if (coding !== null && coding.toLowerCase() !== "chunked") return bad("malformed-answer", "Transfer-Encoding is not exactly 'chunked'");
  if (method === "HEAD" || status === 204 || status === 304) return { ok: true, framing: NONE };
  if (coding !== null) return { ok: true, framing: CHUNKED };
  if (length === null) return { ok: true, framing: UNTIL_CLOSE };
  return { ok: true, framing: length === "0" ? NONE : { kind: "length", length: Number(length) } };
}
