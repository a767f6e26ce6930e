import type { AcceptedHow, DoubtCause, EntryFacts } from "./entry.ts";
import type { StoreEvents } from "./store.ts";

/** How a doubt came to its end. Closed: it is a metric label. */
export const RESOLUTIONS = ["answered", "late", "confirmed", "duplicate", "by-hand", "rejected", "unsent", "held", "released", "expired"] as const;

/** See {@link RESOLUTIONS}. */
export type Resolution = (typeof RESOLUTIONS)[number];

/** What a try met. Closed: it is a metric label, and what `Taxgate-Submission` says of most. */
export const TRIES = ["fresh", "joined", "replayed", "confirmed", "deferred", "held", "in-doubt", "conflict", "unsent", "expired", "refused", "unjournalled"] as const;

/** See {@link TRIES}. */
export type TryResult = (typeof TRIES)[number];

/** What the journal tells of its work. */
export interface JournalEvents extends StoreEvents {
  readonly doubt: (facts: EntryFacts, cause: DoubtCause, why: string) => void;
  readonly resolved: (facts: EntryFacts, how: Resolution | AcceptedHow) => void;
  readonly held: (facts: EntryFacts, why: string) => void;
  /** Another content came under a key that is taken. */
  readonly conflict: (facts: EntryFacts) => void;
  /** The platform said that it knows a submission already. */
  readonly duplicate: (facts: EntryFacts, means: "same" | "check" | "conflict") => void;
  readonly delivered: (facts: EntryFacts, how: "accepted" | "rejected" | "expired") => void;
  readonly retried: () => void;
  /** A person decided. */
  readonly byHand: (facts: EntryFacts, to: string, by: string, reason: string) => void;
  readonly fault: (where: string, fault: unknown) => void;
}
