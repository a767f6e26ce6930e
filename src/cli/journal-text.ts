import type { EntryView } from "../admin/journal-views.ts";
import { printable, secondsText } from "./amounts.ts";
import type { Paint } from "./paint.ts";

/** What the end of a state's time means. */
const UNTIL: Partial<Readonly<Record<EntryView["state"], string>>> = { held: "to be decided by", provisional: "its verdict is awaited until" };

/** States that a person or the resolver still has to do with. */
const WORRYING = new Set<EntryView["state"]>(["held", "in-doubt", "unsent", "expired"]);

/** A state, marked by whether somebody has to look at it. */
export function stateText(state: EntryView["state"], paint: Paint): string {
  if (state === "accepted") return paint.good(state);
  return WORRYING.has(state) ? paint.bad(state) : state;
}

const VERDICTS: Readonly<Record<NonNullable<EntryView["verdict"]>, string>> = { passing: "verdict learnt", asked: "verdict asked for", assumed: "no verdict in time" };

/** The number is one under which the platform took it in, and not its last word. */
function isTakenIn(state: EntryView["state"], number: string | null, verdict: EntryView["verdict"]): boolean {
  return state === "provisional" || number !== null || (verdict !== null && state === "rejected");
}

/** What a state has to say for itself, safe on a terminal. */
export function wordsOf({ state, why, cause, how, reference, number, verdict, until }: EntryView): string {
  const parts = [
    ...(number === null ? [] : [`number ${number}`]),
    ...(reference === null ? [] : [isTakenIn(state, number, verdict) ? `taken in as ${reference}` : `number ${reference}`]),
    ...(verdict === null ? [] : [VERDICTS[verdict]]),
    ...(how === null ? [] : [how]),
    ...(cause === null ? [] : [cause]),
    ...(why === null ? [] : [why]),
    ...(until === null ? [] : [`${UNTIL[state] ?? "until"} ${until}`]),
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
