import { X509Certificate } from "node:crypto";
import { certificateNames, nameText } from "./distinguished-name.ts";
import { DER, derTime, readDer, readDerAll, type DerValue } from "./der.ts";
import { pemBlocks, pemBytes } from "./pem-blocks.ts";

/** A list of certificates that an authority has taken back (RFC 5280 section 5). */
export interface RevocationList {
  /** As people read it. */
  readonly issuer: string;
  /** Ms since 1970. */
  readonly thisUpdate: number;
  /** Ms since 1970; after it OpenSSL refuses every client of that authority. Null: it names none, and does not run out. */
  readonly nextUpdate: number | null;
  /** How many certificates it names. */
  readonly revoked: number;
  /** The issuer's name in DER, hexadecimal. */
  readonly issuerId: string;
  /** Serial numbers, hexadecimal as in DER. */
  readonly serials: ReadonlySet<string>;
  /** It stands for itself: no delta, no list about others' certificates or for some reasons alone, which OpenSSL passes over. */
  readonly isWhole: boolean;
  /** The list itself, PEM. */
  readonly pem: string;
}

/** The tag of a list's extensions. */
const EXTENSIONS = 0xa0;
/** 2.5.29.28, issuingDistributionPoint. */
const ISSUING_PLACE = "551d1c";
/** In it: for some reasons alone, indirect. */
const PARTIAL: readonly number[] = [0x83, 0x84];

/** Reads the revocation lists of a PEM text. Null where one of them is broken, or there is none. */
export function readRevocationList(pem: string): RevocationList[] | null {
  const lists = pemBlocks(pem, "X509 CRL").map(readOne);
  const good = lists.filter((list) => list !== null);
  return good.length > 0 && good.length === lists.length ? good : null;
}

function readOne(pem: string): RevocationList | null {
  const toBeSigned = readDer(readDer(pemBytes(pem))?.content ?? new Uint8Array());
  const parts = toBeSigned?.tag === DER.sequence ? readDerAll(toBeSigned.content) : null;
  if (parts === null) return null;
  const [, issuer, since, ...rest] = parts[0]?.tag === DER.integer ? parts.slice(1) : parts;
  const thisUpdate = since === undefined ? null : derTime(since);
  if (issuer === undefined || thisUpdate === null) return null;
  const until = rest[0] === undefined ? null : derTime(rest[0]);
  const [entries, ...others] = until === null ? rest : rest.slice(1);
  const serials = entries?.tag === DER.sequence ? serialsOf(entries) : new Set<string>();
  if (serials === null) return null;
  const extensions = [entries, ...others].find((part) => part?.tag === EXTENSIONS);
  return { issuer: nameText(issuer.bytes), thisUpdate, nextUpdate: until, revoked: serials.size, issuerId: hex(issuer.bytes), serials, isWhole: extensions === undefined || isWhole(extensions), pem };
}

/** Is nothing critical in it (RFC 5280 section 5.2) but where it is to be had and for which kind of certificates? */
function isWhole(extensions: DerValue): boolean {
  const all = readDerAll(readDer(extensions.content)?.content ?? new Uint8Array()) ?? [];
  return all.every(({ content }) => {
    const [kind, critical, value] = readDerAll(content) ?? [];
    if (kind === undefined || critical?.tag !== DER.boolean || critical.content[0] === 0) return true;
    const places = hex(kind.content) === ISSUING_PLACE ? readDerAll(readDer(value?.content ?? new Uint8Array())?.content ?? new Uint8Array()) : null;
    return places !== null && !places.some(({ tag }) => PARTIAL.includes(tag));
  });
}

function serialsOf(entries: DerValue): Set<string> | null {
  const serials = new Set<string>();
  for (const entry of readDerAll(entries.content) ?? [null]) {
    const serial = entry === null ? null : readDer(entry.content);
    if (serial?.tag !== DER.integer) return null;
    serials.add(hex(serial.content));
  }
  return serials;
}

/** Something about revocation lists that makes OpenSSL refuse clients, or soon will. */
export interface RevocationGap {
  readonly kind: "missing" | "expired" | "not-yet-valid";
  /** The authority that it is about. */
  readonly authority: string;
  /** For people: what is wrong and what to do. */
  readonly why: string;
}

/** What the lists leave open: OpenSSL wants a current one of every authority in a client's chain, the root's own included. */
export function revocationGaps(caPem: string, lists: readonly RevocationList[], now: number): RevocationGap[] {
  const gaps: RevocationGap[] = [];
  for (const block of pemBlocks(caPem, "CERTIFICATE")) {
    const names = certificateNames(pemBytes(block));
    if (names === null) continue;
    const authority = nameText(names.subject);
    const all = lists.filter(({ issuerId }) => issuerId === hex(names.subject));
    const own = all.filter((list) => list.isWhole);
    const gap = (kind: RevocationGap["kind"], why: string): unknown => gaps.push({ kind, authority, why: `${why}, and clients whose chain goes through it are refused` });
    if (own.length === 0) gap("missing", `clientCrl has ${all.length === 0 ? "no" : "a part (a delta, an indirect list or one for some reasons) and no whole"} revocation list of '${authority}'`);
    else if (own.every(({ nextUpdate }) => nextUpdate !== null && nextUpdate <= now)) gap("expired", `the revocation list of '${authority}' in clientCrl has run out: replace it by a new one`);
    else if (own.every(({ thisUpdate }) => thisUpdate > now)) gap("not-yet-valid", `the revocation list of '${authority}' in clientCrl does not hold yet: check this machine's clock`);
  }
  return gaps;
}

/** Makes the judgement on open connections: is a client with this chain (DER, its own certificate first) still let in? */
export function clientJudge(caPem: string, lists: readonly RevocationList[]): (chain: readonly Uint8Array[]) => boolean {
  const authorities = pemBlocks(caPem, "CERTIFICATE").map((block) => new X509Certificate(block));
  const whole = lists.filter((list) => list.isWhole);
  return (chain) => {
    const names = chain.map(certificateNames);
    const isRevoked = names.some((one) => one !== null && whole.some(({ issuerId, serials }) => issuerId === hex(one.issuer) && serials.has(hex(one.serial))));
    return !isRevoked && leadsTo(chain, authorities);
  };
}

function leadsTo(chain: readonly Uint8Array[], authorities: readonly X509Certificate[]): boolean {
  return chain.some((der) => {
    const one = parsed(der);
    return one !== null && authorities.some((authority) => authority.raw.equals(one.raw) || (one.checkIssued(authority) && one.verify(authority.publicKey)));
  });
}

function parsed(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
