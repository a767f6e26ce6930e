import type { Entry, StateName } from "./entry.ts";

/** What a try may do, by what is known of its key. */
export type Standing =
  /** Opens this revision; `closes` is an entry that must be released first, because nothing of it was sent. */
  | { readonly kind: "open"; readonly revision: number; readonly closes: Entry | null }
  /** Takes over an entry that was certainly not executed, and sends it. */
  | { readonly kind: "take"; readonly entry: Entry }
  /** Gets the answer that is kept. */
  | { readonly kind: "replay"; readonly entry: Entry }
  /** Waits for the outcome. */
  | { readonly kind: "wait"; readonly entry: Entry }
  /** Is told where it stands: a person decides, it will be delivered, or it was given up. */
  | { readonly kind: "told"; readonly entry: Entry }
  /** Is refused: another content has, or may have, this key. */
  | { readonly kind: "conflict"; readonly entry: Entry };

/** Nothing stands in the platform's books under the key; a final no holds for its time only. */
const NOTHING_ISSUED: ReadonlySet<StateName> = new Set(["rejected", "released", "unsent"]);

/**
 * Decides about a try. `entries` are all revisions of its key, the oldest first, at least one; `wall` is the time in ms.
 * A pure function: the whole of "exactly once" on the caller's side.
 */
export function decide(entries: readonly Entry[], fingerprint: string, wall: number): Standing {
  const newest = entries.at(-1) as Entry;
  const { state } = newest;
  if (state.kind === "rejected" && state.closed === true) return { kind: "replay", entry: newest };
  const next = { kind: "open", revision: newest.revision + 1, closes: null } as const;
  if (newest.fingerprint === fingerprint) {
    switch (state.kind) {
      case "sending":
      case "in-doubt":
        return { kind: "wait", entry: newest };
      case "unsent":
        return { kind: "take", entry: newest };
      case "queued":
      case "held":
      case "expired":
        return { kind: "told", entry: newest };
      case "accepted":
      case "provisional":
        return { kind: "replay", entry: newest };
      case "rejected":
        return wall < state.until ? { kind: "replay", entry: newest } : next;
      case "released":
        return next;
    }
  }
  // The uncorrected content comes back after the corrected one: it still gets the old no.
  const older = entries.findLast((entry) => entry.fingerprint === fingerprint && entry.state.kind === "rejected");
  if (older !== undefined && (!NOTHING_ISSUED.has(state.kind) || wall < untilOf(older))) return { kind: "replay", entry: older };
  switch (state.kind) {
    case "rejected":
    case "released":
      return next;
    case "unsent":
      return { ...next, closes: newest };
    default:
      return { kind: "conflict", entry: newest };
  }
}

function untilOf({ state }: Entry): number {
  return state.kind === "rejected" ? state.until : 0;
}
