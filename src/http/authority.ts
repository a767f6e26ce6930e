/** `host[:port]` as Host and request targets carry it: a registered name, an IPv4 or a bracketed IPv6 address (RFC 3986 section 3.2). */
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,255})(?::([0-9]{0,5}))?$/;
const MOST_PORT = 65_535;

/** True for a host with an optional port, and nothing else: user information is not one (RFC 9110 section 4.2.4). */
export function isAuthority(text: string): boolean {
  const match = AUTHORITY.exec(text);
  return match !== null && Number(match[1] ?? 0) <= MOST_PORT;
}

/** The host of an authority in lower case, without port and final dot. */
export function hostName(authority: string): string {
  const colon = authority.startsWith("[") ? authority.indexOf("]") + 1 : authority.indexOf(":");
  const host = colon <= 0 ? authority : authority.slice(0, colon);
  return (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
}
