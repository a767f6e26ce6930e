import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { KeyPair } from "./key-pair.ts";
import { allPemBlocks, isKeyLabel } from "./pem-blocks.ts";

/** A pair whose parts can be read and belong together. */
export interface ParsedPair {
  readonly leaf: X509Certificate;
  /** What stands behind it in its file. */
  readonly others: readonly X509Certificate[];
  readonly key: KeyObject;
}

/** A parsed pair, or what is wrong with it, for people. */
export type PairParsing = { readonly ok: true; readonly parsed: ParsedPair } | { readonly ok: false; readonly fault: "unreadable" | "wrong-key"; readonly why: string };

/** A chain is two or three long; each is sent with every handshake. */
export const MOST_CERTIFICATES = 10;
/** Of characters in either part. */
const LONGEST = 1024 * 1024;

/** Parses certificates and key, and holds them together. What OpenSSL says of a broken text may quote it, and is left out. */
export function parsePair({ cert, key }: KeyPair): PairParsing {
  if (cert.length > LONGEST || key.length > LONGEST) return unreadable(`more than ${LONGEST} characters`);
  const chain = parseChain(cert);
  if (typeof chain === "string") return unreadable(chain);
  const privateKey = parseKey(key);
  if (typeof privateKey === "string") return unreadable(privateKey);
  const [leaf, ...others] = chain;
  if (leaf === undefined) return unreadable("there is no certificate in it");
  if (leaf.checkPrivateKey(privateKey)) return { ok: true, parsed: { leaf, others, key: privateKey } };
  const owner = others.findIndex((one) => one.checkPrivateKey(privateKey));
  const why = owner < 0 ? "the key does not belong to the certificate" : `the key belongs to certificate ${owner + 2} of the file: it must stand first, and its issuers behind it`;
  return { ok: false, fault: "wrong-key", why };
}

function unreadable(why: string): PairParsing {
  return { ok: false, fault: "unreadable", why };
}

/** All certificates of a PEM text, or why not. */
function parseChain(text: string): X509Certificate[] | string {
  const begun = text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g)?.length ?? 0;
  const blocks = allPemBlocks(text).filter(({ label }) => /^(?:TRUSTED |X509 )?CERTIFICATE$/.test(label));
  if (begun === 0) return "there is no certificate in it";
  if (blocks.length !== begun) return "the certificate is cut off";
  if (blocks.length > MOST_CERTIFICATES) return `there are ${blocks.length} certificates in it, at most ${MOST_CERTIFICATES} are taken`;
  const chain: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      chain.push(new X509Certificate(block.text));
    } catch {
      return `${blocks.length === 1 ? "the certificate" : `certificate ${index + 1}`} is damaged`;
    }
  }
  return chain;
}

function parseKey(text: string): KeyObject | string {
  const block = allPemBlocks(text).find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].some((found) => isKeyLabel(found[1] as string)) ? "the key is cut off" : "there is no private key in it";
  if (block.label === "ENCRYPTED PRIVATE KEY" || block.text.includes("Proc-Type: 4,ENCRYPTED")) return "the key is encrypted: write one without a passphrase, as 'openssl pkey -in FILE -out NEWFILE' does, readable by this user alone";
  try {
    return createPrivateKey(block.text);
  } catch {
    return "the key is damaged, or of a kind that is not known";
  }
}
