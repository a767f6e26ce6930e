import { X509Certificate } from "node:crypto";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const ANY_USAGE = "2.5.29.37.0";
/** Browsers and most libraries took nothing below since 2014. */
const LEAST_RSA_BITS = 2048;

/**
 * What peers may object to in a certificate that otherwise proves well (PEM, leaf first): weak signature, short key; where it
 * is shown by a listener also what clients ask of a server's.
 */
export function weaknessesOf(cert: string, use: "serving" | "unknown"): readonly string[] {
  const leaf = new X509Certificate(cert);
  const signature = leaf.signatureAlgorithm ?? "";
  const bits = leaf.publicKey.asymmetricKeyType === "rsa" ? (leaf.publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS) : LEAST_RSA_BITS;
  return [
    ...(/md5|sha1(?!\d)/i.test(signature) ? [`it is signed by ${signature}, which most others refuse`] : []),
    ...(bits < LEAST_RSA_BITS ? [`its RSA key has ${bits} bits, which many others refuse`] : []),
    ...aloneIn(leaf, cert),
    ...(use === "serving" ? servingFaults(leaf) : []),
  ];
}

/** Only those that have its issuer among what they trust can do without the intermediates. */
function aloneIn(leaf: X509Certificate, cert: string): string[] {
  const more = (cert.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g)?.length ?? 0) > 1;
  if (more || leaf.issuer === leaf.subject) return [];
  return [`it stands alone, without its issuer '${leaf.issuer?.split("\n").join(", ") ?? ""}', and whoever does not know that one refuses it: put the intermediates behind it in the file (where that is a root, nothing is missing)`];
}

function servingFaults(leaf: X509Certificate): string[] {
  const usage = leaf.keyUsage as readonly string[] | undefined; // absent where the certificate names none, whatever the types say
  return [
    ...(leaf.subjectAltName === undefined ? ["it has no subject alternative names, and clients look at nothing else"] : []),
    ...(usage === undefined || usage.includes(SERVER_AUTH) || usage.includes(ANY_USAGE) ? [] : ["it was not made for servers (extended key usage), and clients will refuse it"]),
  ];
}
