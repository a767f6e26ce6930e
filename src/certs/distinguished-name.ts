import { DER, derParts } from "./der.ts";

/** Short names of what most names are made of; the rest is shown by its number. */
const ATTRIBUTES: Readonly<Record<string, string>> = { "550403": "CN", "550406": "C", "550407": "L", "550408": "ST", "55040a": "O", "55040b": "OU", "550405": "serialNumber" };
const BMP_STRING = 0x1e;

/** A name of X.509 (DER) as people read it: `C=IT, O=Example, CN=Root`. */
export function nameText(der: Uint8Array): string {
  return derParts(der).flatMap((set) => derParts(set.bytes).map((pair) => attributeText(pair.bytes))).join(", ");
}

function attributeText(pair: Uint8Array): string {
  const [kind, value] = derParts(pair);
  if (kind === undefined || value === undefined) return "";
  const id = Buffer.from(kind.content).toString("hex");
  const bytes = Buffer.from(value.content);
  return `${ATTRIBUTES[id] ?? id}=${value.tag === BMP_STRING && bytes.byteLength % 2 === 0 ? bytes.swap16().toString("utf16le") : bytes.toString("utf8")}`;
}

/** What a certificate (DER) says about who it is and who issued it, in bytes that can be compared; null where it is none. */
export function certificateNames(der: Uint8Array): { readonly issuer: Uint8Array; readonly subject: Uint8Array; readonly serial: Uint8Array } | null {
  const parts = derParts(derParts(der)[0]?.bytes);
  // The version stands in front, unless it is 1.
  const [serial, , issuer, , subject] = parts[0]?.tag === DER.integer ? parts : parts.slice(1);
  return serial?.tag === DER.integer && issuer !== undefined && subject !== undefined ? { issuer: issuer.bytes, subject: subject.bytes, serial: serial.content } : null;
}
