import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { plainHost } from "../../base/host-names.ts";

/** What a certificate is ordered for, as the protocol writes it (RFC 8555 section 9.7.7, RFC 8738). */
export interface Identifier {
  readonly type: "dns" | "ip";
  /** Lower case; names beyond ASCII in their A-form, IPv6 addresses in their short form (RFC 5952). */
  readonly value: string;
}

/** Reads a name, a wildcard or an address of the configuration. */
export function identifierOf(name: string): Identifier {
  const host = plainHost(name);
  return isIP(host) === 0 ? { type: "dns", value: asciiName(host) } : { type: "ip", value: host };
}

/** All of them, each once. */
export function identifiersOf(names: readonly string[]): Identifier[] {
  const all = names.map(identifierOf);
  return all.filter(({ type, value }, index) => all.findIndex((other) => other.type === type && other.value === value) === index);
}

function asciiName(host: string): string {
  const star = host.startsWith("*.") ? "*." : "";
  const rest = host.slice(star.length);
  return star + (domainToASCII(rest) || rest);
}
