import type { ComposedBatch, Source } from "../journal/batch/claims.ts";
import type { Entry } from "../journal/entry.ts";
import type { Flight } from "../journal/flight.ts";
import type { ItemFacts } from "../journal/batch/items.ts";
import type { Journal } from "../journal/journal.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import type { Route } from "./site.ts";
import { endingOf, verdictOf } from "./submit.ts";
import { mixed, told } from "./told.ts";
import type { Verdict } from "./verdict.ts";

/*
 * Waits for all that a batch's items are parts of, and answers with one answer for the whole. While one of them is open the
 * caller gets what is said of that one; where no answer can be composed it is told which items were sent before.
 */

/** See the top of this file. What is new is sent by whoever calls. */
export async function awaitBatch(x: Exchange, batch: ComposedBatch, journal: Journal, around: Surroundings): Promise<Verdict> {
  const policy = (x.route as Route).submission as SubmissionPolicy;
  const entries: Entry[] = [];
  let complete = true;
  for (const source of [...(batch.fresh === null ? [] : [batch.fresh]), ...batch.known]) {
    const ended = await endOf(x, source, policy, around);
    if ("verdict" in ended) return ended.verdict;
    entries.push(ended.entry);
    complete &&= ended.entry.state.kind === "accepted" || ended.entry.state.kind === "provisional";
  }
  const answer = complete ? await journal.compose(policy, batch.items, entries) : null;
  if (answer === null) return tellMixed(x, batch.items, policy, journal);
  x.submitted = "composed";
  return { kind: "answer", reason: "composed", answer: { status: answer.status, headers: [...answer.headers, "X-Request-Id", x.id, "Taxgate-Submission", "composed"], body: { kind: "bytes", bytes: answer.body } } };
}

/** The entry once its outcome is known, or what the caller gets because it is not. */
async function endOf(x: Exchange, source: Source, policy: SubmissionPolicy, around: Surroundings): Promise<{ readonly entry: Entry } | { readonly verdict: Verdict }> {
  if (!("flight" in source)) return isKnown(source.entry) ? { entry: source.entry } : { verdict: told(x, source.entry, policy) };
  const { flight } = source;
  const ending = await endingOf(x, flight, around);
  const hasAnswer = typeof ending !== "string" && (ending.kind === "told" ? isKnown(ending.entry) : ending.kind === "answered" && ending.executed);
  return hasAnswer ? { entry: flight.entry } : { verdict: await verdictOf(x, flight, ending, around) };
}

/** Nothing more will become of it as it is, whether there is an answer or not. */
function isKnown({ state: { kind } }: Entry): boolean {
  return kind === "accepted" || kind === "provisional" || kind === "rejected" || kind === "released";
}

/** Sends what is new of a batch, and answers for the whole. */
export function submitRest(x: Exchange, batch: ComposedBatch, flight: Flight, journal: Journal, around: Surroundings): Promise<Verdict> {
  x.attempts = 1;
  const ending = awaitBatch(x, batch, journal, around);
  journal.send(flight);
  return ending;
}

/** Tells which items of a batch were sent before, and what became of them. */
export async function tellMixed(x: Exchange, items: readonly ItemFacts[], policy: SubmissionPolicy, journal: Journal): Promise<Verdict> {
  const { told: known, of } = await journal.known(items);
  return mixed(x, known, items.length, policy, of);
}
