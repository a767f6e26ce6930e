import type { Entered } from "../../../src/journal/claims.ts";
import type { Entry, StoredAnswer } from "../../../src/journal/entry.ts";
import type { Ending, NoEnding } from "../../../src/journal/flight.ts";

/** What a client makes of what it gets; the pipeline's rules, without its words. */
export type Told =
  | { readonly kind: "success" | "refused"; readonly status: number; readonly text: string; readonly number: string | null; readonly replayed: boolean }
  /** Nothing was executed, and it may come again. */
  | { readonly kind: "not-executed" }
  | { readonly kind: "conflict" | "deferred" | "held" | "later" | "expired" | "unavailable" }
  /** An outcome that has no answer to show. */
  | { readonly kind: "known"; readonly state: "accepted" | "rejected" }
  | { readonly kind: "nothing" };

/** What a try is told at once. */
export function toldAtOnce(entered: Exclude<Entered, { kind: "mine" | "joined" }>): Told {
  switch (entered.kind) {
    case "replay":
    case "told":
      return toldOf(entered.entry);
    case "conflict":
      return { kind: "conflict" };
    // Another one of its lane is held: nothing of this one is claimed.
    case "behind":
    case "overloaded":
      return { kind: "later" };
    case "unavailable":
      return { kind: "unavailable" };
    default:
      throw new Error(`entering: '${entered.kind}' cannot be`);
  }
}

/** What those who waited are told. */
export function toldAtEnd(ending: Ending | NoEnding): Told {
  if (ending === "gone") return { kind: "nothing" };
  if (ending === "patience") return { kind: "later" };
  switch (ending.kind) {
    case "answered":
      return ending.executed ? answer(ending.answer, false) : { kind: "not-executed" };
    case "unsent":
      return { kind: "not-executed" };
    case "behind":
      return { kind: "later" };
    case "told":
      return toldOf(ending.entry);
  }
}

function toldOf({ state, answer: kept }: Entry): Told {
  switch (state.kind) {
    case "provisional":
    case "accepted":
    case "rejected":
      return kept === null ? { kind: "known", state: state.kind === "rejected" ? "rejected" : "accepted" } : answer(kept, true);
    case "queued":
      return { kind: "deferred" };
    case "held":
    case "expired":
      return { kind: state.kind };
    default:
      return { kind: "later" };
  }
}

function answer({ status, body }: StoredAnswer, replayed: boolean): Told {
  const text = new TextDecoder().decode(body);
  const { code, number } = read(text);
  const refused = code === 4001 || code === 6656;
  return { kind: refused ? "refused" : "success", status, text, number: number ?? null, replayed };
}

/** A page is no answer of the platform's, whatever it was taken for. */
function read(text: string): { readonly code?: number; readonly number?: string } {
  try {
    return JSON.parse(text) as { readonly code?: number; readonly number?: string };
  } catch {
    return {};
  }
}
