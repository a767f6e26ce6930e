import type { KeyPair } from "../../certs/key-pair.ts";

/** What a TLS listener shows and asks for; handed in by app, and replaced as a whole. */
export interface TlsMaterial {
  /** In the order of the configuration. The first one serves clients that name no host, or one that nothing here covers. */
  readonly certificates: readonly ShownCertificate[];
  /** Hosts whose certificates are made on demand; null: none. */
  readonly interception: Interception | null;
  /** Whose certificates clients must show; null: clients are not asked for one. */
  readonly clients: ClientDemands | null;
  /** What the authority says of a certificate (DER) at this moment, as an OCSP response; null: nothing that could be shown. node asks also where a handshake has none (null). */
  readonly staple: (certificate: Uint8Array | null) => Uint8Array | null;
}

/** A certificate and what it is shown for. */
export interface ShownCertificate {
  /** Host names, one-label wildcards and IP addresses, in any letter case. */
  readonly names: readonly string[];
  /** Null: it is not there yet, and handshakes for its names are refused. */
  readonly pair: KeyPair | null;
}

/** Hosts that Taxgate answers for in the platform's place. */
export interface Interception {
  /** Exact names, one-label wildcards and IP addresses: `mint` is asked for nothing else. */
  readonly hosts: readonly string[];
  /** A certificate for a host, the same object as long as it is the right one; null: it is not to be had. */
  readonly mint: (host: string) => Promise<KeyPair | null>;
}

/** Whose certificates clients must show. */
export interface ClientDemands {
  /** PEM of the authorities. */
  readonly ca: string;
  /** PEM of their revocation lists, each a text of its own: OpenSSL reads one from a text. Empty: nothing is revoked. */
  readonly lists: readonly string[];
  /** Would a client with this chain (DER, its own certificate first) still be let in? Asked of connections that are open when the demands change. */
  readonly stillWelcome: (chain: readonly Uint8Array[]) => boolean;
}

/** Material with nothing but certificates. */
export function plainMaterial(certificates: readonly ShownCertificate[]): TlsMaterial {
  return { certificates, interception: null, clients: null, staple: () => null };
}
