import { readPointer } from "../document/json-pointer.ts";
import type { Headers } from "../http/message.ts";
import { networkSet } from "./network-set.ts";
import type { IdentityOptions } from "./options.ts";
import { singleHeader } from "./single-header.ts";

/**
 * Whose invoice it is, as written in the request (trimmed); null where no source says it. `peer` is the address on the
 * socket, `query` may begin with `?`, `body` is null where it is not at hand.
 */
export type TaxpayerOf = (peer: string, headers: Headers, query: string, body: Uint8Array | null) => string | null;

type Source = IdentityOptions["taxpayer"][number];

/** Taxpayer numbers of any country are shorter, and none has control characters. */
const PLAUSIBLE = /^[\p{L}\p{N}][\p{L}\p{N} ./_:-]{0,63}$/u;

/**
 * Compiles the sources; the first that gives something wins. A source that says two things (a field, query member or
 * JSON member that stands there twice with different values) gives nothing.
 */
export function compileTaxpayer(sources: readonly Source[]): TaxpayerOf {
  const readers = sources.map(reader);
  return (peer, headers, query, body) => {
    for (let i = 0; i < readers.length; i++) {
      const found = (readers[i] as TaxpayerOf)(peer, headers, query, body)?.trim() ?? "";
      if (PLAUSIBLE.test(found)) return found;
    }
    return null;
  };
}

function reader(source: Source): TaxpayerOf {
  if ("header" in source) return headerReader(source.header.toLowerCase(), source.from);
  if ("query" in source) return (_peer, _headers, query) => fromQuery(query, source.query);
  return (_peer, _headers, _query, body) => (body === null ? null : fromJson(body, source.json));
}

function headerReader(name: string, from: readonly string[] | undefined): TaxpayerOf {
  const believed = from === undefined ? null : networkSet(from, "identity.taxpayer.from");
  return (peer, headers) => (believed === null || believed.has(peer) ? (singleHeader(headers, name) ?? null) : null);
}

function fromQuery(query: string, name: string): string | null {
  if (query.length < 2) return null;
  const values = new Set(new URLSearchParams(query).getAll(name));
  return values.size === 1 ? (values.values().next().value ?? null) : null;
}

function fromJson(body: Uint8Array, pointer: string): string | null {
  const reading = readPointer(body, pointer);
  return reading.kind === "found" && (reading.type === "string" || reading.type === "number") ? reading.text : null;
}
