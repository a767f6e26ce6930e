import { parseInstant } from "../base/instant.ts";

/** One value of DER (ITU-T X.690): its tag, what is in it, and all of its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Tags that are looked for by number. */
export const DER = { boolean: 0x01, integer: 0x02, octets: 0x04, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30 } as const;

/*
 * The few lines of DER that are needed where certificates and revocation lists are read at every start: the library that
 * knows all of ASN.1 costs 20 MB of memory, and seconds for a long list.
 */

/** Reads the first value of some bytes; null where they are none, or break off. */
export function readDer(bytes: Uint8Array): DerValue | null {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  let length = first;
  let at = 2;
  if (first >= 0x80) {
    const digits = first - 0x80;
    if (digits === 0 || digits > 4) return null;
    length = 0;
    for (let i = 0; i < digits; i++) length = length * 256 + (bytes[at + i] ?? Number.NaN);
    at += digits;
  }
  // Also where the length is not a number.
  if (!(at + length <= bytes.byteLength)) return null;
  return { tag, content: bytes.subarray(at, at + length), bytes: bytes.subarray(0, at + length) };
}

/** The values inside the first value of some bytes; none where it is broken, or there is none. */
export function derParts(bytes: Uint8Array | undefined): DerValue[] {
  const content = bytes === undefined ? undefined : readDer(bytes)?.content;
  return content === undefined ? [] : (readDerAll(content) ?? []);
}

/** Reads all values that stand one behind the other; null where one of them is broken. */
export function readDerAll(bytes: Uint8Array): DerValue[] | null {
  const values: DerValue[] = [];
  for (let rest = bytes; rest.byteLength > 0; ) {
    const value = readDer(rest);
    if (value === null) return null;
    values.push(value);
    rest = rest.subarray(value.bytes.byteLength);
  }
  return values;
}

/** A time as X.509 writes it (RFC 5280 section 4.1.2.5), in ms since 1970; null where it is none. */
export function derTime({ tag, content }: DerValue): number | null {
  const text = Buffer.from(content).toString("latin1");
  const full = tag === DER.generalizedTime ? text : tag === DER.utcTime ? `${text < "50" ? "20" : "19"}${text}` : "";
  const found = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(full);
  return found === null ? null : parseInstant(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}Z`);
}
