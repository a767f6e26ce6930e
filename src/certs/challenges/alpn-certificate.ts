import { createHash } from "node:crypto";
import type { KeyPair } from "../key-pair.ts";
import { makeKey } from "../make-key.ts";
import { toPem } from "../pem-blocks.ts";
import type { Challenge } from "./solver.ts";

const DAY_MS = 86_400_000;

/**
 * The certificate that shows an authority a name or an address by TLS (RFC 8737 section 3, RFC 8738 section 6): signed by
 * itself, for that identifier alone, with the digest of the key authorization. `now` is wall time in ms.
 */
export async function makeAlpnCertificate({ value }: Challenge["identifier"], keyAuthorization: string, now: number): Promise<KeyPair> {
  const [{ signCertificate }, { acmeIdentifier, subjectAlternativeName }] = await Promise.all([import("../x509/certificate.ts"), import("../x509/extensions.ts")]);
  const { privateKey, publicKey, pem } = await makeKey("ecdsa-p256");
  const digest = createHash("sha256").update(keyAuthorization).digest();
  const name = "acme-tls-alpn-01";
  const der = await signCertificate({
    subject: name,
    issuer: name,
    publicKey,
    signingKey: privateKey,
    // Nobody looks at the time; a day on either side outlives any order.
    notBefore: now - DAY_MS,
    notAfter: now + DAY_MS,
    extensions: [subjectAlternativeName([value]), acmeIdentifier(digest)],
  });
  return { cert: toPem(der), key: pem };
}
