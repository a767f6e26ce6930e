import type { EntryAddress, Invalidation, Selecting, StoredAnswer } from "./entry.ts";

/** How the tier stands: `down` means that the memory tier serves alone. */
export type TierState = "up" | "down";

/** What a look-up gave. */
export interface SharedFound {
  /** Null: none that fits the request, or none that could be read. */
  readonly answer: StoredAnswer | null;
  /** True where a soft purge has made it stale. */
  readonly purged: boolean;
  /**
   * Proof of how the invalidations stood when the look-up was made: what is fetched afterwards is stored with it, and
   * counts for nothing where one has come meanwhile. Null where the tier could not be asked: then nothing is stored.
   */
  readonly ticket: Ticket | null;
}

/** See {@link SharedFound.ticket}; its content is the tier's own affair. */
export interface Ticket {
  readonly marks: readonly string[];
}

/** Why an operation came to nothing. Closed: it is a metric label. */
export type TierFault = "down" | "timeout" | "error" | "corrupt" | "foreign-version" | "undecryptable" | "too-large" | "overloaded";

/** What a tier tells about itself. */
export interface TierEvents {
  /** An operation ended; `ms` is how long it took. */
  readonly done: (operation: "get" | "put" | "invalidate", result: "hit" | "miss" | "ok" | TierFault, ms: number) => void;
  readonly state: (state: TierState, why: string) => void;
  /** Another instance voided entries, or (null) some invalidations may have been missed and all have to go. */
  readonly invalidated: (what: Invalidation | null) => void;
}

/** The tier that instances share. No call rejects, and none takes longer than the tier's timeout. */
export interface SharedTier {
  readonly state: TierState;
  /**
   * Looks an answer up; `selecting` gives the request's normalised value of a field that Vary names. With `encrypted` an
   * answer that stands there in plain text is refused.
   */
  get(address: EntryAddress, selecting: (name: string) => Selecting[1], encrypted?: boolean): Promise<SharedFound>;
  /** Stores an answer, in the background. */
  put(answer: StoredAnswer, ticket: Ticket, encrypt: boolean): void;
  /** Voids entries here and tells the other instances; false where that could not be done. */
  invalidate(what: Invalidation): Promise<boolean>;
  stop(): Promise<void>;
}
