import { parseAddress } from "./cidr.ts";

/*
 * Host names as certificates and lists of hosts carry them: ASCII (A-labels for other scripts), compared in lower case and
 * without a final dot; and the one rule for wildcards in them.
 */

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const LONGEST = 253;

/** A host in its plain form, in which hosts are compared: lower case, no final dot, IPv6 without brackets and as short as it can be written. */
export function plainHost(host: string): string {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  if (bare.includes(":")) return shortAddress(bare);
  return (bare.endsWith(".") ? bare.slice(0, -1) : bare).toLowerCase();
}

/** IPv6 has many spellings (RFC 5952). */
function shortAddress(text: string): string {
  const url = parseAddress(text) === null ? null : URL.parse(`http://[${text}]`);
  return url === null ? text.toLowerCase() : url.hostname.slice(1, -1);
}

/** The wildcard that a plain host falls under: `*` stands for exactly one label, which is not empty (RFC 9525 section 6.3). Null: an address, or a single label. */
export function wildcardOf(host: string): string | null {
  const dot = host.indexOf(".");
  return dot > 0 && parseAddress(host) === null ? `*${host.slice(dot)}` : null;
}

/** Is this a host name in its plain form, or an IP address? */
export function isHost(text: string): boolean {
  if (parseAddress(text) !== null) return true;
  // What ends in digits alone is read as an address by many.
  return text.length <= LONGEST && HOST_NAME.test(text) && !/(^|\.)\d+$/.test(text);
}

/** Is this a host, or `*.` in front of a host name with at least two labels? */
export function isHostPattern(text: string): boolean {
  if (!text.startsWith("*.")) return isHost(text);
  const rest = text.slice(2);
  return isHost(rest) && parseAddress(rest) === null && rest.includes(".");
}

/** Tells whether a plain host is one of these, or falls under a wildcard among them (see {@link wildcardOf}). */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const listed = new Set(patterns.map(plainHost));
  return (host) => {
    const wildcard = listed.has(host) ? null : wildcardOf(host);
    return listed.has(wildcard ?? host);
  };
}
