import type { AcceptedHow, DoubtCause, EntryFacts, VerdictHow } from "./entry.ts";
import type { StoreEvents } from "./store.ts";
import type { Ruling } from "./verdicts/verdict.ts";

/** How a doubt came to its end. Closed: it is a metric label. */
export type Resolution = AcceptedHow | "rejected" | "unsent" | "held" | "released" | "expired";

/** What a try met. Closed: it is a metric label, and what `Taxgate-Submission` says of most. */
export const TRIES = ["fresh", "joined", "replayed", "confirmed", "composed", "deferred", "held", "in-doubt", "conflict", "unsent", "expired", "refused", "unjournalled"] as const;

/** See {@link TRIES}. */
export type TryResult = (typeof TRIES)[number];

/**
 * Why a verdict does not count. `stranger`: whoever asked may be another taxpayer. `elsewhere`: another region answered.
 * `ambiguous`: several submissions fit. `too-early`: it may only be late to be seen. `unsure`: it may be about an earlier
 * revision. Closed: it is a metric label.
 */
export type IgnoredWhy = "stranger" | "elsewhere" | "ambiguous" | "too-early" | "unsure";

/** What the journal tells of its work. */
export interface JournalEvents extends StoreEvents {
  /** Nobody knows what became of it: its plan begins. */
  readonly doubt: (facts: EntryFacts, cause: DoubtCause, why: string) => void;
  /** It is not in doubt any more. */
  readonly resolved: (facts: EntryFacts, how: Resolution) => void;
  /** Only a person can tell. */
  readonly held: (facts: EntryFacts, why: string) => void;
  /** Another content came under a key that is taken. */
  readonly conflict: (facts: EntryFacts) => void;
  /** The platform said that it knows a submission already. */
  readonly duplicate: (facts: EntryFacts, means: "same" | "check" | "conflict") => void;
  /** One that was accepted for later is over. */
  readonly delivered: (facts: EntryFacts, how: "accepted" | "rejected" | "expired") => void;
  /** The platform's verdict on what it had taken in is known. */
  readonly verdict: (facts: EntryFacts, verdict: Ruling["verdict"], how: VerdictHow) => void;
  /** An answer holds a verdict that does not count. */
  readonly verdictIgnored: (facts: EntryFacts, verdict: Ruling["verdict"], why: IgnoredWhy) => void;
  /** An attempt is followed by another one. */
  readonly retried: () => void;
  /** A person decided. */
  readonly byHand: (facts: EntryFacts, to: string, by: string, reason: string) => void;
  /** A fault of ours; `where` names the activity. */
  readonly fault: (where: string, fault: unknown) => void;
}
