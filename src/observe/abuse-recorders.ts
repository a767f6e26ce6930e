import type { MetricRegistry } from "./registry.ts";

/** What the defence against abuse is counted by. */
export interface AbuseRecorders {
  /** Counts a connection that was refused, or ended before its time. */
  connectionRefused(listener: string, reason: string): void;
  /** Counts a client that was shut out, by the code of its last refusal. */
  clientBanned(reason: string): void;
}

/** Makes the recorders on a registry. */
export function abuseRecorders(registry: MetricRegistry): AbuseRecorders {
  const connections = registry.counts("taxgate_connections_refused_total");
  const bans = registry.counts("taxgate_bans_total");
  return {
    connectionRefused: (listener, reason) => void (connections.at(listener, reason).value += 1),
    clientBanned: (reason) => void (bans.at(reason).value += 1),
  };
}
