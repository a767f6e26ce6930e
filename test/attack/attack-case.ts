/** What must be found upstream of one request the client legitimately sent. */
export interface ExpectedRequest {
  readonly method: string;
  /** The one target that may be forwarded, or all forms of it that mean the same. */
  readonly target: string | readonly string[];
  readonly body?: Buffer;
  /** Fields that must stand upstream with exactly these values. */
  readonly has?: Readonly<Record<string, readonly string[]>>;
  /** Fields that must not stand upstream. */
  readonly lacks?: readonly string[];
}

/**
 * `refused`: nothing but `requests` (what stood before the bad part) may reach the upstream.
 * `forwarded`: all of `requests` must arrive and be answered. `either`: the client may be refused, but what
 * arrives must be the legal reading. `answered`: Taxgate answers by itself, with one of `statuses`.
 */
export interface Expectation {
  readonly kind: "refused" | "forwarded" | "either" | "answered";
  readonly requests: readonly ExpectedRequest[];
  /** Statuses a refusal may have; empty: any 4xx or 5xx. */
  readonly statuses: readonly number[];
  /** Values of Taxgate-Error a refusal may have; empty: any. */
  readonly codes: readonly string[];
  /** The refusal is Taxgate's own policy: another proxy may forward the request, as long as it is unambiguous. */
  readonly isPolicy: boolean;
}

/** One attack from the client's side. */
export interface RequestCase {
  readonly name: string;
  readonly pieces: readonly Buffer[];
  readonly afterwards: "keep" | "half-close" | "reset";
  readonly expect: Expectation;
}

/** Bytes from a text in which every character is one byte. */
export function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** What may differ from the usual in a refusal. */
export interface RefusalOptions {
  readonly statuses?: readonly number[];
  readonly before?: readonly ExpectedRequest[];
  readonly isPolicy?: boolean;
}

/** The client must be refused with one of these codes (status 400 unless said otherwise). */
export function refused(codes: string | readonly string[], options: RefusalOptions = {}): Expectation {
  return {
    kind: "refused", requests: options.before ?? [], statuses: options.statuses ?? [400],
    codes: typeof codes === "string" ? [codes] : codes, isPolicy: options.isPolicy ?? false,
  };
}

/** All these requests must arrive upstream, and be answered in order. */
export function forwarded(...requests: readonly ExpectedRequest[]): Expectation {
  return { kind: "forwarded", requests, statuses: [], codes: [], isPolicy: false };
}

/** Refused, or forwarded with exactly this meaning. */
export function either(...requests: readonly ExpectedRequest[]): Expectation {
  return { kind: "either", requests, statuses: [], codes: [], isPolicy: false };
}

/** Answered by the proxy itself, with nothing sent upstream. */
export function answered(...statuses: readonly number[]): Expectation {
  return { kind: "answered", requests: [], statuses, codes: [], isPolicy: true };
}

/** A case whose bytes are sent in one write. */
export function attack(name: string, text: string, expect: Expectation): RequestCase {
  return { name, pieces: [bytes(text)], afterwards: "keep", expect };
}

/** A GET for `target` with these extra field lines (CRLF is added between and after them). */
export function get(target: string, ...lines: readonly string[]): string {
  return [`GET ${target} HTTP/1.1`, "Host: gate.example", ...lines, "", ""].join("\r\n");
}

/** A POST to `/post` with these extra field lines and this raw body, whose framing is the lines' business. */
export function post(lines: readonly string[], body: string): string {
  return ["POST /post HTTP/1.1", "Host: gate.example", ...lines, "", ""].join("\r\n") + body;
}

/** What a request made with `get` must look like upstream. */
export function arrivesGet(target: string | readonly string[], more: Omit<ExpectedRequest, "method" | "target"> = {}): ExpectedRequest {
  return { method: "GET", target, ...more };
}

/** What a request made with `post` must look like upstream. */
export function arrivesPost(body: string, more: Omit<ExpectedRequest, "method" | "target" | "body"> = {}): ExpectedRequest {
  return { method: "POST", target: "/post", body: bytes(body), ...more };
}
