import type { ErrorCode } from "../base/errors.ts";
import type { Outcome } from "./outcome.ts";

/** What is told about one exchange once it is over; made once, read by the metrics and by the access line. */
export interface ExchangeSummary {
  readonly id: string;
  readonly listener: string;
  /** Address of the client behind trusted proxies. */
  readonly client: string;
  readonly method: string;
  /** Canonical path, without the query. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  readonly version: string;
  readonly site: string | null;
  readonly route: string | null;
  readonly routeClass: string | null;
  readonly region: string | null;
  readonly endpoint: string | null;
  /** Status sent, or 0 where none could be. */
  readonly status: number;
  readonly sentBytes: number;
  readonly endedBy: string;
  readonly phase: string;
  readonly reason: string;
  /** What the cache made of it; null where its route keeps nothing. */
  readonly cache: string | null;
  /** What a submission met in the journal; null for everything else. */
  readonly submission: string | null;
  /** The limit that refused it, or in which it waited; null: none did. */
  readonly limit: string | null;
  /** Score of what the firewall found, the names of the rules that found it, and the fields, the worst first; null: nothing was found, or nothing looked. */
  readonly waf: { readonly score: number; readonly rules: string; readonly fields: string } | null;
  readonly error: ErrorCode | null;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly principal: string | null;
  readonly taxpayer: string | null;
  /** 32 hexadecimal digits, or null where no trace is followed. */
  readonly traceId: string | null;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Monotonic milliseconds. */
  readonly endedAt: number;
  /** Monotonic end of each phase by its index; 0 where it did not run. */
  readonly ends: Float64Array;
}
