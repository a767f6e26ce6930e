import { X509Certificate } from "node:crypto";
import { leafOf, type Leaf } from "../leaf.ts";
import { pemBlocks } from "../pem-blocks.ts";

/** The first certificate of a chain, and what of it ends first. */
export interface ChainEnd {
  readonly leaf: Leaf;
  /** Of the leaf, or of whatever behind it ends sooner; ms since 1970. */
  readonly notAfter: number;
  /** Subject of what ends sooner than the leaf; null: the leaf itself is the first. */
  readonly sooner: string | null;
}

/** Longer chains are not looked at to their end. */
const LONGEST = 10;

/** Looks at a chain, the server's own certificate first. Roots do not count: whoever trusts one has it. Null where it is empty. */
export function chainEnd(chain: readonly X509Certificate[]): ChainEnd | null {
  const [own, ...behind] = chain.slice(0, LONGEST);
  if (own === undefined) return null;
  const leaf = leafOf(own);
  const first = behind.filter((one) => one.subject !== one.issuer).map(leafOf).reduce((least, one) => (one.notAfter < least.notAfter ? one : least), leaf);
  return { leaf, notAfter: first.notAfter, sooner: first === leaf ? null : first.subject };
}

/** The certificates of a PEM text that can be read. */
export function readCertificates(pem: string): X509Certificate[] {
  return pemBlocks(pem, "CERTIFICATE").flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}
