import { hostMatcher } from "../base/host-names.ts";
import { identifierOf } from "./acme/identifiers.ts";

/** Is a certificate with these names (see `Leaf`) for `wanted`: a host name, a wildcard or an address? A wanted wildcard is covered by the same one alone. */
export function covers(names: readonly string[], wanted: string): boolean {
  return hostMatcher(names)(identifierOf(wanted).value);
}
