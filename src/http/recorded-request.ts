import { headerValue, headerValues, withoutFields } from "./headers.ts";
import type { Headers } from "./message.ts";

/*
 * Requests that somebody has recorded: as bytes of HTTP/1.1, with LF where an editor made them so, or as an entry of a HAR file.
 */

/** A request from a file. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  /** Null: it has none. */
  readonly body: Uint8Array | null;
}

/** A request, why there is none, or that the file is something else. */
export type Recorded = { readonly kind: "request"; readonly request: RecordedRequest } | { readonly kind: "broken"; readonly reason: string } | { readonly kind: "other" };

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S{1,100000})(?: HTTP\/[0-9.]{1,3})?$/;
const METHODS = /^[A-Z]{3,10} [/h*]/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const CR = 13;
const LF = 10;

/** Reads a request line, fields, an empty line and the body. Anything that does not begin with a request line is something else. */
export function readRecorded(bytes: Uint8Array): Recorded {
  const lines = headLines(bytes);
  const [first = ""] = lines.texts;
  const [, method = "", target = ""] = REQUEST_LINE.exec(first) ?? [];
  if (method === "" || !METHODS.test(first)) return { kind: "other" };
  const headers: string[] = [];
  for (const [index, line] of lines.texts.entries()) {
    if (index === 0) continue;
    const [, name = "", value = ""] = FIELD.exec(line) ?? [];
    if (name === "") return { kind: "broken", reason: `line ${index + 1}: got '${line.slice(0, 40)}', want 'Name: value', or an empty line before the body` };
    headers.push(name, value);
  }
  const rest = bytes.subarray(lines.end);
  return { kind: "request", request: { method, target, headers, body: rest.length === 0 ? null : unframed(rest, headers) } };
}

/** Lines up to the first empty one, and where the body begins. */
function headLines(bytes: Uint8Array): { readonly texts: readonly string[]; readonly end: number } {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(LF, at);
    const next = found < 0 ? bytes.length : found;
    const end = bytes[next - 1] === CR ? next - 1 : next;
    if (end <= at) return { texts, end: next + 1 };
    texts.push(Buffer.from(bytes.subarray(at, end)).toString("latin1"));
    at = next + 1;
  }
  return { texts, end: bytes.length };
}

/** The content without its framing. A length that the file does not reach was true before somebody edited it. */
function unframed(body: Uint8Array, headers: Headers): Uint8Array {
  if (/\bchunked\b/i.test(headerValues(headers, "transfer-encoding").join(","))) return unchunked(body) ?? body;
  const length = Number(headerValue(headers, "content-length") ?? body.length);
  return Number.isSafeInteger(length) && length >= 0 && length < body.length ? body.subarray(0, length) : body;
}

/** Null where it is not chunked, as where the recorder has put it together. */
function unchunked(body: Uint8Array): Uint8Array | null {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(LF, at);
    const [, digits] = /^([0-9a-f]{1,8})(?:;.*)?\r?$/i.exec(Buffer.from(body.subarray(at, Math.max(end, at))).toString("latin1")) ?? [];
    if (digits === undefined) return null;
    const size = Number.parseInt(digits, 16);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 1, end + 1 + size));
    at = end + 1 + size;
    while (body[at] === CR || body[at] === LF) at++;
  }
  return null;
}

/** Fields that say how the bytes were on the wire, which a HAR file does not have. */
const WIRE = new Set(["content-encoding", "content-length", "transfer-encoding"]);

/** Reads the entry of that number, from 1, of a HAR file (version 1.2); anything without `log.entries` is something else. */
export function readHarEntry(document: unknown, number: number): Recorded {
  const entries = memberOf(memberOf(document, "log"), "entries");
  if (!Array.isArray(entries)) return { kind: "other" };
  const request = memberOf(entries[number - 1], "request");
  const url = memberOf(request, "url");
  const method = memberOf(request, "method");
  if (typeof url !== "string" || typeof method !== "string" || !URL.canParse(url)) return { kind: "broken", reason: `entry ${number} of ${entries.length}: it has no request with method and url` };
  const { host, pathname, search } = new URL(url);
  const fields = pairsOf(memberOf(request, "headers")).filter(([name]) => !name.startsWith(":")).flat();
  const named = headerValue(fields, "host") === undefined ? ["Host", host, ...fields] : fields;
  return { kind: "request", request: { method, target: `${pathname}${search}`, headers: withoutFields(named, WIRE), body: posted(memberOf(request, "postData")) } };
}

function posted(data: unknown): Uint8Array | null {
  const text = memberOf(data, "text");
  if (typeof text === "string" && text !== "") return Buffer.from(text);
  const parameters = pairsOf(memberOf(data, "params"));
  return parameters.length === 0 ? null : Buffer.from(new URLSearchParams(parameters).toString());
}

function pairsOf(list: unknown): [string, string][] {
  if (!Array.isArray(list)) return [];
  return list.map((one): [string, string] => [textOf(one, "name"), textOf(one, "value")]);
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name);
  return typeof text === "string" ? text : "";
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
