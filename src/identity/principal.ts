import { headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { digester } from "./digest.ts";
import type { IdentityOptions } from "./options.ts";
import { singleHeader } from "./single-header.ts";

/**
 * Who asks: `certificate:SUBJECT`, `HEADER-NAME:DIGEST` (or its value where `hash` is off) or `address:ADDRESS`, so that
 * one kind can never pass for another. Null where no source gives anything.
 */
export type PrincipalOf = (certificate: string | null, headers: Headers, address: string) => string | null;

type Source = IdentityOptions["principal"][number];

/** Compiles the sources; the first that gives something wins. */
export function compilePrincipal(sources: readonly Source[]): PrincipalOf {
  const readers = sources.map(reader);
  return (certificate, headers, address) => {
    for (let i = 0; i < readers.length; i++) {
      const found = (readers[i] as PrincipalOf)(certificate, headers, address);
      if (found !== null) return found;
    }
    return null;
  };
}

function reader(source: Source): PrincipalOf {
  if ("header" in source) return headerReader(source.header.toLowerCase(), source.hash);
  if ("address" in source) return (_certificate, _headers, address) => `address:${address}`;
  return (certificate) => (certificate === null || certificate === "" ? null : `certificate:${certificate}`);
}

/** What may stand in a log line as it is. */
const PLAIN = /^[\x21-\x7e]{1,128}$/;

function headerReader(name: string, hash: boolean): PrincipalOf {
  const digest = digester();
  return (_certificate, headers) => {
    // Several values are a principal of their own: neither of the two callers that they name apart.
    const value = singleHeader(headers, name) ?? headerValues(headers, name).join("\n");
    if (value === "") return null;
    return !hash && PLAIN.test(value) ? `${name}:${value}` : `${name}:${digest(value)}`;
  };
}
