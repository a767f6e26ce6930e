import { constants } from "node:crypto";

/** What every TLS server of ours speaks. */
export interface SecureSettings {
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly ciphers: string;
  readonly ecdhCurve: string;
  readonly honorCipherOrder: true;
  readonly secureOptions: number;
  readonly sigalgs: string;
}

/** TLS 1.3 first, and in it AES: billing systems run on processors that have it built in. */
const SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Of TLS 1.2 what has forward secrecy and authenticated encryption, nothing else. */
const OLD_SUITES = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((suite) => [`ECDHE-ECDSA-${suite}`, `ECDHE-RSA-${suite}`]);

/** No SHA-1 in signatures, which TLS 1.2 would still allow. */
const SIGNATURES = [
  "ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ed25519",
  "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512",
  "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512",
];

/** What is recorded today may be read by a quantum computer later: the hybrid goes first (RFC 9794). */
const GROUPS = "X25519MLKEM768:X25519:P-256:P-384";

/** The settings for a least version. They belong into every secure context: node forgets them with each new one. */
export function secureSettings(minVersion: "1.2" | "1.3"): SecureSettings {
  return {
    minVersion: minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
    ciphers: [...SUITES, ...OLD_SUITES].join(":"),
    ecdhCurve: GROUPS,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    sigalgs: SIGNATURES.join(":"),
  };
}
