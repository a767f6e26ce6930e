import { createHmac, timingSafeEqual } from "node:crypto";
import type { MacData } from "@peculiar/asn1-pfx";
import { boundedIterations, Pkcs12Fault, unsupported, WRONG_PASSPHRASE } from "./decrypt.ts";
import { bmpForms, pkcs12Key, PURPOSES, type Derivation } from "./kdf.ts";

const DIGESTS: Readonly<Record<string, { readonly digest: Derivation["digest"]; readonly bytes: number }>> = {
  "1.3.14.3.2.26": { digest: "sha1", bytes: 20 },
  "2.16.840.1.101.3.4.2.4": { digest: "sha224", bytes: 28 },
  "2.16.840.1.101.3.4.2.1": { digest: "sha256", bytes: 32 },
  "2.16.840.1.101.3.4.2.2": { digest: "sha384", bytes: 48 },
  "2.16.840.1.101.3.4.2.3": { digest: "sha512", bytes: 64 },
};
const PBMAC1 = "1.2.840.113549.1.5.14";

/** Checks that a file is whole and the passphrase is its own. Throws a Pkcs12Fault. */
export function verifyMac({ mac, macSalt, iterations }: MacData, content: Uint8Array, passphrase: string): void {
  const { algorithm } = mac.digestAlgorithm;
  const known = DIGESTS[algorithm];
  if (known === undefined) throw unsupported(algorithm === PBMAC1 ? "a MAC of RFC 9579 (PBMAC1)" : `a MAC by algorithm ${algorithm}`);
  const from = { digest: known.digest, salt: new Uint8Array(macSalt.buffer), iterations: boundedIterations(iterations) };
  const want = Buffer.from(mac.digest.buffer);
  const fits = bmpForms(passphrase).some((password) => {
    const got = createHmac(known.digest, pkcs12Key({ ...from, password }, PURPOSES.mac, known.bytes)).update(content).digest();
    return got.length === want.length && timingSafeEqual(got, want);
  });
  if (!fits) throw new Pkcs12Fault(WRONG_PASSPHRASE);
}
