import { X509Certificate } from "node:crypto";
import { OperatorError } from "../base/errors.ts";
import { readPem } from "./key-pairs.ts";
import { leafOf } from "./leaf.ts";
import { pemBlocks } from "./pem-blocks.ts";

/**
 * Reads a PEM file of authorities that are to be trusted. OpenSSL takes what it finds before the first broken certificate,
 * be it nothing, and says no word: half a file would be trusted for the whole. Throws an OperatorError that names the file.
 */
export function readAuthorities(path: string): string {
  const pem = readPem(path);
  const begun = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g)?.length ?? 0;
  if (begun === 0) throw new OperatorError(`reading '${path}': it holds no certificate`);
  const blocks = ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"].flatMap((label) => pemBlocks(pem, label));
  if (blocks.length < begun || !blocks.every(isCertificate)) throw new OperatorError(`reading '${path}': it holds a certificate that is broken or cut off`);
  return pem;
}

/**
 * Subjects of certificates in such a text that can have signed no other, so that nobody's chain leads to them. One that
 * signed itself counts as trusted, be it an authority or a single client.
 */
export function noAuthorities(pem: string): string[] {
  return ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"]
    .flatMap((label) => pemBlocks(pem, label))
    .map((block) => new X509Certificate(block))
    .filter((one) => !one.ca && one.subject !== one.issuer)
    .map((one) => leafOf(one).subject);
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}
