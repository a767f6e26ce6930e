import type { EntryState, Provisional, VerdictHow } from "../entry.ts";

/** The platform's verdict on what it had taken in. */
export interface Ruling {
  readonly verdict: "accepted" | "rejected" | "unsent";
  /** The platform's final number, where the answer holds one. */
  readonly number: string | null;
  readonly by: VerdictHow;
}

/** How long a no holds, in ms, where what its entry was claimed under is not known any more; the default of `rejectedFor`. */
export const REJECTED_FOR_MS = 600_000;

/** Where a provisional entry stands after its verdict. The number under which it was taken in stays beside the final one. */
export function stateAfter({ how, reference, items }: Provisional, { verdict, number, by }: Ruling, rejectedUntil: number): EntryState {
  switch (verdict) {
    case "accepted":
      return { kind: "accepted", how, reference, number, verdict: by, ...(items === undefined || items.rejected + items.unsent === 0 ? {} : { items }) };
    case "rejected":
      return { kind: "rejected", until: rejectedUntil, reference, verdict: by };
    case "unsent":
      // Of some of its items it said otherwise before.
      if (items !== undefined) return { kind: "held", why: "the platform said of some items what became of them, and of the batch that it was not executed", until: rejectedUntil };
      return { kind: "unsent", why: "the platform took it in, and did not execute it" };
  }
}
