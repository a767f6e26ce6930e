/** An IP address as four 32-bit words; IPv4 stands in its place inside IPv6 (`::ffff:a.b.c.d`), so both spellings are equal. */
export interface Address {
  readonly words: readonly [number, number, number, number];
  readonly v4: boolean;
}

/** A network: an address and how many of its bits count. */
export interface Network {
  readonly base: Address;
  /** From 0 to 128; an IPv4 network counts from 96. */
  readonly bits: number;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** Reads an IPv4 or IPv6 address; a zone (`%eth0`) is left out. Null when it is not one. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(":")) {
    const v4 = parseV4(text);
    return v4 === null ? null : { words: [0, 0, 0xffff, v4], v4: true };
  }
  const groups = parseGroups(text.replace(/%[A-Za-z0-9._-]+$/, ""));
  if (groups === null) return null;
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0;
  const words = [word(0), word(2), word(4), word(6)] as const;
  return { words, v4: words[0] === 0 && words[1] === 0 && words[2] === 0xffff };
}

function parseV4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!OCTET.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The eight 16-bit groups of an IPv6 address (RFC 4291, section 2.2). */
function parseGroups(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseHalf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 1 ? [] : parseHalf(halves[1] ?? "", true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function parseHalf(text: string, mayEndInV4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const v4 = mayEndInV4 && index === parts.length - 1 ? parseV4(part) : null;
      if (v4 === null) return null;
      groups.push(v4 >>> 16, v4 & 0xffff);
    }
  }
  return groups;
}

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; null when it is neither. Bits beyond the prefix do not count. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf("/");
  const base = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (base === null) return null;
  if (slash < 0) return { base, bits: 128 };
  const prefix = text.slice(slash + 1);
  const mapped = !text.includes(":");
  if (!OCTET.test(prefix) || Number(prefix) > (mapped ? 32 : 128)) return null;
  const bits = Number(prefix) + (mapped ? 96 : 0);
  return { base: { words: base.words, v4: base.v4 && bits >= 96 }, bits };
}

/** Is the address inside? IPv4 is only inside IPv4 networks, however either is spelled: `::/0` does not hold it. */
export function contains(network: Network, address: Address | string): boolean {
  const found = typeof address === "string" ? parseAddress(address) : address;
  if (found === null || found.v4 !== network.base.v4) return false;
  for (let index = 0, left = network.bits; left > 0 && index < 4; index++, left -= 32) {
    const shift = Math.max(0, 32 - left);
    if (((found.words[index] ?? 0) ^ (network.base.words[index] ?? 0)) >>> shift !== 0) return false;
  }
  return true;
}

/** Does this host name or address only reach the same machine? */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const address = parseAddress(host);
  if (address === null) return false;
  const [first, second, third, last] = address.words;
  return address.v4 ? last >>> 24 === 127 : first === 0 && second === 0 && third === 0 && last === 1;
}
