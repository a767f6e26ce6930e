import type { Clock } from "../base/clock.ts";
import { createPacer, type Pacer } from "../base/pacer.ts";
import { headerValue, withoutFields } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { CallControl } from "../upstream/call.ts";
import { attempt, type Attempted, type Decode } from "./attempt.ts";
import type { EntryFacts, StoredAnswer, StoredRequest } from "./entry.ts";
import type { QueryAnswer, QueryStep, Sight } from "./plan.ts";
import type { SubmissionPolicy } from "./policy.ts";
import type { Store } from "./store.ts";
import type { Ways } from "./way.ts";

/*
 * Questions to the platform about a submission. Every one passes the same gate as a submission, and all of a route keep
 * one pace together, whoever asks.
 */

/** What asking needs from outside. */
export interface QuestionsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly ways: Ways;
  readonly decode: Decode;
}

/** What is asked about. */
export interface Subject {
  readonly policy: SubmissionPolicy;
  readonly facts: EntryFacts;
}

/** What a question showed. */
export interface Asked {
  readonly sight: Sight;
  /** Monotonic ms at which it was asked: what came later cannot be seen in it. */
  readonly askedAt: number;
  /** The platform's whole answer, as it came and as it is read; null where there was none. */
  readonly seen: { readonly answer: StoredAnswer; readonly read: QueryAnswer } | null;
  /** Why there was none; empty where there was one. */
  readonly why: string;
  /** False where the question did not leave: that says nothing about the platform. */
  readonly left: boolean;
  /** False where it never can: a value is missing, or would be another one where it goes. */
  readonly canBePut: boolean;
}

/** How a question differs from the resolver's. */
export interface Manner {
  /** Fields in place of the submission's, lower-case names: its credentials may be gone or too old. */
  readonly headers?: Headers;
  /** Bound in ms on one question; 30 s unless told. */
  readonly within?: number;
}

/** Asks the platform. */
export interface Questions {
  /** Waits for the next slot in the pace of a route; those for whom somebody waits come first. */
  slot(policy: SubmissionPolicy, urgent: boolean): Promise<void>;
  /** Makes one request within a bound in ms; null where no way leads to the region. */
  send(subject: Subject, request: StoredRequest, routeClass: "submit" | "poll", within?: number): Promise<Attempted | null>;
  /** Asks one question of a plan, once. */
  ask(subject: Subject, step: QueryStep, manner?: Manner): Promise<Asked>;
}

/** A question is answered within this time, in ms, or counts as unanswered. */
const QUERY_MS = 30_000;
const NOTHING = new Uint8Array(0);
/** About the body of the submission, which a question does not have. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set(["content-type", "content-encoding", "content-language", "content-length", "content-md5", "digest", "content-digest", "repr-digest", "idempotency-key", "soapaction"]);

/** See the top of this file. */
export function createQuestions({ clock, store, ways, decode }: QuestionsEnv): Questions {
  const pacers = new Map<string, Pacer>();

  async function send({ policy, facts }: Subject, request: StoredRequest, routeClass: "submit" | "poll", within: number = QUERY_MS): Promise<Attempted | null> {
    const way = ways(facts.site, facts.route);
    const region = way?.region(facts.region) ?? null;
    if (way === null || region === null) return null;
    const control: CallControl = { abort: null };
    const timeout = Math.min(within, region.responseTimeout);
    const bound = clock.after(within, () => control.abort?.("total-timeout"));
    try {
      return await attempt(request, { region, routeClass, timeout, fresh: way.fresh && routeClass === "submit", avoid: null, control }, policy.judge, decode);
    } finally {
      bound.cancel();
    }
  }

  return {
    send,
    slot({ site, route, options: { resolvePace } }, urgent) {
      const key = JSON.stringify([site, route, resolvePace.count, resolvePace.per]);
      const known = pacers.get(key) ?? createPacer(resolvePace, clock);
      pacers.set(key, known);
      return known.slot(urgent);
    },
    async ask(subject, step, { headers = [], within } = {}) {
      const { facts } = subject;
      const asked = step.request(facts);
      if (asked === null) return { sight: "unknown", askedAt: clock.now(), seen: null, why: "the question cannot be put for this number", left: false, canBePut: false };
      const stored = await store.request(facts.id, facts.revision).catch(() => null);
      const base = merged(stored?.headers ?? [], headers);
      const request: StoredRequest = { method: asked.method, target: asked.target, headers: merged(base, asked.headers), body: asked.body ?? NOTHING };
      const askedAt = clock.now();
      const answered = await send(subject, request, "poll", within);
      if (answered?.kind !== "judged") return { sight: "unknown", askedAt, seen: null, why: whyNothing(answered, facts), left: answered?.kind === "lost", canBePut: true };
      const { answer, plain } = answered;
      const read: QueryAnswer = { status: answer.status, headers: answer.headers, contentType: headerValue(answer.headers, "content-type"), body: plain };
      return { sight: step.look(read, facts), askedAt, seen: { answer, read }, why: "", left: true, canBePut: true };
    },
  };
}

function whyNothing(answered: Exclude<Attempted, { kind: "judged" }> | null, { region }: EntryFacts): string {
  if (answered === null) return `no way leads to region '${region}'`;
  return answered.kind === "lost" ? answered.why : `not asked: ${answered.result.cause}`;
}

/** The submission's fields, credentials among them, with the question's own (lower-case names) in their place. */
function merged(base: Headers, own: Headers): string[] {
  const names = new Set(own.filter((_, index) => index % 2 === 0));
  return [...withoutFields(base, { has: (name) => names.has(name) || ABOUT_THE_BODY.has(name) }), ...own];
}
