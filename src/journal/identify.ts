import { hash } from "node:crypto";
import type { Extracted, Extractor, ExtractorSource } from "../document/extractor.ts";
import type { ItemFacts } from "./batch/items.ts";

/*
 * What tells one submission from another: the key (which order), the fingerprint (which content of it) and the lane
 * (after which others). All are digests of values as they are written, never of numbers that were read.
 */

/** A submission that was recognised. */
export interface Identified {
  readonly kind: "identified";
  /** 32 hexadecimal digits over site, operation, scope and key. */
  readonly id: string;
  readonly key: readonly string[];
  readonly scope: readonly string[];
  /** 32 hexadecimal digits over the content. */
  readonly fingerprint: string;
  readonly lane: string | null;
  /** Null where it is no batch. */
  readonly items: BatchItems | null;
}

/** The items of a batch, in its order. */
export interface BatchItems {
  readonly list: readonly ItemFacts[];
  /** The key that stands in it twice, with different contents; null: none does. */
  readonly contradiction: readonly string[] | null;
}

/** Nothing can be said about it: what is missing, or what can be read in two ways. */
export interface Unidentified {
  readonly kind: "missing" | "unclear";
  readonly detail: string;
}

/** How a route's submissions are recognised. */
export interface Recognition {
  readonly site: string;
  readonly operation: string;
  readonly key: readonly Extractor[];
  readonly scope: readonly Extractor[];
  /** Null: every byte counts. */
  readonly fields: readonly Extractor[] | null;
  readonly lane: readonly Extractor[];
}

const DIGITS = 32;
/** What a number may be written as. */
const SIMPLE: ReadonlySet<string> = new Set(["string", "number", "boolean"]);

/** Recognises a submission; `target` is its path and query, which count where it has no body. */
export function identify(how: Recognition, source: ExtractorSource, target: string): Identified | Unidentified {
  const key = values(how.key, source, "key");
  if (!Array.isArray(key)) return key;
  const scope = values(how.scope, source, "scope");
  if (!Array.isArray(scope)) return scope;
  const lane = values(how.lane, source, "serialBy");
  if (!Array.isArray(lane)) return lane;
  const fingerprint = how.fields === null ? overBytes(source.body, target) : overFields(how.fields, source);
  if (typeof fingerprint !== "string") return fingerprint;
  return { kind: "identified", id: entryId(how.site, how.operation, scope, key), key, scope, fingerprint, lane: laneOf(how.site, scope, lane), items: null };
}

/** The lane of its values; null where there are none. Two taxpayers whose devices have the same number do not wait for one another. */
export function laneOf(site: string, scope: readonly string[], values: readonly string[]): string | null {
  return values.length === 0 ? null : digest(JSON.stringify([site, scope, values]));
}

/** See {@link Identified.id}. */
export function entryId(site: string, operation: string, scope: readonly string[], key: readonly string[]): string {
  return digest(JSON.stringify([site, operation, scope, key]));
}

/** The values of all extractors; `what` names them in the detail. */
export function values(extractors: readonly Extractor[], source: ExtractorSource, what: string): string[] | Unidentified {
  const found: string[] = [];
  for (const extractor of extractors) {
    const extracted = extractor.read(source);
    if (extracted.kind !== "found") return nothing(extracted, what, extractor);
    // JSON's null says that there is no number, and a list or a subtree is none.
    if (extracted.text === "" || extracted.type === "null") return { kind: "missing", detail: `the ${what} at ${extractor.name} is empty` };
    if (!SIMPLE.has(extracted.type)) return { kind: "unclear", detail: `the ${what} at ${extractor.name} is of type ${extracted.type}, and wants a text or a number` };
    found.push(extracted.text);
  }
  return found;
}

function nothing(extracted: Exclude<Extracted, { kind: "found" }>, what: string, extractor: Extractor): Unidentified {
  return { kind: extracted.kind === "missing" ? "missing" : "unclear", detail: `the ${what} at ${extractor.name}: ${extracted.detail}` };
}

function overBytes(body: Uint8Array | null, target: string): string {
  return body === null || body.byteLength === 0 ? digest(target) : digest(body);
}

/** Digest of some values. A field that is not there is a value of its own: it makes the content another one when it comes. */
export function overFields(fields: readonly Extractor[], source: ExtractorSource): string | Unidentified {
  const parts: string[] = [];
  for (const field of fields) {
    const extracted = field.read(source);
    if (extracted.kind === "found") parts.push(extracted.type, extracted.text);
    else if (extracted.kind === "missing") parts.push("missing", "");
    else return { kind: "unclear", detail: `the fingerprint at ${field.name}: ${extracted.detail}` };
  }
  return digest(JSON.stringify(parts));
}

/** 32 hexadecimal digits. */
export function digest(content: string | Uint8Array): string {
  return hash("sha256", content, "hex").slice(0, DIGITS);
}
