import { networkInterfaces } from "node:os";
import { contains, parseAddress, parseNetwork, type Address, type Network } from "../../base/cidr.ts";

/*
 * Addresses that a tunnel never leads to, whatever name leads there: this machine itself, what a cloud tells its machines
 * (credentials among it), and what is no single machine. Private networks are no part of it: a company's own servers
 * stand there.
 */

const NETWORKS: readonly Network[] = [
  "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
  // Unspecified, loopback and the IPv4 addresses that were once written behind them.
  "::/96", "fe80::/10", "ff00::/8",
  // Metadata of clouds that stands elsewhere than at link-local addresses.
  "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128",
].map((text) => parseNetwork(text) as Network);

/** Translated to IPv4 by the network (RFC 6052): what counts is the address inside. */
const TRANSLATED = parseNetwork("64:ff9b::/96") as Network;

/** May a tunnel lead to this address? False for what is no address. */
export function mayBeDialled(text: string): boolean {
  const found = parseAddress(text);
  if (found === null) return false;
  const address = contains(TRANSLATED, found) ? inside(found) : found;
  return !NETWORKS.some((network) => contains(network, address));
}

function inside({ words }: Address): Address {
  return { words: [0, 0, 0xffff, words[3]], v4: true };
}

/** Is it an address of this machine? Interfaces come and go: they are looked at each time. */
export function isOfThisMachine(text: string): boolean {
  const words = parseAddress(text)?.words.join();
  return Object.values(networkInterfaces()).some((addresses) => (addresses ?? []).some(({ address }) => parseAddress(address)?.words.join() === words));
}
