import type { SubmissionPolicy } from "../../../src/journal/policy.ts";
import type { Submission } from "../../../src/journal/try.ts";
import { toldAtEnd, toldAtOnce, type Told } from "./told.ts";
import { TOTAL_MS, type World } from "./world.ts";

/** One try of an order. */
export interface Try {
  readonly order: string;
  readonly content: string;
  /** Ms after which the client goes away. */
  readonly patience: number;
  /** A rule refuses it after its claim, before anything is sent. */
  readonly withdraw: boolean;
}

/** Orders of one lane are delivered in order. */
export function laneOf(order: string): string {
  return order === "B" ? "second" : "first";
}

/** A client tries. Resolves with what it hears; null where its process is away, or dies first. */
export async function tryOnce(world: World, given: Try): Promise<Told | null> {
  const { life } = world;
  const policy = world.policy();
  if (life === null || policy === null) return null;
  const submission = submissionOf(given);
  register(world, policy, given, submission);
  let stop: (() => void) | "gone" | null = null;
  const goes = world.timeline.clock.after(given.patience, () => {
    if (typeof stop === "function") stop();
    stop = "gone";
  });
  const entered = await life.journal.enter(policy, submission);
  if (!life.isAlive) return null;
  if (entered.kind !== "mine" && entered.kind !== "joined" && entered.kind !== "asked") {
    goes.cancel();
    return toldAtOnce(entered);
  }
  const { flight } = entered;
  const ending = flight.wait(TOTAL_MS, (end) => {
    if (stop === "gone") end();
    else stop = end;
  });
  if (entered.kind === "mine" && given.withdraw) await life.journal.withdraw(flight, "a rule says no");
  else if (entered.kind === "mine") life.journal.send(flight);
  const told = toldAtEnd(await ending);
  goes.cancel();
  return life.isAlive ? told : null;
}

function submissionOf({ order, content }: Try): Submission {
  const body = new TextEncoder().encode(JSON.stringify({ order, lane: laneOf(order), content }));
  const headers = ["content-type", "application/json", "authorization", "Bearer token"];
  return {
    source: { headers, pathVariables: {}, query: "", body, contentType: "application/json" },
    request: { method: "POST", target: "/api/invoices", headers, body },
    taxpayer: null, region: "r1", principal: null, changing: new Set(), entitled: null,
  };
}

function register(world: World, policy: SubmissionPolicy, { content }: Try, { source, request }: Submission): void {
  const identified = policy.identify(source, request.target);
  if (identified.kind === "identified") world.contents.set(identified.fingerprint, content);
}
