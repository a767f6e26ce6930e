import type { KeyObject } from "node:crypto";
import { parseAddress } from "../../base/cidr.ts";
import type { KeyPair } from "../key-pair.ts";
import { makeKey } from "../make-key.ts";
import { toPem } from "../pem-blocks.ts";
import { signCertificate } from "../x509/certificate.ts";
import { authorityKeyIdentifier, basicConstraints, extendedKeyUsage, keyUsage, subjectAlternativeName } from "../x509/extensions.ts";
import { distinguishedName } from "../x509/names.ts";
import type { Signer } from "../x509/signer.ts";

/* Loads the ASN.1 library: import it by `import()`. */

/** A certificate to be made for a host. Times in ms since 1970. */
export interface LeafWanted {
  /** In its plain form; see base/host-names.ts. */
  readonly host: string;
  /** PEM: the certificate that issues, shown behind the new one. */
  readonly issuing: string;
  /** What {@link issuing} says. */
  readonly signer: Signer;
  readonly signingKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
}

const LONGEST_NAME = 64;

/**
 * Makes a certificate for a TLS server. It has a key of its own: that takes a tenth of a millisecond, and a key that one
 * handshake gave away would not open those of other hosts.
 */
export async function mintLeaf({ host, issuing, signer, signingKey, notBefore, notAfter }: LeafWanted): Promise<KeyPair> {
  const { publicKey, pem } = await makeKey("ecdsa-p256");
  const extensions = [
    basicConstraints(null),
    keyUsage(["digitalSignature"]),
    extendedKeyUsage(["serverAuth"]),
    subjectAlternativeName([host]),
    ...(signer.keyIdentifier === null ? [] : [authorityKeyIdentifier(signer.keyIdentifier)]),
  ];
  // OpenSSL holds a common name with dots against the DNS constraints where no DNS name stands beside it: addresses have none.
  const named = host.length <= LONGEST_NAME && parseAddress(host) === null;
  const subject = distinguishedName(named ? host : "", "Taxgate");
  const cert = toPem(await signCertificate({ subject, issuer: signer.subject, publicKey, signingKey, notBefore, notAfter, extensions }));
  return { cert: cert + issuing, key: pem };
}
