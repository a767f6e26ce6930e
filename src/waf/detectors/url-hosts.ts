/** What a host is to a server that would go there. */
export type HostKind = "loopback" | "metadata" | "private" | "disguised";

const NAMES_OF_HERE = /^(localhost|localhost[46]|ipv6-localhost|kubernetes\.docker\.internal|host\.containers\.internal|kubernetes\.default\.svc\.cluster\.local|ip6-localhost|ip6-loopback|localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|yoogle\.com|localdomain\.pw|localh\.st|spoofed\.[\w.-]+|0\.0\.0\.0|kubernetes(\.default(\.svc)?)?|host\.docker\.internal|gateway\.docker\.internal|[\w.-]+\.localhost|[\w.-]+\.localtest\.me|[\w.-]+\.lvh\.me|[\w.-]+\.localdomain|localhost\.[\w.-]+|[\w.-]*make-?127[\w.-]*|[\w.-]*rbndr\.us|[\w-]+\.ip6\.name)$/;
const METADATA_NAMES = /^(metadata|instance-data|metadata\.(google\.internal|tencentyun\.com|packet\.net|platformequinix\.com)|metadata\.[\w.-]*internal|rancher-metadata|instance-data\.[\w.-]*internal|169\.254\.169\.254\.[\w.-]+)$/;
const NUMBER_IN_NAME = /(^|[.-])(127|10|192[.-]168|169[.-]254|172[.-](1[6-9]|2\d|3[01])|0x7f|7f000001|a9fea9fe)[.-][\w.-]*\b(nip|sslip|xip|localtest|1u|rbndr)\.(io|me|ms|us|name)$|^[0-9a-f]{8}\.(nip|sslip|xip)\.io$/;

/** The kind of the host in an authority (port and user still on it); null: an ordinary one. Reads all spellings of addresses that common readers take. */
export function hostKind(authority: string): HostKind | null {
  const host = bareHost(authority);
  if (host === "" || host.length > 253) return null;
  if (host.startsWith("[")) return kindOfV6(host.slice(1).replace(/\]?$/, ""));
  const number = readNumber(host);
  // One small number is no address that anybody goes to, except 0.
  if (number !== null) return /^[1-9]\d{0,6}$/.test(host) ? null : kindOfNumber(number.value, number.isPlain);
  if (NAMES_OF_HERE.test(host) || NUMBER_IN_NAME.test(host)) return "loopback";
  return METADATA_NAMES.test(host) ? "metadata" : null;
}

/** Without port and last dot, in small letters, with enclosed and full-width characters folded. */
function bareHost(authority: string): string {
  const folded = /[^\u0021-\u007e]/.test(authority) ? authority.normalize("NFKC").replaceAll("。", ".") : authority;
  const text = folded.trim().toLowerCase();
  if (text.startsWith("[")) return text.slice(0, text.indexOf("]") + 1 || undefined);
  const colon = text.indexOf(":");
  return (colon < 0 ? text : text.slice(0, colon)).replace(/\.+$/, "");
}

/** An IPv4 address as `inet_aton` reads it: one to four parts, decimal, octal or hexadecimal, the last part fills the rest. */
function readNumber(host: string): { value: number; isPlain: boolean } | null {
  if (!/^[0-9a-fx.]+$/.test(host)) return null;
  const parts = host.split(".");
  if (parts.length > 4) return null;
  let value = 0;
  let isPlain = parts.length === 4;
  for (const [index, part] of parts.entries()) {
    if (!/^(0x[0-9a-f]*|\d+)$/.test(part)) return null;
    const isOctal = /^0[0-7]+$/.test(part);
    if (isOctal || part.startsWith("0x")) isPlain = false;
    const number = isOctal ? Number.parseInt(part, 8) : Number(part === "0x" ? 0 : part);
    const room = index === parts.length - 1 ? 256 ** (5 - parts.length) : 256;
    // Some readers let a part run over and keep its lowest bits: 383 is 127.
    if (number >= room) isPlain = false;
    value = value * room + (number % room);
  }
  return { value, isPlain };
}

function kindOfNumber(value: number, isPlain: boolean): HostKind | null {
  const first = Math.floor(value / 0x1000000);
  const second = Math.floor(value / 0x10000) % 256;
  if (value === 0xa9fea9fe || value === 0x646464c8 || value === 0xa9feaa02 || value === 0xc00000c0) return "metadata";
  if (first === 127 || first === 0) return "loopback";
  if (first === 169 && second === 254) return "metadata";
  const isPrivate = first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32) || (first === 100 && second >= 64 && second < 128);
  if (isPrivate) return isPlain ? "private" : "disguised";
  return isPlain ? null : "disguised";
}

/** IPv6: loopback, unspecified, link-local, unique local, and IPv4 inside (`::ffff:127.0.0.1`, `64:ff9b::`). */
function kindOfV6(text: string): HostKind | null {
  const host = text.replace(/%.*$/, "");
  const tail = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(host)?.[1];
  if (tail !== undefined) {
    const inner = readNumber(tail);
    return inner === null ? null : kindOfNumber(inner.value, true) ?? "disguised";
  }
  if (/^[0:]*:?0*[01]?$/.test(host)) return "loopback";
  const mapped = /^(?:0*:)*:?(?:0*:)*(?:ffff:)?(?:0*:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped !== null && /^[0:]*(ffff|::)/.test(host)) return kindOfNumber(Number.parseInt(mapped[1] ?? "0", 16) * 65536 + Number.parseInt(mapped[2] ?? "0", 16), true) ?? "disguised";
  if (/^fd00:0*ec2:/.test(host)) return "metadata";
  if (/^fe[89ab]/.test(host) || /^f[cd][0-9a-f]{2}:/.test(host)) return "private";
  return null;
}
