import { hash } from "node:crypto";
import { readPointer } from "../document/json-pointer.ts";
import { headerValues } from "../http/headers.ts";
import type { Body, Headers } from "../http/message.ts";
import { compileCounted } from "./counted-query.ts";
import type { KeyPart } from "./options.ts";

/** What the cache looks at in a request; the pipeline's exchange has it all. */
export interface CacheRequest {
  readonly head: { readonly method: string; readonly headers: Headers };
  readonly body: Body;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly region: string | null;
  readonly taxpayer: string | null;
  readonly principal: string | null;
}

/** What a key depends on beside its parts. */
export interface KeySetting {
  /** Names site and rules. */
  readonly prefix: string;
  /** The platform sees the caller's Host. */
  readonly keepsHost: boolean;
  /** Header fields, in lower case, of which a digest is added: the principal may come from elsewhere. */
  readonly credentials: readonly string[];
  /** An address counts as a principal. Unless somebody chose so it does not: many share one. */
  readonly trustsAddress: boolean;
}

/**
 * A key, or null where the request lacks a part of it: then there is nothing to tell answers apart by. `counted` is what
 * counts of its query, for whoever has worked it out already.
 */
export type KeyOf = (request: CacheRequest, home: string, counted?: string | null) => string | null;

/**
 * Compiles a route's key. Parts are told apart by line feeds: paths, queries and field values cannot hold one, and what
 * stands in a body is written as JSON.
 */
export function compileKey(parts: readonly KeyPart[], { prefix, keepsHost, credentials, trustsAddress }: KeySetting): KeyOf {
  const countedOf = compileCounted(queryNames(parts));
  const readers = parts.map((part) => readerOf(part, trustsAddress)).filter((reader) => reader !== null);
  // A POST without a body is not the GET of the same path.
  if (readsBody(parts)) readers.push((request) => (request.head.method === "POST" ? "POST" : "GET"));
  if (credentials.length > 0) readers.push((request) => digest(JSON.stringify(credentials.map((name) => joined(request.head.headers, name)))));
  return (request, home, counted = countedOf(request.query)) => {
    if (counted === null) return null;
    let key = `${prefix}\n${home}\n${keepsHost ? request.host.toLowerCase() : ""}\n${request.path}${counted}`;
    for (const read of readers) {
      const value = read(request);
      if (value === null) return null;
      key += `\n${value}`;
    }
    return key;
  };
}

/** The members of the query that tell answers apart, in order; null: the query as it stands. */
export function queryNames(parts: readonly KeyPart[]): readonly string[] | null {
  const subsets = parts.filter((part) => typeof part === "object" && "query" in part);
  return subsets.length === 0 ? null : subsets.flatMap((part) => part.query);
}

/** True where the body tells requests apart: a read that is made by POST. */
export function readsBody(parts: readonly KeyPart[]): boolean {
  return parts.some((part) => part === "body" || (typeof part === "object" && "json" in part));
}

type Reader = (request: CacheRequest) => string | null;

function readerOf(part: KeyPart, trustsAddress: boolean): Reader | null {
  if (part === "region") return null;
  if (part === "taxpayer") return (request) => (request.taxpayer === null ? null : JSON.stringify(request.taxpayer));
  if (part === "principal") return ({ principal }) => (principal === null || (!trustsAddress && principal.startsWith("address:")) ? null : JSON.stringify(principal));
  if (part === "body") return (request) => (request.body.kind === "bytes" ? digest(request.body.bytes) : request.body.kind === "none" ? "-" : null);
  if ("header" in part) {
    const name = part.header.toLowerCase();
    return (request) => {
      const value = joined(request.head.headers, name);
      return value === null ? "-" : `=${value}`;
    };
  }
  return "json" in part ? (request) => member(request.body, part.json) : null;
}

function member(body: Body, pointer: string): string | null {
  if (body.kind !== "bytes") return null;
  const found = readPointer(body.bytes, pointer);
  return found.kind === "found" ? JSON.stringify([found.type, found.text]) : null;
}

function joined(headers: Headers, name: string): string | null {
  const values = headerValues(headers, name);
  return values.length === 0 ? null : values.join(", ");
}

function digest(data: string | Uint8Array): string {
  return hash("sha256", data, "base64url");
}
