import { NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { decodeText, statedCharset } from "./charset.ts";
import { decodeBytes, stepName, type DecodeStep } from "./decode.ts";
import { contentReader, type Place } from "./extract-body.ts";
import { readForm } from "./extract-form.ts";
import { readJwt } from "./extract-jwt.ts";
import type { Part } from "./extract-multipart.ts";
import { extractorOptions, type ExtractorOptions } from "./extractor-options.ts";
import { foundText, unread, type Content, type Found, type Reading, type Unread } from "./reading.ts";

/*
 * Where in a request a value stands: the order's number, the taxpayer, a field of the fingerprint. What two readers could read
 * in two ways is never read in one of them.
 */

/** Schema of an extractor: one place, and what is done with what stands there. */
export const extractor = extractorOptions;

/** What a value is taken from. */
export interface ExtractorSource {
  /** Names and values by turns. */
  readonly headers: readonly string[];
  /** Of the route's path, decoded. */
  readonly pathVariables: Readonly<Record<string, string>>;
  /** As it was sent; a question mark may stand before it. */
  readonly query: string;
  /** Without content codings; null where it is not at hand. */
  readonly body: Uint8Array | null;
  /** Value of Content-Type. */
  readonly contentType: string | undefined;
}

/** What an extractor gives: a value, which may be an empty text or JSON's null, or why there is none. */
export type Extracted = Reading;

/** An extractor that is ready to read. */
export interface Extractor {
  /** For messages, such as `json /orderNo`. */
  readonly name: string;
  /** Whether it looks at the body. */
  readonly needsBody: boolean;
  /** Linear in what it reads and in what its decoding makes of that, which is bounded. Never throws on any input. */
  readonly read: (source: ExtractorSource) => Extracted;
}

type Raw = Found | Part | Unread;

interface Finish {
  readonly trim?: boolean | undefined;
  readonly decode?: readonly DecodeStep[] | undefined;
  readonly then?: (Place & Finish) | undefined;
}

/** Makes an extractor ready to read; its options have passed {@link extractor}. What needs a key that `keys` does not know reads as malformed. */
export function compileExtractor(options: ExtractorOptions, keys: KeyLookUp = NO_KEYS): Extractor {
  const fromBody = contentReader(options);
  const readRaw = fromBody === null ? headReader(options) : (source: ExtractorSource) => bodyOf(source, fromBody);
  const finish = finisher(options, keys);
  return { name: nameOf(options), needsBody: fromBody !== null, read: (source) => finish(readRaw(source)) };
}

function nameOf(options: ExtractorOptions | (Place & Finish)): string {
  const keys = ["jwt", "header", "path", "query", "json", "xml", "form", "multipart"] as const;
  const given: Readonly<Record<string, unknown>> = { ...options };
  const key = keys.find((key) => given[key] !== undefined);
  const steps = (options.decode ?? []).map((step) => `, ${stepName(step)}`).join("");
  return `${key === undefined ? "body" : `${key} ${String(given[key])}`}${steps}${options.then === undefined ? "" : `, ${nameOf(options.then)}`}`;
}

function headReader({ header, path, query, jwt }: ExtractorOptions): (source: ExtractorSource) => Raw {
  const field = (header ?? "authorization").toLowerCase();
  if (jwt !== undefined) {
    return ({ headers }) => {
      const found = readHeader(headers, field);
      return found.kind === "found" ? readJwt(found.text, jwt, header === undefined) : found;
    };
  }
  if (header !== undefined) return ({ headers }) => readHeader(headers, field);
  if (query !== undefined) return (source) => readQuery(source.query, query);
  return ({ pathVariables }) => {
    const value = path !== undefined && Object.hasOwn(pathVariables, path) ? pathVariables[path] : undefined;
    return value === undefined ? unread("missing", "no such variable in the route's path") : foundText(value);
  };
}

/** Another reader may take the last of several values, or all of them. `name` in lower case. */
function readHeader(headers: readonly string[], name: string): Reading {
  let found: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const field = headers[i] as string;
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    const value = headers[i + 1] as string;
    if (found !== undefined && found !== value) return unread("ambiguous", "the header stands there with several values");
    found = value;
  }
  return found === undefined ? unread("missing", "no such header") : foundText(found);
}

function readQuery(query: string, name: string): Reading {
  if (/[^\0-\xff]/.test(query)) return unread("malformed", "a query with characters that no request holds");
  return readForm(query.startsWith("?") ? query.slice(1) : query, name);
}

function bodyOf({ body, contentType }: ExtractorSource, read: (content: Content) => Raw): Raw {
  return body === null || body.byteLength === 0 ? unread("missing", "no body") : read({ bytes: body, contentType });
}

/** What is done with a value once it was found. */
function finisher({ trim = false, decode = [], then }: Finish, keys: KeyLookUp): (raw: Raw) => Reading {
  const readOn = then === undefined ? null : contentReader(then);
  const finishOn = then === undefined ? null : finisher(then, keys);
  return (raw) => {
    if (raw.kind === "found" && decode.length === 0 && readOn === null) return trim && raw.type === "string" ? { ...raw, text: raw.text.trim() } : raw;
    const content = contentOf(raw, decode, keys);
    if ("kind" in content) return content;
    return readOn === null || finishOn === null ? whole(content, trim) : finishOn(readOn(content));
  };
}

function contentOf(raw: Raw, steps: readonly DecodeStep[], keys: KeyLookUp): Content | Unread {
  if (raw.kind !== "found" && raw.kind !== "part") return raw;
  if (raw.kind === "found" && raw.type !== "string") return unread("malformed", `${raw.type === "element" || raw.type === "object" || raw.type === "array" ? "an" : "a"} ${raw.type} where a text is read further`);
  const content: Content = raw.kind === "part" ? { bytes: raw.bytes, contentType: raw.contentType } : { bytes: Buffer.from(raw.text), contentType: undefined, text: raw.text };
  if (steps.length === 0) return content;
  const bytes = decodeBytes(content.bytes, steps, keys);
  return bytes instanceof Uint8Array ? { bytes, contentType: undefined } : bytes;
}

/** Bytes that state no charset and are no text are a value all the same; where they state one, they have to keep to it. */
function whole({ bytes, contentType }: Content, trim: boolean): Reading {
  const charset = statedCharset(contentType);
  const text = decodeText(bytes, charset);
  if (typeof text === "string") return { kind: "found", type: "string", text: trim ? text.trim() : text, bytes };
  return charset === undefined ? { kind: "found", type: "bytes", text: Buffer.from(bytes).toString("base64"), bytes } : text;
}
