import type { ForwardReason } from "../cache/fetch.ts";
import type { CacheResult, StaleReason } from "../cache/reasons.ts";
import type { Resident } from "../cache/resident.ts";
import type { Exchange } from "./exchange.ts";

/*
 * Cache-Status (RFC 9211): what the cache did, in the field's standard words.
 */

/** Of an answer from an entry. `age` in ms; `degraded`: the tier that instances share is away. */
export function cacheStatus(x: Exchange, resident: Resident, { result, stale }: { readonly result: CacheResult; readonly stale: StaleReason | null }, age: number, degraded: boolean): string {
  const left = Math.floor((resident.answer.lifetime - age) / 1000);
  // What was fresh when it was chosen is not called stale for the moment that has passed since.
  const ttl = `ttl=${stale === null ? Math.max(0, left) : stale === "other-region" ? left : Math.min(0, left)}`;
  if (result === "revalidated") return `taxgate; fwd=${x.fetch?.plan.why ?? "stale"}; fwd-status=304; ${ttl}`;
  if (result === "collapsed") return `taxgate; fwd=uri-miss; collapsed; ${ttl}`;
  const detail = stale ?? (result === "shared-hit" ? "shared" : degraded ? "degraded" : null);
  const how = x.fetch !== null ? `fwd=${x.fetch.plan.why}` : "hit";
  return detail === null ? `taxgate; ${how}; ${ttl}` : `taxgate; ${how}; ${ttl}; detail=${detail}`;
}

/** Of an answer that came from the platform. */
export function forwardedStatus(why: ForwardReason, status: number, stored: boolean): string {
  return stored ? `taxgate; fwd=${why}; fwd-status=${status}; stored` : `taxgate; fwd=${why}; fwd-status=${status}`;
}
