import type { EntryView } from "../admin/journal-views.ts";
import { printable, secondsText } from "./amounts.ts";
import type { Paint } from "./paint.ts";

/** States that a person or the resolver still has to do with. */
const WORRYING = new Set<EntryView["state"]>(["held", "in-doubt", "unsent", "expired"]);

/** A state, marked by whether somebody has to look at it. */
export function stateText(state: EntryView["state"], paint: Paint): string {
  if (state === "accepted") return paint.good(state);
  return WORRYING.has(state) ? paint.bad(state) : state;
}

/** What a state has to say for itself, safe on a terminal. */
export function wordsOf({ state, why, cause, how, reference, until }: EntryView): string {
  const parts = [
    ...(reference === null ? [] : [`number ${reference}`]),
    ...(how === null ? [] : [how]),
    ...(cause === null ? [] : [cause]),
    ...(why === null ? [] : [why]),
    ...(until === null ? [] : [`${state === "held" ? "to be decided by" : "until"} ${until}`]),
  ];
  return printable(parts.join(", "));
}

/** Values of a key as a person reads them. */
export function keyText(values: readonly string[]): string {
  return printable(values.join(", "));
}

/** The age of an entry in words. */
export function ageText({ ageSeconds }: EntryView): string {
  return secondsText(ageSeconds);
}
