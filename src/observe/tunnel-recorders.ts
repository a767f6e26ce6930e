import type { MetricRegistry } from "./registry.ts";

/** What became of a CONNECT. */
export const TUNNEL_RESULTS = ["intercepted", "passed", "malformed", "unauthenticated", "not-intercepted", "failed"] as const;

/** See {@link TUNNEL_RESULTS}. */
export type TunnelResult = (typeof TUNNEL_RESULTS)[number];

/** What forward proxies are counted by. */
export interface TunnelRecorders {
  /** Counts a CONNECT, once it is known what becomes of it. */
  tunnelMet(listener: string, result: TunnelResult): void;
  /** Counts bytes that were passed on unread: `out` toward the host. */
  tunnelMoved(listener: string, direction: "in" | "out", bytes: number): void;
}

/** Makes the recorders on a registry. */
export function tunnelRecorders(registry: MetricRegistry): TunnelRecorders {
  const tunnels = registry.counts("taxgate_tunnels_total");
  const bytes = registry.counts("taxgate_tunnel_bytes_total");
  return {
    tunnelMet: (listener, result) => void (tunnels.at(listener, result).value += 1),
    tunnelMoved: (listener, direction, count) => void (bytes.at(listener, direction).value += count),
  };
}
