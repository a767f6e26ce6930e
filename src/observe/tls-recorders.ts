import type { MetricRegistry } from "./registry.ts";

/** Why a client's certificate was not accepted. */
export const CLIENT_REFUSALS = ["none", "revoked", "list-expired", "list-missing", "expired", "untrusted", "other"] as const;

/** See {@link CLIENT_REFUSALS}. */
export type ClientRefusal = (typeof CLIENT_REFUSALS)[number];

/** What TLS is counted by. */
export interface TlsRecorders {
  /** Counts a handshake that succeeded; `version` as OpenSSL calls it. */
  handshakeFinished(listener: string, version: string, resumed: boolean): void;
  /** Counts one that came to nothing for the client's certificate. */
  clientCertificateRefused(listener: string, reason: ClientRefusal): void;
}

/** Makes the recorders on a registry. */
export function tlsRecorders(registry: MetricRegistry): TlsRecorders {
  const handshakes = registry.counts("taxgate_tls_handshakes_total");
  const refused = registry.counts("taxgate_client_certificates_refused_total");
  return {
    handshakeFinished: (listener, version, resumed) => void (handshakes.at(listener, version === "TLSv1.3" ? "1.3" : "1.2", resumed ? "yes" : "no").value += 1),
    clientCertificateRefused: (listener, reason) => void (refused.at(listener, reason).value += 1),
  };
}
