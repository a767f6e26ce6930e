import { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import type { Subtrees } from "./extensions.ts";

/** What an authority's certificate says that those below it repeat or have to keep to. */
export interface Signer {
  /** Its subject, for their issuer. */
  readonly subject: x509.Name;
  /** For their authority key identifier; null: it says none. */
  readonly keyIdentifier: Uint8Array | null;
  /** Names that it permits; null: it has no name constraints. */
  readonly permitted: Subtrees | null;
}

/** Reads an authority's certificate (PEM or DER). Throws where it is none. */
export function readSigner(certificate: string | Uint8Array): Signer {
  const { subject, extensions = [] } = AsnConvert.parse(new X509Certificate(certificate).raw, x509.Certificate).tbsCertificate;
  const value = (oid: string): ArrayBuffer | undefined => extensions.find(({ extnID }) => extnID === oid)?.extnValue.buffer;
  const [id, constraints] = [value(x509.id_ce_subjectKeyIdentifier), value(x509.id_ce_nameConstraints)];
  return {
    subject,
    keyIdentifier: id === undefined ? null : new Uint8Array(AsnConvert.parse(id, x509.SubjectKeyIdentifier).buffer),
    permitted: constraints === undefined ? null : subtreesOf(AsnConvert.parse(constraints, x509.NameConstraints).permittedSubtrees ?? []),
  };
}

function subtreesOf(subtrees: Iterable<x509.GeneralSubtree>): Subtrees {
  const bases = [...subtrees].map(({ base }) => base);
  return { dns: bases.flatMap(({ dNSName }) => dNSName ?? []), networks: bases.flatMap(({ iPAddress }) => iPAddress ?? []) };
}
