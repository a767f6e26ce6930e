import { parseAddress } from "./cidr.ts";
import { plainAddress } from "./network-set.ts";

/**
 * What counts as one client of those at this address: the address, however it is spelled, and of IPv6 the whole /64
 * (`2001:db8:0:1::/64`), for one customer holds all of it. Takes what it gave as well.
 */
export function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const parsed = parseAddress(address.replace(/\/64$/, ""));
  if (parsed === null || parsed.v4) return plainAddress(address);
  const group = (word: number): string => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  return `${group(parsed.words[0])}:${group(parsed.words[1])}::/64`;
}
