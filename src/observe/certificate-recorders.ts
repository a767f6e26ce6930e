import type { MetricRegistry } from "./registry.ts";

/** Why an order brought no certificate. */
export const ORDER_FAILURES = ["unreachable", "rate-limited", "refused", "validation", "challenge", "server", "stopped", "proof", "store", "fault"] as const;

/** What becomes of certificates. */
export interface CertificateRecorders {
  /** Counts a certificate that came into use while the process runs. */
  certificateSwapped(certificate: string): void;
  /** Counts an order, by what came of it. */
  certificateOrdered(certificate: string, result: string): void;
}

/** Makes the recorders on a registry. */
export function certificateRecorders(registry: MetricRegistry): CertificateRecorders {
  const swaps = registry.counts("taxgate_certificate_swaps_total");
  const orders = registry.counts("taxgate_certificate_orders_total");
  return {
    certificateSwapped: (certificate) => void (swaps.at(certificate).value += 1),
    certificateOrdered: (certificate, result) => void (orders.at(certificate, result).value += 1),
  };
}
