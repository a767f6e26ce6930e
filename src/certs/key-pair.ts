/** A certificate with its key. */
export interface KeyPair {
  /** PEM: the certificate, then its intermediates. */
  readonly cert: string;
  /** PEM: the private key, not encrypted. */
  readonly key: string;
}
