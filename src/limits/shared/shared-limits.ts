/*
 * What limits of several Taxgates share: counters in a place that all of them reach. Whoever asks here has a counter of his
 * own beside it, which counts along, and decides where this place does not answer.
 */

/** One rule of a counter, in units of cost; times in ms. All rules of a counter must hold. */
export type SharedRule =
  /** At most `most` in any span of `per`. */
  | { readonly kind: "window"; readonly most: number; readonly per: number }
  /** A steady `most` in `per`, of which up to `burst` may come at once (GCRA). */
  | { readonly kind: "burst"; readonly most: number; readonly per: number; readonly burst: number }
  /**
   * At most `most` in each period of a calendar. `ends` are instants of wall time at which periods end, rising: several, because
   * the clock that decides is not the caller's. `name` tells quotas apart.
   */
  | { readonly kind: "quota"; readonly name: string; readonly most: number; readonly ends: readonly number[] };

/** What a request asks of one counter. */
export interface SharedDemand {
  /** Name of the limit. */
  readonly limit: string;
  /** What is counted apart, in one text that no other values give. It leaves this process as a digest. */
  readonly key: string;
  readonly rules: readonly SharedRule[];
  /** Whole units, 0 and more; 0 looks and takes nothing. */
  readonly cost: number;
  /** Where it has no room, nobody is refused for it: it is told, and nothing is counted here. */
  readonly dryRun: boolean;
}

/** How a counter stands, after what was taken. */
export interface SharedCount {
  /** Whether there was room. */
  readonly fits: boolean;
  /** Whether the request was counted: only where every counter that may refuse it has room. */
  readonly taken: boolean;
  /** Ms until there would be room, 0 where there was; Infinity: the cost is above what is ever allowed. */
  readonly wait: number;
  /** By the rules of the demand in their order: units that are left, and ms until all of them are free again. */
  readonly rules: readonly { readonly left: number; readonly reset: number }[];
  /** When it was counted, for {@link SharedLimits.giveBack}. */
  readonly at: number;
}

/** `up`: the shared counters decide. `down`: they do not answer, and each Taxgate decides for itself. */
export type SharedState = "up" | "down";

/** What came of asking. Closed: it is a metric label. */
export type SharedResult = "ok" | "down" | "timeout" | "error";

/** What the shared counters tell about themselves. */
export interface SharedLimitEvents {
  /** A request was asked about; `ms` is how long it took. */
  readonly asked: (result: SharedResult, ms: number) => void;
  readonly state: (state: SharedState, why: string) => void;
}

/** The shared counters. No call rejects, and none takes longer than its timeout. */
export interface SharedLimits {
  readonly state: SharedState;
  /** Counts a request by all counters or by none. A null stands for a counter that did not answer: the caller's own decides, and the others count as if it had room. */
  take(demands: readonly SharedDemand[]): Promise<readonly (SharedCount | null)[]>;
  /** Takes back, in the background, what was counted for a request that did not go after all: by all rules, or by its quotas alone. */
  giveBack(demand: SharedDemand, count: SharedCount, from: "all" | "quotas"): void;
  stop(): void;
}
