import type { AcceptedHow, DoubtCause, StateName, VerdictHow } from "../journal/entry.ts";
import type { ByHandOrder, ByHandRefusal } from "../journal/by-hand.ts";
import type { DifferenceKind, Reconciled, Span } from "../journal/reconcile.ts";
import type { Filter, Verification } from "../journal/store.ts";

/** An entry as the API shows it: what its state says stands beside it, null where it says nothing. Times are RFC 3339. */
export interface EntryView {
  readonly id: string;
  readonly revision: number;
  /** Its place in the order of claims: the `after` of what follows. */
  readonly sequence: number;
  readonly site: string;
  readonly route: string;
  readonly region: string;
  readonly taxpayer: string | null;
  /** Who sent it first; of one that is known by a header only the header's name. */
  readonly principal: string | null;
  readonly key: readonly string[];
  readonly scope: readonly string[];
  readonly lane: string | null;
  readonly state: StateName;
  readonly why: string | null;
  readonly cause: DoubtCause | null;
  readonly how: AcceptedHow | null;
  /** The platform's own number: of one that awaits, or has had, its verdict that under which it was taken in. */
  readonly reference: string | null;
  /** The final number, which the verdict gave. */
  readonly number: string | null;
  /** How the verdict came to be known; null where there was none to come. */
  readonly verdict: VerdictHow | null;
  /** When its time in this state ends. */
  readonly until: string | null;
  readonly attempts: number;
  /** Of the last attempt; empty: none yet. */
  readonly endpoint: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly ageSeconds: number;
  readonly fingerprint: string;
  /** Hash of the route's `submission` that it was claimed under. */
  readonly profile: string;
  /** Of a batch, in its order; only where they are asked for. */
  readonly items?: readonly ItemView[];
}

/** A body, as text where it is UTF-8. */
export interface BodyView {
  readonly bytes: number;
  readonly text: string | null;
  readonly base64: string | null;
  /** True where it is too large to be shown whole. */
  readonly cut: boolean;
}

/** One revision with what is kept beside it. Nothing of the request's head is shown but method and path: it holds credentials. */
export interface EntryDetail extends EntryView {
  readonly answer: { readonly status: number; readonly headers: readonly { readonly name: string; readonly value: string }[]; readonly body: BodyView } | null;
  readonly request: { readonly method: string; readonly path: string; readonly body: BodyView } | null;
  /** Of a batch, in its order, at most 1,000; none of anything else. */
  readonly items: readonly ItemView[];
  /** How many there are. */
  readonly itemCount: number;
}

/** An item of a batch. */
export interface ItemView {
  readonly id: string;
  readonly key: readonly string[];
  /** What became of it; of one that shares its batch's fate the state of that. */
  readonly outcome: StateName;
  /** The platform's own number of it. */
  readonly reference: string | null;
  /** Up to when the same content gets the same no; null where it was not refused. */
  readonly until: string | null;
  readonly fingerprint: string;
}

/** Some entries in the order of claims; `next` is the `after` of the page that follows, null at the end. */
export interface EntriesView {
  readonly entries: readonly EntryView[];
  readonly next: number | null;
}

/** The journal in numbers. */
export interface JournalStatsView {
  readonly states: Readonly<Record<StateName, number>>;
  /** RFC 3339; null where none is open. */
  readonly oldestOpenAt: string | null;
  readonly oldestOpenSeconds: number;
  /** Of those that await the platform's verdict; 0 where none does. */
  readonly oldestProvisionalSeconds: number;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Under way in this process, those in doubt among them. */
  readonly underWay: number;
  readonly resolving: number;
  readonly queued: number;
  /** Outcomes that are known and could not be written yet. */
  readonly unwritten: number;
  /** Why the journal cannot be written; null where it can. */
  readonly fault: string | null;
}

/** What became of a decision by hand. */
export type DecisionView = { readonly result: "done"; readonly entry: EntryView } | { readonly result: "refused"; readonly refusal: ByHandRefusal; readonly why: string };

/** A piece of a span compared with the platform. */
export interface ReconcileView extends Omit<Reconciled, "differences"> {
  readonly differences: readonly { readonly kind: DifferenceKind; readonly entry: EntryView; /** The platform's. */ readonly reference: string | null; readonly why: string }[];
}

/** What became of a backup. */
export type BackupView = { readonly result: "done"; /** Absolute. */ readonly file: string; readonly bytes: number } | { readonly result: "refused"; readonly why: string };

/** What was asked for, or why there is none: no route has a journal, or the journal cannot be read or written. */
export type Kept<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly kind: "none" | "fault"; readonly why: string };

/** Views of the journal and actions on it, handed in by the app. */
export interface JournalViews {
  /** Wall ms. */
  now(): number;
  list(filter: Filter, limit: number, withItems?: boolean): Promise<Kept<EntriesView>>;
  /** All revisions, the oldest first; none where the id is not known. */
  show(id: string): Promise<Kept<readonly EntryDetail[]>>;
  stats(): Promise<Kept<JournalStatsView>>;
  decide(order: ByHandOrder): Promise<Kept<DecisionView>>;
  verify(): Promise<Kept<Verification>>;
  reconcile(span: Span): Promise<Kept<ReconcileView>>;
  /** `name` is that of a file, never a path; null: one made of the time. */
  backup(name: string | null): Promise<Kept<BackupView>>;
}
