import type { ErrorCode } from "../base/errors.ts";
import type { Answer } from "../http/message.ts";
import type { Ending, Flight, NoEnding } from "../journal/flight.ts";
import type { Journal } from "../journal/journal.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import { screenContent } from "./screen-content.ts";
import type { Route, Site } from "./site.ts";
import { behind, limited, told, tryLater } from "./told.ts";
import { downstreamHeaders } from "./upstream-head.ts";
import { gateRefusal, GO_ON, refuse, retryAfter, type Verdict } from "./verdict.ts";
import { voidedBy } from "./voids.ts";

/*
 * Sends a claimed submission, and waits for its outcome: no longer than the route's time, and never so that the caller's
 * going ends it.
 */

const STOPPED: ErrorCode = "content-refused";
const LIMITED: ErrorCode = "limited";

/** Sends a submission that is this exchange's, and answers with what becomes of it. */
export function submit(x: Exchange, flight: Flight, journal: Journal, around: Surroundings): Promise<Verdict> {
  x.attempts = 1;
  const ending = awaitEnding(x, flight, around);
  journal.send(flight);
  return ending;
}

/** Waits for what becomes of a submission, this exchange's or another's. */
export async function awaitEnding(x: Exchange, flight: Flight, around: Surroundings): Promise<Verdict> {
  return verdictOf(x, flight, await endingOf(x, flight, around), around);
}

/** Waits as long as the route's time lasts and the caller is there. */
export async function endingOf(x: Exchange, flight: Flight, around: Surroundings): Promise<Ending | NoEnding> {
  const { total } = (x.route as Route).options.timeouts;
  const patience = (total ?? (x.site as Site).upstream.regions.get(flight.facts.region)?.totalTimeout ?? 0) - (around.clock.now() - x.startedAt);
  const ending = await flight.wait(patience, (stop) => {
    x.onGone = stop;
    if (x.gone) stop();
  });
  x.attempts = Math.max(1, flight.attempts);
  return ending;
}

/** What an ending is for its caller. */
export function verdictOf(x: Exchange, flight: Flight, ending: Ending | NoEnding, around: Surroundings): Verdict | Promise<Verdict> {
  if (ending === "gone") {
    x.endedBy = "client";
    return refuse("client-gone", "the client went away; its submission goes on");
  }
  if (ending === "patience") return open(x, flight);
  switch (ending.kind) {
    case "answered":
      return answered(x, flight, ending, around);
    case "unsent":
      return unsent(x, flight, ending);
    case "behind":
      return behind(x, ending.head, flight.policy);
    case "told":
      return told(x, { ...ending.entry, recalled: flight.recalled }, flight.policy);
  }
}

function open(x: Exchange, flight: Flight): Verdict {
  x.endedBy = "upstream";
  const { state } = flight.entry;
  const entry = { ...flight.facts, recalled: flight.recalled };
  if (state.kind === "unsent") return tryLater(x, entry, flight.policy, state.why);
  return tryLater(x, entry, flight.policy, state.kind === "in-doubt" ? `its outcome is not known: ${state.why}` : "its outcome is not known yet");
}

function answered(x: Exchange, flight: Flight, ending: Extract<Ending, { kind: "answered" }>, around: Surroundings): Verdict | Promise<Verdict> {
  x.lastTried = { region: ending.region, endpoint: ending.endpoint };
  if (ending.how === "confirmed") x.submitted = "confirmed";
  // Fields such as Set-Cookie are for whoever was asked to send it; the others get what a replay would have.
  const fields = x.flight === null ? flight.policy.replayed(ending.answer.headers) : ending.answer.headers;
  const whole: Answer = { status: ending.answer.status, headers: fields, body: { kind: "bytes", bytes: ending.answer.body } };
  const reason = ending.executed ? "forwarded" : "not-executed";
  const seen = x.flight === null ? whole : voidedBy(x, whole, around);
  return seen instanceof Promise ? seen.then((one) => passedOn(x, one, reason)) : passedOn(x, seen, reason);
}

function passedOn(x: Exchange, { status, headers, body }: Answer, reason: string): Verdict {
  const fields = [...downstreamHeaders(x, { status, headers, body }), "Taxgate-Submission", x.submitted ?? "fresh"];
  return { kind: "answer", reason, answer: { status, headers: fields, body } };
}

function unsent(x: Exchange, flight: Flight, ending: Extract<Ending, { kind: "unsent" }>): Verdict | Promise<Verdict> {
  // Whoever joined a try that the firewall stopped is judged by what it sent itself.
  const own = x.flight === null && ending.why === STOPPED ? screenContent(x) : GO_ON;
  return own instanceof Promise ? own.then((one) => stoppedOrUnsent(x, flight, ending, one)) : stoppedOrUnsent(x, flight, ending, own);
}

function stoppedOrUnsent(x: Exchange, flight: Flight, { result, why }: Extract<Ending, { kind: "unsent" }>, own: Verdict): Verdict {
  if (own.kind !== "go-on") return own;
  const headers = ["Taxgate-Submission", x.submitted ?? "fresh"];
  if (result === null && why === LIMITED) {
    x.submitted = "refused";
    // How long is the other's to know: whoever asks again asks for himself.
    return limited(x, refuse(LIMITED, "whoever sent it first was beyond a limit; nothing was sent", [...retryAfter(1), ...headers]), flight.policy, flight.facts);
  }
  x.submitted = "unsent";
  x.reason = result?.cause ?? "unsent";
  if (result !== null && result.kind !== "refused") x.endedBy = "upstream";
  if (result?.kind === "refused") {
    const refused = gateRefusal(result, headers);
    return result.cause === "paced" ? limited(x, refused, flight.policy, flight.facts) : refused;
  }
  return refuse("unreachable", `nothing was executed: ${why}`, [...retryAfter(1), ...headers]);
}
