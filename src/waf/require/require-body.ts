import { utf8Bytes } from "../../document/charset.ts";
import type { SchemaCheck } from "../../document/json-schema.ts";
import { headerValues } from "../../http/headers.ts";
import { xmlText } from "../../document/xml-read.ts";
import { inflateBody } from "../fields/inflate.ts";
import { breach, type Breach } from "./breach.ts";
import { confirmType, textKind } from "./body-kind.ts";
import { boundJson } from "./json-shape.ts";
import type { RequiredBody } from "./options.ts";
import { requireFiles } from "./require-files.ts";
import { checkXml, compileXml } from "./xml-structure.ts";

/** What a request sends, as far as its body is judged. */
export interface BodySource {
  readonly method: string;
  readonly headers: readonly string[];
  /** As it was sent; null where there is none. */
  readonly body: Uint8Array | null;
  readonly contentType: string | undefined;
}

/** Levels that a value may have where nothing else is said: schemas are followed into each. */
const MOST_LEVELS = 128;
/** Bytes that a compressed body may have. */
const MOST_BYTES = 64 * 1024 * 1024;
const WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** Beyond this a body is too large for what counts its members. */
const MOST_MEMBERS = 10_000_000;

type BodyCheck = (source: BodySource, bytes: Buffer) => Breach | null;

/** Compiles what a body must be like; null where nothing is asked. `check` is the compiled schema that `json` names. */
export function requireBody(required: RequiredBody, check: SchemaCheck | null): ((source: BodySource) => Breach | null) | null {
  const files = requireFiles(required);
  const checks: BodyCheck[] = [];
  if (required.sniff === true) checks.push(({ contentType }, bytes) => confirmType(bytes, contentType));
  if (files !== null) checks.push(({ contentType }, bytes) => files(bytes, contentType));
  const content = requireContent(required, check);
  if (content !== null) checks.push(content);
  if (checks.length === 0) return null;
  const isNeeded = required.json !== undefined || required.xml !== undefined;
  return (source) => {
    if (source.body === null || source.body.byteLength === 0) return isNeeded && WITH_BODY.has(source.method) ? breach("body", "body", "no body") : null;
    if (headerValues(source.headers, "content-type").length > 1) return breach("type", "header:content-type", "it stands there twice");
    const bytes = opened(source, source.body);
    if (typeof bytes === "string") return breach("body", "body", bytes);
    for (const one of checks) {
      const found = one(source, bytes);
      if (found !== null) return found;
    }
    return null;
  };
}

/** Without its content codings; else why they cannot be undone. */
function opened({ headers }: BodySource, body: Uint8Array): Buffer | string {
  const codings = headerValues(headers, "content-encoding").flatMap((value) => value.toLowerCase().split(",")).map((coding) => coding.trim()).filter((coding) => coding !== "" && coding !== "identity");
  const bytes = codings.length === 0 ? body : inflateBody(body, codings, MOST_BYTES);
  if (typeof bytes === "string") return bytes === "bomb" ? "a content coding that grows too large" : "a content coding that cannot be undone";
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Structure and schema of JSON and XML. What a body is, its first letter says: its content type may say anything. */
function requireContent(required: RequiredBody, check: SchemaCheck | null): BodyCheck | null {
  const { depth, members = Infinity, json, xml } = required;
  if (depth === undefined && members === Infinity && json === undefined && xml === undefined) return null;
  const bounds = { depth: depth ?? MOST_LEVELS, members: Math.min(members, MOST_MEMBERS), once: json !== undefined };
  const structure = xml === undefined ? null : compileXml(xml);
  const isNeeded = json !== undefined || xml !== undefined;
  const takes = { json: json !== undefined || !isNeeded, xml: xml !== undefined || !isNeeded };
  return ({ contentType }, bytes) => {
    const kind = textKind(bytes);
    if (kind === "json" && takes.json) return checkJson(bytes, contentType, bounds, check);
    if (kind === "xml" && takes.xml) {
      const text = xmlText(bytes, contentType);
      return typeof text === "string" ? checkXml(text, structure, bounds) : breach("xml", "body", text.detail);
    }
    if (!isNeeded) return null;
    return json === undefined ? breach("xml", "body", "no XML") : breach("json", "body", xml === undefined ? "no JSON object or list" : "neither JSON nor XML");
  };
}

function checkJson(bytes: Buffer, contentType: string | undefined, bounds: { readonly depth: number; readonly members: number; readonly once: boolean }, check: SchemaCheck | null): Breach | null {
  const utf8 = utf8Bytes(bytes, contentType);
  if (!(utf8 instanceof Uint8Array)) return breach("json", "body", utf8.detail);
  const text = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString("utf8").replace(/^\ufeff/, "");
  const bounded = boundJson(text, bounds);
  if (bounded !== null) return bounded;
  const value = parsed(text);
  if (value === undefined) return breach("json", "body", "no JSON");
  const found = check?.(value) ?? null;
  return found === null ? null : breach("json", found.at === "" ? "body" : found.at, found.rule);
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
