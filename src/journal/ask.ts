import type { Clock, Timer } from "../base/clock.ts";
import { fairLane } from "../base/fair-lane.ts";
import { createPacer, type Pacer } from "../base/pacer.ts";
import { headerValue, withoutFields } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { CallControl } from "../upstream/call.ts";
import { attempt, type Attempted, type Decode } from "./attempt.ts";
import type { EntryFacts, StoredAnswer, StoredRequest } from "./entry.ts";
import { isNearUs } from "./place-values.ts";
import { readList } from "./read-list.ts";
import type { QueryAnswer, QueryRequest, QueryStep, Sight } from "./plan.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { FORGOTTEN, type Recalled } from "./recalled.ts";
import { readReference } from "./reference.ts";
import { createSharedQuestions, type Brought } from "./shared-questions.ts";
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
  /** The platform's whole answer as it came, and what of it is read: in a list that shows the submission, its part. Null where there was none. */
  readonly seen: Seen | null;
  /** What the submission says beside its key. */
  readonly recalled: Recalled;
  /** Why there was none; empty where there was one. */
  readonly why: string;
  /** False where the question did not leave: that says nothing about the platform. */
  readonly left: boolean;
  /** False where it never can: a value is missing, or would be another one where it goes. */
  readonly canBePut: boolean;
}

/** See {@link Asked}. */
export interface Seen {
  readonly answer: StoredAnswer;
  readonly read: QueryAnswer;
}

/** How a question differs from the resolver's. */
export interface Manner {
  /** Fields in place of the submission's, lower-case names: its credentials may be gone or too old. */
  readonly headers?: Headers;
  /** Bound in ms on one question; 30 s unless told. */
  readonly within?: number;
  /** The submission's request, where it is at hand; it is read anew unless. */
  readonly stored?: StoredRequest | null;
  /** Whether somebody waits for it: those come first. */
  readonly urgent?: boolean;
  /** Called where the platform does not let a question with `headers` in. */
  readonly refused?: () => void;
  /** Whether its answer is not wanted any more. */
  readonly isOver?: () => boolean;
}

/** Asks the platform. */
export interface Questions {
  /** Waits for the next slot in the pace of a route; those for whom somebody waits come first. */
  slot(policy: SubmissionPolicy, urgent: boolean): Promise<void>;
  /** Makes one request within a bound in ms from its turn on, for which it waits at most `patience`; null where no way leads to the region. */
  send(subject: Subject, request: StoredRequest, routeClass: "submit" | "poll", bounds?: { readonly within?: number | undefined; readonly left?: (() => void) | undefined; readonly patience?: number }): Promise<Attempted | null>;
  /** Asks one question of a plan, once, in the pace of the route; the same one of somebody else is shared while it waits for its turn. */
  ask(subject: Subject, step: QueryStep, manner?: Manner): Promise<Asked>;
}

/** A question is answered within this time, in ms, or counts as unanswered. */
const QUERY_MS = 30_000;
const NOTHING = new Uint8Array(0);
const NONE: ReadonlySet<string> = new Set();
/** The same credentials get the same answer. */
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403, 407]);
/** About the body of the submission, which a question does not have. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set(["content-type", "content-encoding", "content-language", "content-length", "content-md5", "digest", "content-digest", "repr-digest", "idempotency-key", "soapaction"]);

/** See the top of this file. */
export function createQuestions({ clock, store, ways, decode }: QuestionsEnv): Questions {
  const pacers = new Map<string, Pacer>();

  const shared = createSharedQuestions<Put>(clock);

  async function send({ policy, facts }: Subject, request: StoredRequest, routeClass: "submit" | "poll", { within = QUERY_MS, left, patience = within }: Parameters<Questions["send"]>[3] = {}): Promise<Attempted | null> {
    const way = ways(facts.site, facts.route);
    const region = way?.region(facts.region) ?? null;
    if (way === null || region === null) return null;
    const control: CallControl = { abort: null };
    const timeout = Math.min(within, region.responseTimeout);
    // Its own time begins with its turn.
    let bound: Timer | null = null;
    let begunAt = clock.now();
    const granted = (): void => {
      begunAt = clock.now();
      bound = clock.after(within, () => control.abort?.("total-timeout"));
      left?.();
    };
    const pace = way.paced(routeClass, request, facts, { patience: () => patience, granted });
    if (pace === null) granted();
    try {
      return await attempt(request, { region, routeClass, timeout, fresh: way.fresh && routeClass === "submit", avoid: null, control, pace, kind: `${facts.route}?`, lane: fairLane(facts.taxpayer, facts.principal, null), deadline: () => begunAt + within }, policy.judge, decode);
    } finally {
      (bound as Timer | null)?.cancel();
    }
  }

  function slot({ site, route, options: { resolvePace } }: SubmissionPolicy, urgent: boolean): Promise<void> {
    const key = JSON.stringify([site, route, resolvePace.count, resolvePace.per]);
    const known = pacers.get(key) ?? createPacer(resolvePace, clock);
    pacers.set(key, known);
    return known.slot(urgent);
  }

  /** One question, answered or not, that nobody shares. */
  async function put(subject: Subject, request: StoredRequest, within?: number, left?: () => void): Promise<Put> {
    const answered = await send(subject, request, "poll", { within, left });
    if (answered?.kind !== "judged") return answered;
    const { answer, plain } = answered;
    return { answer, read: { status: answer.status, headers: answer.headers, contentType: headerValue(answer.headers, "content-type"), body: plain } };
  }

  /** The same, in the pace of the route and together with others. */
  function share(subject: Subject, request: StoredRequest, { within, urgent = false, isOver }: Manner): Promise<Brought<Put>> {
    return shared.put(questionText(subject, request, within), { urgent, isWanted: () => isOver?.() !== true }, async ({ isWanted, slotted, left }) => {
      await slot(subject.policy, urgent);
      slotted();
      return isWanted() ? put(subject, request, within, left) : "unwanted";
    });
  }

  /** What came since a time of ours is another list by a clock that is far from ours. */
  const isElsewhen = ({ isTimed }: QueryStep, { answer }: Seen): boolean => isTimed && !isNearUs(answer.headers, clock.wall());

  return {
    send,
    slot,
    async ask(subject, step, manner = {}) {
      const { facts, policy } = subject;
      const stored = manner.stored !== undefined ? manner.stored : await store.request(facts.id, facts.revision).catch(() => "unread" as const);
      const kept = stored === "unread" ? null : stored;
      const recalled = kept === null ? FORGOTTEN : (policy.recall?.(kept) ?? FORGOTTEN);
      const asked = step.request({ ...facts, askedAt: clock.wall() }, recalled);
      const nothing = { sight: "unknown", askedAt: clock.now(), seen: null, recalled } as const;
      if (asked === null && policy.recall !== null && stored === "unread") return { ...nothing, why: "the journal cannot be read", left: false, canBePut: true };
      if (asked === null) return { ...nothing, why: "the question cannot be put for this number", left: false, canBePut: false };
      const base = merged(kept?.headers ?? [], manner.headers ?? []);
      const { answer: first, leftAt: askedAt } = await share(subject, requestOf(asked, base), manner);
      if (!isSeen(first)) return { ...nothing, askedAt, why: whyNothing(first, facts), left: first !== "unwanted" && first?.kind === "lost", canBePut: true };
      if (NOT_LET_IN.has(first.answer.status)) manner.refused?.();
      const known = { askedAt, recalled, why: "", left: true, canBePut: true };
      const former = await formerOf(facts, store);
      const isFormer = (answer: QueryAnswer): boolean => former.size > 0 && former.has(readReference(step.reference ?? policy.reference, answer) ?? "");
      if (step.list === null) {
        const shown = step.look(first.read, facts, recalled);
        const looked = shown === "found" && isFormer(first.read) ? "another" : shown;
        const sight = looked === "absent" && isElsewhen(step, first) ? "unknown" : looked;
        if (sight === "unknown" && asked.prompt !== undefined) await put(subject, requestOf(asked.prompt, base), manner.within);
        return { ...known, sight, seen: first };
      }
      const turn = async (request: QueryRequest): Promise<Seen | null> => {
        const { answer: page } = await share(subject, requestOf(request, base), manner);
        return isSeen(page) ? page : null;
      };
      const { sight, seen } = await readList(step.list, { facts, recalled, isFormer, asked, first, turn });
      return { ...known, seen, sight: sight === "absent" && isElsewhen(step, seen) ? "unknown" : sight };
    },
  };
}

/** The numbers that the platform gave to revisions that it refused: what stands under one of them is not this content. */
async function formerOf({ id, revision }: EntryFacts, store: Store): Promise<ReadonlySet<string>> {
  if (revision === 1) return NONE;
  const entries = await store.read(id).catch(() => []);
  return new Set(entries.flatMap(({ revision: each, state }) => (each < revision && "reference" in state && typeof state.reference === "string" ? [state.reference] : [])));
}

/** What a question brought: an answer, or why there is none. */
type Put = Seen | Exclude<Attempted, { kind: "judged" }> | "unwanted" | null;

function isSeen(put: Put): put is Seen {
  return put !== null && typeof put === "object" && !("kind" in put);
}

function requestOf({ method, target, headers, body }: QueryRequest, base: Headers): StoredRequest {
  return { method, target, headers: merged(base, headers), body: body ?? NOTHING };
}

/** What makes two questions the same: every byte of them, their credentials among them, and whose counters they count in. */
function questionText({ facts: { site, route, region, taxpayer } }: Subject, { method, target, headers, body }: StoredRequest, within: number | undefined): string {
  return JSON.stringify([site, route, region, taxpayer, within ?? 0, method, target, headers, Buffer.from(body).toString("base64")]);
}

function whyNothing(answered: Exclude<Put, Seen>, { region }: EntryFacts): string {
  if (answered === "unwanted") return "not asked: nobody wants to know it any more";
  if (answered === null) return `no way leads to region '${region}'`;
  return answered.kind === "lost" ? answered.why : `not asked: ${answered.result.cause}`;
}

/** The submission's fields, credentials among them, with the question's own (lower-case names) in their place. */
export function merged(base: Headers, own: Headers): string[] {
  const names = new Set(own.filter((_, index) => index % 2 === 0));
  return [...withoutFields(base, { has: (name) => names.has(name) || ABOUT_THE_BODY.has(name) }), ...own];
}
