import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { KeyPair } from "../../src/certs/key-pair.ts";
import { basicConstraints, extendedKeyUsage, keyUsage, subjectAlternativeName } from "../../src/certs/x509/extensions.ts";
import { toPem } from "../../src/certs/pem-blocks.ts";
import { signCertificate } from "../../src/certs/x509/certificate.ts";

/** Where the time of these tests stands: 2026-11-22. */
export const NOW = Date.UTC(2026, 10, 22);
export const DAY = 86_400_000;

/** A certificate with its key, as tests make it. */
export interface Made {
  readonly name: string;
  readonly pem: string;
  readonly key: KeyObject;
  readonly keyPem: string;
}

/** What differs from a certificate that is valid for ten days before and after NOW. */
export interface MadeOptions {
  readonly by?: Made;
  readonly names?: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly key?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly purpose?: "serverAuth" | "clientAuth";
}

/** A key of the quickest kind. */
export function madeKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

/** An authority, signed by itself unless `by` another. */
export function madeAuthority(name: string, options: MadeOptions = {}): Promise<Made> {
  return made(name, options, [basicConstraints(3), keyUsage(["keyCertSign", "cRLSign"])]);
}

/** A server's certificate, signed by itself unless `by` an authority. */
export function madeLeaf(name: string, options: MadeOptions = {}): Promise<Made> {
  return made(name, options, [subjectAlternativeName(options.names ?? [name]), extendedKeyUsage([options.purpose ?? "serverAuth"])]);
}

async function made(name: string, { by, notBefore = NOW - 10 * DAY, notAfter = NOW + 10 * DAY, key = madeKey() }: MadeOptions, extensions: Parameters<typeof signCertificate>[0]["extensions"]): Promise<Made> {
  const der = await signCertificate({ subject: name, issuer: by?.name ?? name, publicKey: key.publicKey, signingKey: by?.key ?? key.privateKey, notBefore, notAfter, extensions });
  return { name, pem: toPem(der), key: key.privateKey, keyPem: key.privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/** A leaf with what stands behind it. */
export function pairOf(leaf: Made, ...chain: readonly Made[]): KeyPair {
  return { cert: [leaf, ...chain].map(({ pem }) => pem).join(""), key: leaf.keyPem };
}
