import type { LimitSpec, Setting } from "./kind.ts";

/** Windows of a platform's limits, by the name of the limit. */
export type LimitWindows = Readonly<Record<string, LimitSpec["windows"]>>;

/** What every fault that strikes single requests may say. */
export interface Chance {
  /** Share of requests that are struck, 0 to 1; default 1. */
  readonly probability?: number;
  /** Names of operations of the platform's kind that may be struck; default all, but for faults after processing only `issue`. */
  readonly on?: readonly string[];
  /** The fault is used up after so many strikes; default never. */
  readonly times?: number;
}

/** How long a request is worked on before it is processed, in milliseconds. */
export interface Latency {
  readonly minMs: number;
  readonly maxMs: number;
  /** Takes the place of the uniform part with its probability: Pareto with exponent `alpha`, from `minMs` up to `capMs`. */
  readonly tail?: { readonly probability: number; readonly alpha: number; readonly minMs: number; readonly capMs: number };
  readonly on?: readonly string[];
}

/** A state of the whole platform; `forMs` is how long it lasts, default until it is cleared. */
export interface Spell {
  readonly forMs?: number;
}

/**
 * Everything that may go wrong at once; an absent field is a fault that is off. Faults strike every
 * request but those of the control API. At most one fault before and one after processing strikes a request:
 * the first in the order of the fields below.
 */
export interface FaultSet {
  /** Every connection is reset: open ones at once, new ones as soon as they ask for anything but the control API. */
  readonly blackout?: Spell;
  /** The listener is closed, and opened again on the same port; requests in flight are finished. */
  readonly refuseConnections?: Spell;
  /** At most `concurrent` requests are worked on, `queue` wait for their turn, others are refused as not executed. */
  readonly capacity?: { readonly concurrent: number; readonly queue: number };
  readonly latency?: Latency;
  /** The connection stays open, the body is not read, nothing is ever answered; nothing is issued. */
  readonly halfOpen?: Chance;
  /** Bytes that are not HTTP, then the end; `issued` says whether the request was processed before, default false. */
  readonly garbage?: Chance & { readonly issued?: boolean };
  /** A firewall's HTML page; `issued` as above. */
  readonly html?: Chance & { readonly status: 403 | 502 | 503; readonly issued?: boolean };
  /** The platform does not accept the credentials (in its own form); nothing is issued. */
  readonly unauthorized?: Chance;
  /** An error (in the platform's form) that means not executed; nothing is issued. */
  readonly errorBefore?: Chance;
  /** The request is processed, then the connection is reset or (`504`) the platform says in its form that the outcome is unknown; `either`: now one, now the other. */
  readonly errorAfter?: Chance & { readonly as: "reset" | "504" | "either" };
  /** The request is processed, then the connection is reset. */
  readonly resetAfterProcessing?: Chance;
  /** Content-Length promises the whole answer, half of it is sent, then the connection is reset or (`close`) ended. */
  readonly resetMidAnswer?: Chance & { readonly as?: "reset" | "close" };
  /** Answer bodies are sent at this speed. */
  readonly slowBody?: { readonly bytesPerSecond: number };
  /** Added to the platform's wall clock: Date header and `issuedAt`; may be negative. */
  readonly clockSkew?: { readonly ms: number };
  /** An issued invoice is not found by queries for this long. */
  readonly lateVisibility?: { readonly ms: number };
  /** Kind generic-json alone, the others do so always: the platform recognises an order that it has issued (order number and seller): 200 with code 6655 and the first invoice's number; nothing is issued. */
  readonly refuseDuplicates?: Spell;
  /**
   * `enforce`: whether a request beyond a limit is refused; it is counted either way. `windows`: what the platform allows by the
   * name of the limit, where that is not what its kind allows.
   */
  readonly limits?: { readonly enforce: boolean; readonly windows?: LimitWindows };
  /** The kind's own settings that differ from their defaults. */
  readonly settings?: Readonly<Record<string, Setting>>;
}

/** The name of a fault. */
export type FaultName = keyof FaultSet;

/** Faults that strike single requests by chance, in the order in which they are tried. */
export type ChanceName =
  | "halfOpen" | "garbage" | "html" | "unauthorized" | "errorBefore"
  | "errorAfter" | "resetAfterProcessing" | "resetMidAnswer";

/** The faults of a running sandbox, for the process that holds it. */
export interface Faults {
  /** The set in force, as it was given. */
  get(): FaultSet;
  /** Replaces the whole set; resolves when connections and listener agree with it. Throws an Error that names every bad field. */
  set(faults: FaultSet): Promise<void>;
  /** The same as setting an empty set. */
  clear(): Promise<void>;
}
