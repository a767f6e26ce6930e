import { parseAddress } from "../../base/cidr.ts";
import type { Challenge } from "./solver.ts";

/**
 * The name by which an authority asks in the TLS handshake: a host name as it is, an address as the name under which DNS
 * keeps it (RFC 8738 section 6, RFC 3596 section 2.5), for addresses are not allowed there. Null: it is no address.
 */
export function handshakeName({ type, value }: Challenge["identifier"]): string | null {
  if (type === "dns") return value.toLowerCase();
  const address = parseAddress(value);
  if (address === null) return null;
  if (address.v4) return `${[0, 8, 16, 24].map((shift) => (address.words[3] >>> shift) & 255).join(".")}.in-addr.arpa`;
  const digits = address.words.map((word) => word.toString(16).padStart(8, "0")).join("");
  return `${digits.split("").toReversed().join(".")}.ip6.arpa`;
}
