import { createHash } from "node:crypto";
import type { Challenge } from "./solver.ts";

/** A TXT record that an authority looks for. */
export interface DnsRecord {
  /** The whole name, without a dot at its end. */
  readonly name: string;
  readonly value: string;
}

/** The record of a challenge (RFC 8555 section 8.4). A domain and its wildcard share the name, with a value each. */
export function recordOf({ identifier, keyAuthorization }: Pick<Challenge, "identifier" | "keyAuthorization">): DnsRecord {
  return { name: `_acme-challenge.${identifier.value}`, value: createHash("sha256").update(keyAuthorization).digest("base64url") };
}
