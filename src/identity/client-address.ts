import { parseAddress } from "../base/cidr.ts";
import { sameName } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { plainAddress, type NetworkSet } from "../base/network-set.ts";
import { remembered } from "../base/remembered.ts";

/** More than so many hops or characters is nobody's real path: the field then counts as garbage. */
const MAX_HOPS = 32;
const MAX_LENGTH = 2048;
/** Longer entries are no addresses, with brackets and port and all; they are not worth remembering. */
const LONGEST_HOP = 64;

/**
 * The address of the client behind trusted hops: the right-most one in X-Forwarded-For that is not trusted, because
 * everything left of it was written by strangers (traefik#7129). The peer itself where it is not trusted, where the
 * field is missing, and where an entry is no address before a stranger is found. Where every hop is trusted, the
 * left-most one is the client. `peer` is the address on the socket; IPv6 comes out in its canonical form.
 */
export function clientAddress(peer: string, headers: Headers, trusted: NetworkSet): string {
  const own = plainAddress(peer);
  if (trusted.empty || !trusted.has(own)) return own;
  let furthest = own;
  let hops = 0;
  let length = 0;
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if (!sameName(headers[i] as string, "x-forwarded-for")) continue;
    const field = headers[i + 1] as string;
    length += field.length;
    if (length > MAX_LENGTH) return own;
    for (let end = field.length; end >= 0; ) {
      const comma = end === 0 ? -1 : field.lastIndexOf(",", end - 1);
      const entry = field.slice(comma + 1, end).trim();
      end = comma;
      // Empty list members mean nothing (RFC 9110 section 5.6.1).
      if (entry === "") continue;
      const address = entry.length > LONGEST_HOP ? null : hopOf(entry);
      if (address === null || ++hops > MAX_HOPS) return own;
      if (!trusted.has(address)) return address;
      furthest = address;
    }
  }
  return furthest;
}

const hopOf = remembered(1024, readHop);

/** The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`; null for anything else. */
export function readHop(entry: string): string | null {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/.exec(entry);
  if (bracketed !== null) return (bracketed[1] as string).includes(":") ? canonical(bracketed[1] as string) : null;
  return canonical(/^([0-9.]+):\d{1,5}$/.exec(entry)?.[1] ?? entry);
}

/** One client must not look like several by spelling its address in several ways. */
function canonical(text: string): string | null {
  const address = text.includes("%") ? null : parseAddress(text);
  if (address === null) return null;
  if (!address.v4) return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const word = address.words[3];
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}
