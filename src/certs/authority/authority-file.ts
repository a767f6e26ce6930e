import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { readBounded, writeAtomic } from "../../base/files.ts";
import { createSeal, deriveSealKeys, type Seal } from "../../base/seal.ts";
import { readLeaf, type Leaf } from "../leaf.ts";
import { pemBlocks, pemBytes, toPem } from "../pem-blocks.ts";
import type { OpenedAuthority } from "./open-files.ts";

/*
 * An authority on disk: one file with its root's certificate, the certificate that issues, and the sealed key of that one, so
 * that they cannot fall apart. The root's key is nowhere: see make-authority.ts. The key is sealed under a passphrase by scrypt and
 * AES-256-GCM, bound to the certificate. That protects a copy of the file (a backup, a support bundle, a disk image) from
 * whoever does not have the passphrase; it protects nothing from whoever can read this process' memory, and, where the
 * passphrase is the one that lies beside it, nothing from whoever can read the directory.
 */

/** Where an authority's files are. */
export function authorityDirectory(stateDir: string, name: string): string {
  return join(stateDir, "authorities", name);
}

/** Files of an authority: the one in use, the one prepared to follow it, and the certificate of the one before. */
export const AUTHORITY_FILES = { current: "authority.pem", next: "next.pem", former: "former.pem", passphrase: "passphrase" } as const;

/** The root of an authority. */
export interface AuthorityCertificate {
  readonly pem: string;
  readonly leaf: Leaf;
}

/** An authority as its file holds it. */
export interface StoredAuthority {
  /** The root, which applications trust. */
  readonly certificate: AuthorityCertificate;
  /** PEM: the certificate below it, whose key signs; servers show it behind their own. */
  readonly issuing: string;
  readonly sealedKey: Uint8Array;
}

/** What stands in a file. `why` is for people. */
export type AuthorityReading = { readonly kind: "none" } | { readonly kind: "broken"; readonly why: string } | ({ readonly kind: "found" } & StoredAuthority);

const MOST_BYTES = 64 * 1024;
const SEALED = "TAXGATE SEALED KEY";
const KEY_ID = "authority";

/** Reads an authority's file without opening its key. Never throws. */
export function readAuthorityFile(path: string): AuthorityReading {
  const text = readText(path);
  if (typeof text !== "string") return text;
  const certificate = certificateIn(text);
  const [sealed] = pemBlocks(text, SEALED);
  const issuing = certificate === null ? null : issuingIn(text, certificate.pem);
  if (certificate === null || issuing === null || sealed === undefined) return { kind: "broken", why: "it does not hold an authority's certificates with its sealed key" };
  return { kind: "found", certificate, issuing, sealedKey: pemBytes(sealed) };
}

/** Reads a file that holds an authority's certificate, with its key or without; null where there is none that can be read. */
export function readCertificateFile(path: string): AuthorityCertificate | null {
  const text = readText(path);
  return typeof text === "string" ? certificateIn(text) : null;
}

function readText(path: string): string | Exclude<AuthorityReading, { kind: "found" }> {
  const reading = readBounded(path, MOST_BYTES);
  if (reading.ok) return Buffer.from(reading.bytes).toString("utf8").replaceAll("\r\n", "\n");
  return reading.reason === "no such file" ? { kind: "none" } : { kind: "broken", why: reading.reason };
}

function certificateIn(text: string): AuthorityCertificate | null {
  const [pem] = pemBlocks(text, "CERTIFICATE");
  const leaf = pem === undefined ? null : readLeaf(pem);
  if (pem === undefined || leaf === null) return null;
  const parsed = new X509Certificate(pem);
  return parsed.ca && parsed.verify(parsed.publicKey) ? { pem, leaf } : null;
}

/** The second certificate, where it is an authority that the first one signed. */
function issuingIn(text: string, root: string): string | null {
  const [, pem] = pemBlocks(text, "CERTIFICATE");
  if (pem === undefined || readLeaf(pem) === null) return null;
  const [issuing, above] = [new X509Certificate(pem), new X509Certificate(root)];
  return issuing.ca && issuing.checkIssued(above) && issuing.verify(above.publicKey) ? pem : null;
}

/** Writes an authority's file as a whole; it is on the disk at the return. Throws an OperatorError where the disk does not take it. */
export function writeAuthorityFile(path: string, { certificate, issuing, key }: OpenedAuthority, passphrase: string): void {
  const { fingerprint } = certificate.leaf;
  const sealed = sealOf(fingerprint, passphrase).close(new Uint8Array(key.export({ type: "pkcs8", format: "der" })), fingerprint);
  writeAtomic(path, `${certificate.pem}${issuing}${toPem(sealed, SEALED)}`);
}

/** Opens an authority's key; null where the passphrase is another, or the file was changed. */
export function openKey({ certificate, issuing, sealedKey }: StoredAuthority, passphrase: string): KeyObject | null {
  const { fingerprint } = certificate.leaf;
  const der = sealOf(fingerprint, passphrase).open(sealedKey, fingerprint);
  if (der === null) return null;
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return new X509Certificate(issuing).checkPrivateKey(key) ? key : null;
}

/** The fingerprint is the salt of the passphrase: the same one for two authorities gives two keys. */
function sealOf(fingerprint: string, passphrase: string): Seal {
  return createSeal(deriveSealKeys({ cipher: "aes-256-gcm", keys: [{ id: KEY_ID, key: passphrase }] }, `taxgate authority ${fingerprint}`));
}
