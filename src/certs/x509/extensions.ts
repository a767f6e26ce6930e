import { createHash, type KeyObject } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { parseNetwork, type Network } from "../../base/cidr.ts";
import { addressText, generalName } from "./names.ts";

/* Extensions of certificates (RFC 5280 section 4.2). */

/** What a key may be used for. */
export type KeyUse = "digitalSignature" | "keyEncipherment" | "keyCertSign" | "cRLSign";

/** Whom a certificate shows its holder to be. */
export type Purpose = "serverAuth" | "clientAuth";

const PURPOSES: Readonly<Record<Purpose, string>> = { serverAuth: x509.id_kp_serverAuth, clientAuth: x509.id_kp_clientAuth };
const ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
/** Bytes of a key's identifier. */
const KEY_ID = 20;

function extension(extnID: string, critical: boolean, value: unknown): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** DNS names in their plain form and IP addresses that the certificate is for. It has to be critical where the subject is empty. */
export function subjectAlternativeName(names: readonly string[], critical = false): x509.Extension {
  return extension(x509.id_ce_subjectAltName, critical, new x509.SubjectAlternativeName(names.map(generalName)));
}

/** An authority whose certificates may be followed by so many further authorities; critical. Null: a leaf. */
export function basicConstraints(pathLength: number | null): x509.Extension {
  return extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints(pathLength === null ? {} : { cA: true, pathLenConstraint: pathLength }));
}

/** Critical. */
export function keyUsage(uses: readonly KeyUse[]): x509.Extension {
  const flags = uses.reduce((sum, use) => sum | x509.KeyUsageFlags[use], 0);
  return extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(flags));
}

/** Not critical. */
export function extendedKeyUsage(purposes: readonly Purpose[]): x509.Extension {
  return extension(x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage(purposes.map((purpose) => PURPOSES[purpose])));
}

/** Names that certificates below an authority may hold or may not. */
export interface Subtrees {
  /** Each with everything below it; without a dot in front, which Go and RFC 5280 do not know. */
  readonly dns: readonly string[];
  /** `10.0.0.0/8`, `fd00::/8` or single addresses. */
  readonly networks: readonly string[];
}

/** What an authority's certificates are limited to (section 4.2.1.10); critical. Kinds of names that neither side mentions stay free. */
export function nameConstraints(permitted: Subtrees, excluded: Subtrees): x509.Extension {
  const part = (subtrees: Subtrees): x509.GeneralSubtrees | null => {
    const bases = [...subtrees.dns.map((dNSName) => ({ dNSName })), ...subtrees.networks.map((text) => ({ iPAddress: networkText(text) }))];
    return bases.length === 0 ? null : new x509.GeneralSubtrees(bases.map((base) => new x509.GeneralSubtree({ base: new x509.GeneralName(base) })));
  };
  const [inside, outside] = [part(permitted), part(excluded)];
  return extension(x509.id_ce_nameConstraints, true, new x509.NameConstraints({ ...(inside === null ? {} : { permittedSubtrees: inside }), ...(outside === null ? {} : { excludedSubtrees: outside }) }));
}

/** Address and length of a network; a single address is a network of its own. Bits behind the length are cleared: OpenSSL compares them. */
function networkText(text: string): string {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`making name constraints: '${text}' is no network`);
  const bits = network.base.v4 ? network.bits - 96 : network.bits;
  return `${addressText({ ...network.base, words: masked(network) })}/${bits}`;
}

function masked({ base, bits }: Network): Network["base"]["words"] {
  const word = (index: 0 | 1 | 2 | 3): number => {
    const kept = Math.min(32, Math.max(0, bits - index * 32));
    return kept === 0 ? 0 : (base.words[index] & (-1 << (32 - kept))) >>> 0;
  };
  return [word(0), word(1), word(2), word(3)];
}

/** Identifier of a public key: the first 160 bits of a SHA-256 hash (RFC 7093 section 2, method 1). */
export function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const info = AsnConvert.parse(publicKey.export({ type: "spki", format: "der" }), x509.SubjectPublicKeyInfo);
  return createHash("sha256").update(new Uint8Array(info.subjectPublicKey)).digest().subarray(0, KEY_ID);
}

/** Not critical. */
export function subjectKeyIdentifier(id: Uint8Array): x509.Extension {
  return extension(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(id));
}

/** The signer's own {@link subjectKeyIdentifier}; not critical. */
export function authorityKeyIdentifier(id: Uint8Array): x509.Extension {
  return extension(x509.id_ce_authorityKeyIdentifier, false, new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(id) }));
}

/** SHA-256 of a key authorization, for tls-alpn-01 (RFC 8737 section 3); critical. */
export function acmeIdentifier(digest: Uint8Array): x509.Extension {
  return extension(ACME_IDENTIFIER, true, new OctetString(digest));
}
