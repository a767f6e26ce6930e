import type { Clock } from "../base/clock.ts";
import { networkSet } from "../base/network-set.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Guard, RefusedConnection } from "../server/crowd.ts";
import type { HandshakeFailure } from "../server/tls/handshake-failure.ts";
import { createBans, type Bans } from "../waf/bans/bans.ts";

/** What is known of clients that misbehave, for listeners and pipeline alike. */
export interface Abuse {
  readonly bans: Bans;
  readonly guard: Guard;
  configure(config: Config): void;
}

/** Of refused connections a line for each reason stands in the log every so many ms, with how many there were. */
const QUIET_MS = 10_000;

/** Makes it, for this configuration at first. */
export function createAbuse(first: Config, { clock, log, metrics }: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics }): Abuse {
  const bans = createBans({
    clock,
    banned(address, reason, ms) {
      metrics.clientBanned(reason);
      log.warn("client banned", { client: address, reason, forSeconds: Math.round(ms / 1000) });
    },
  });
  const quiet = new Map<string, { until: number; unsaid: number }>();
  let proxies = networkSet([], "identity.trustedProxies");
  const told = (listener: string, reason: RefusedConnection, client: string, why?: HandshakeFailure): void => {
    const place = `${listener} ${reason}`;
    const last = quiet.get(place);
    if (last !== undefined && clock.now() < last.until) {
      last.unsaid += 1;
      return;
    }
    log.warn("connection refused", { listener, reason, ...(why === undefined ? {} : { why }), client, before: last?.unsaid ?? 0 });
    quiet.set(place, { until: clock.now() + QUIET_MS, unsaid: 0 });
  };
  const configure = ({ waf, sites }: Config): void => {
    const trusted = sites.flatMap(({ identity }) => identity.trustedProxies);
    proxies = networkSet(trusted, "identity.trustedProxies");
    bans.configure(waf.ban ?? null, trusted);
  };
  configure(first);
  return {
    bans,
    configure,
    guard: {
      isProxy: (address) => proxies.has(address),
      isBanned: bans.isBanned,
      refused(listener, reason, address, why) {
        metrics.connectionRefused(listener, reason);
        told(listener, reason, address, why);
      },
    },
  };
}
