import { hash } from "node:crypto";
import { readPointer } from "../document/json-pointer.ts";
import { headerValues } from "../http/headers.ts";
import type { Body, Headers } from "../http/message.ts";
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

/** A key, or null where the request lacks a part of it: then there is nothing to tell answers apart by. */
export type KeyOf = (request: CacheRequest, home: string) => string | null;

/**
 * Compiles a route's key. `prefix` names site and policy; `keepsHost` where the platform sees the caller's Host;
 * `authorized` adds a digest of Authorization, because the principal may come from elsewhere.
 *
 * Parts are told apart by line feeds: paths, queries and field values cannot hold one, and what stands in a body is
 * written as JSON.
 */
export function compileKey(parts: readonly KeyPart[], { prefix, keepsHost, authorized }: { readonly prefix: string; readonly keepsHost: boolean; readonly authorized: boolean }): KeyOf {
  const query = parts.find((part) => typeof part === "object" && "query" in part);
  const names = query !== undefined && typeof query === "object" && "query" in query ? query.query : null;
  const readers = parts.map(readerOf).filter((reader) => reader !== null);
  if (authorized) readers.push((request) => digest(joined(request.head.headers, "authorization") ?? ""));
  return (request, home) => {
    let key = `${prefix}\n${home}\n${keepsHost ? request.host.toLowerCase() : ""}\n${request.path}${names === null ? request.query : subset(request.query, names)}`;
    for (const read of readers) {
      const value = read(request);
      if (value === null) return null;
      key += `\n${value}`;
    }
    return key;
  };
}

/** True where the body tells requests apart: a read that is made by POST. */
export function readsBody(parts: readonly KeyPart[]): boolean {
  return parts.some((part) => part === "body" || (typeof part === "object" && "json" in part));
}

type Reader = (request: CacheRequest) => string | null;

function readerOf(part: KeyPart): Reader | null {
  if (part === "region") return null;
  if (part === "taxpayer") return (request) => (request.taxpayer === null ? null : JSON.stringify(request.taxpayer));
  if (part === "principal") return (request) => (request.principal === null ? null : JSON.stringify(request.principal));
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

function subset(query: string, names: readonly string[]): string {
  const members = new URLSearchParams(query);
  return JSON.stringify(names.map((name) => members.getAll(name)));
}

function digest(data: string | Uint8Array): string {
  return hash("sha256", data, "base64url");
}
