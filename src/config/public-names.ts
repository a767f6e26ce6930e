import { contains, parseAddress, parseNetwork, type Network } from "../base/cidr.ts";
import { plainHost } from "../base/host-names.ts";
import { ACME_DIRECTORIES } from "../certs/options.ts";

/** Below these no name is anybody's (RFC 6761, 6762 and 8375, and what ICANN keeps for private use). */
const PRIVATE_ENDS = ["localhost", "local", "internal", "lan", "home", "corp", "intranet", "home.arpa", "test", "invalid"];
/** Addresses that are nobody's alone (RFC 1918, 6598, 4193), of this machine, or of this link. */
const PRIVATE_NETWORKS: readonly Network[] = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10"].map((text) => parseNetwork(text) as Network);
const PUBLIC_HOSTS = new Set(Object.values(ACME_DIRECTORIES).map((url) => new URL(url).hostname));

/** Is this directory one of an authority that browsers trust, by name or by address? */
export function isPublicAuthority(directory: string): boolean {
  const url = ACME_DIRECTORIES[directory] ?? directory;
  return URL.canParse(url) && PUBLIC_HOSTS.has(new URL(url).hostname);
}

/** Is it a name or an address that no public authority signs, because it is nobody's alone? */
export function isPrivateName(name: string): boolean {
  const host = plainHost(name);
  const address = parseAddress(host);
  if (address !== null) return PRIVATE_NETWORKS.some((network) => contains(network, address));
  return !host.includes(".") || PRIVATE_ENDS.some((end) => host.endsWith(`.${end}`));
}
