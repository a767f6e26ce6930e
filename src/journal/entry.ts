import type { Headers } from "../http/message.ts";

/*
 * What the journal knows of one submission. An order that was refused for its content and comes back corrected has one
 * entry a revision; only the newest may still change.
 */

/** The states in the order in which the store numbers them; a number, once given, is never given to another. */
export const STATES = ["queued", "sending", "unsent", "in-doubt", "held", "accepted", "rejected", "released", "expired", "provisional"] as const;

/** Name of a state. */
export type StateName = (typeof STATES)[number];

/** States in which the outcome is not known, or something still has to be done. */
export const OPEN_STATES: ReadonlySet<StateName> = new Set(["queued", "sending", "unsent", "in-doubt", "held", "provisional"]);

/** Why nobody knows what became of a submission. Closed: it is a metric label. */
export type DoubtCause = "lost-answer" | "timed-out" | "truncated" | "unknown-answer" | "said-unknown" | "not-the-platform" | "duplicate" | "crash" | "restored";

/** How an acceptance came to be known. */
export type AcceptedHow = "answered" | "late" | "confirmed" | "duplicate" | "learnt" | "by-hand";

/** How the platform's verdict on what it had taken in came to be known; `assumed`: it did not within the time for it. */
export type VerdictHow = "passing" | "asked" | "assumed";

/**
 * Where a submission stands.
 *
 * `queued`: accepted for later delivery. `sending`: its owner may hand bytes to the platform at any moment. `unsent`: the
 * platform has certainly not executed it. `in-doubt`: it may have. `held`: only a person can tell. `accepted`: issued.
 * `rejected`: refused for its content. `released`: its key is free again. `expired`: given up, its key stays taken.
 * `provisional`: the platform has taken it in, and its verdict is to come; to whoever tries again it is accepted.
 */
export type EntryState =
  | { readonly kind: "queued"; /** Wall ms after which it must not be sent any more; null: no bound. */ readonly until: number | null }
  | { readonly kind: "sending"; /** Set where it was queued before, as there. */ readonly until?: number | null }
  | { readonly kind: "unsent"; readonly why: string }
  | { readonly kind: "in-doubt"; readonly cause: DoubtCause; readonly why: string; /** As of a queued one. */ readonly until?: number | null }
  | { readonly kind: "held"; readonly why: string; /** Wall ms by which a person is expected to have decided. */ readonly until: number }
  | Accepted
  | Rejected
  | Provisional
  | { readonly kind: "released"; readonly why: string }
  | { readonly kind: "expired"; readonly why: string };

/** It was issued. */
interface Accepted {
  readonly kind: "accepted";
  readonly how: AcceptedHow;
  /** Of a batch of which not every item was accepted. */
  readonly items?: ItemCounts;
  /** The platform's own number, where the route says where it stands. */
  readonly reference: string | null;
  /** The number that its verdict gave. */
  readonly number?: string | null;
  /** Of one that was provisional. */
  readonly verdict?: VerdictHow;
  /** The reason of whoever decided it by hand. */
  readonly why?: string;
}

/** It was refused for its content. */
interface Rejected {
  readonly kind: "rejected";
  /** Wall ms up to which the same content gets the same no. */
  readonly until: number;
  /** Its number must not be used again: every content gets that no. */
  readonly closed?: boolean;
  /** Of one that was provisional: the number under which the platform had taken it in. */
  readonly reference?: string | null;
  /** Of one that was provisional. */
  readonly verdict?: VerdictHow;
  /** The reason of whoever decided it by hand. */
  readonly why?: string;
}

/** What became of the items of an accepted batch. */
export interface ItemCounts {
  readonly accepted: number;
  readonly rejected: number;
  /** Certainly not executed. */
  readonly unsent: number;
  /** Wall ms up to which the refused ones get the same no; 0: none was refused. */
  readonly until: number;
}

/** The platform has taken it in, and its verdict is to come. */
export interface Provisional {
  readonly kind: "provisional";
  readonly how: AcceptedHow;
  /** As of an accepted one. */
  readonly items?: ItemCounts;
  /** The number under which the platform has taken it in, where the route says where it stands. */
  readonly reference: string | null;
  /** Wall ms after which it counts as accepted. */
  readonly until: number;
  /** True where it was accepted for later delivery: its webhook hears of the verdict too. */
  readonly deferred?: boolean;
}

/** A request as it is sent, kept so that it can be sent by us. */
export interface StoredRequest {
  readonly method: string;
  /** Canonical path and query. */
  readonly target: string;
  /** End-to-end fields without Host. They hold credentials: they go once the outcome is known. */
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** An answer as it is replayed. */
export interface StoredAnswer {
  readonly status: number;
  /** The fields that a replay carries, in their order. */
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What is known of a submission from the start, and never changes. */
export interface EntryFacts {
  /** {@link entryId}: site, operation, scope and key in 32 hexadecimal digits. */
  readonly id: string;
  /** From 1; the next one follows a final no, or a release. */
  readonly revision: number;
  readonly site: string;
  readonly route: string;
  /** The values of the key's extractors. */
  readonly key: readonly string[];
  /** The values of the scope's. */
  readonly scope: readonly string[];
  readonly taxpayer: string | null;
  /** Home region, to which it is sent. */
  readonly region: string;
  /** Who sent it first. */
  readonly principal: string | null;
  /** Submissions of one lane are sent one at a time, in order; null: by itself. */
  readonly lane: string | null;
  /** Digest of the content, 32 hexadecimal digits. */
  readonly fingerprint: string;
  /** Hash of the route's `submission` that it was claimed under. */
  readonly profile: string;
}

/** One revision of a submission. */
export interface Entry extends EntryFacts {
  /** Its place in the order of claims; unique. */
  readonly sequence: number;
  readonly state: EntryState;
  /** Raised whenever somebody takes it over; a change names the one it was made under. */
  readonly fence: number;
  /** Who works on it; means something while it is sending or being resolved. */
  readonly owner: string;
  /** Attempts that may have reached the platform. */
  readonly attempts: number;
  /** Endpoint of the last one; empty: none yet. */
  readonly endpoint: string;
  /** Wall ms. */
  readonly createdAt: number;
  /** Wall ms of the last change. */
  readonly updatedAt: number;
  /** The answer to replay; null while there is none, and after its retention. */
  readonly answer: StoredAnswer | null;
}
