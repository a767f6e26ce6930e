import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { KeyLookUp } from "../base/secret-keys.ts";
import type { Headers } from "../http/message.ts";
import { createQuestions } from "./ask.ts";
import type { Decode } from "./attempt.ts";
import { knownItems, type KnownItems } from "./batch/known.ts";
import { composeFrom } from "./batch/compose.ts";
import { decideByHand, type ByHandOrder, type ByHandResult } from "./by-hand.ts";
import { Claims, type Entered } from "./claims.ts";
import { Deferred } from "./deferred.ts";
import type { Entry, StoredAnswer } from "./entry.ts";
import type { ItemFacts } from "./batch/items.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import { Flights } from "./flights.ts";
import { Lanes } from "./lanes.ts";
import type { Post } from "./notices.ts";
import type { Passing } from "./verdicts/learn.ts";
import { createLearning, type Learning } from "./verdicts/learning.ts";
import { compileLearns, type LearnRules } from "./verdicts/rules.ts";
import { createNewestCredentials, type Passer } from "./newest-credentials.ts";
import { Outcomes } from "./outcomes.ts";
import { compilePolicy, type SubmissionPolicy } from "./policy.ts";
import { reconcile, type Reconciled, type Span } from "./reconcile.ts";
import type { LearnOptions, SubmissionOptions } from "./options.ts";
import { createRecovery, type Recovery } from "./recovery.ts";
import { Resolver } from "./resolver.ts";
import type { Store } from "./store.ts";
import type { Submission } from "./try.ts";
import { createUnsettled } from "./unsettled.ts";
import type { Ways } from "./way.ts";

/** What the journal needs from outside. */
export interface JournalEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly ways: Ways;
  readonly decode: Decode;
  readonly events: JournalEvents;
  /** Sends a notice to a webhook. */
  readonly post: Post;
  /** Wall ms up to which keys that the journal does not know are asked for before they are sent; 0: they are new. */
  readonly distrustUntil: number;
}

/** The journal in numbers. */
export interface JournalStats {
  /** Submissions under way in this process. */
  readonly flights: number;
  /** Of those, with an attempt under way. */
  readonly sending: number;
  /** Of those, in doubt and being resolved. */
  readonly resolving: number;
  /** Outcomes that are known and could not be written yet. */
  readonly unsettled: number;
  /** Accepted for later delivery. */
  readonly queued: number;
  /** Known in memory to await the platform's verdict. */
  readonly provisional: number;
  /** 1 where more await it than are known in memory, else 0: answers that pass by do not find those. */
  readonly unheard: number;
}

/** Exactly-once: claims, joins, replays, conflicts, doubts, deferred delivery. */
export interface Journal {
  /** `keys` are the site's, `path` is the pattern of the route's path. */
  compile(options: SubmissionOptions, place: { readonly site: string; readonly route: string; readonly keys?: KeyLookUp; readonly path?: string }): SubmissionPolicy;
  /** Compiles a route's `learns`. */
  compileLearns(rules: readonly LearnOptions[], keys?: KeyLookUp): LearnRules;
  /** Learns what an answer tells about submissions, which change in the background; see verdicts/learn.ts. */
  overhear(rules: LearnRules, passing: Passing): void;
  /** The platform let a request in, on any route: its fields may be used for questions about doubts; see newest-credentials.ts. */
  letIn(who: Passer, headers: () => Headers): void;
  /** See {@link Claims.enter}. */
  enter(policy: SubmissionPolicy, submission: Submission): Promise<Entered>;
  /** Which items of a batch are known, and what became of them. Rejects with a StoreFault. */
  known(items: readonly ItemFacts[]): Promise<KnownItems>;
  /** Composes the answer about a batch of what these entries have of it; null where it cannot be. Rejects with a StoreFault. */
  compose(policy: SubmissionPolicy, items: readonly ItemFacts[], entries: readonly Entry[]): Promise<StoredAnswer | null>;
  /** Sends what was claimed, whether anybody waits or not. Call once for each `mine`. */
  send(flight: Flight): void;
  /** Gives a claim back that is not sent after all. */
  withdraw(flight: Flight, why: string): Promise<void>;
  readonly store: Store;
  /** A person decides; see by-hand.ts. */
  decide(order: ByHandOrder): Promise<ByHandResult>;
  /** Asks the platform about the entries of a span, at the pace of their routes, and changes nothing. Rejects with a StoreFault. */
  reconcile(span: Span): Promise<Reconciled>;
  stats(): JournalStats;
  /** From now on keys that the journal does not know, or has not touched since its start, are asked for before they are sent. */
  distrust(): void;
  /** Begins with what an earlier life left open. */
  start(): void;
  stop(): Promise<void>;
}

const RESTORED = { kind: "in-doubt", cause: "restored", why: "the journal was put back, and may have been delivered since" } as const;

/** Makes the journal on an open store. */
export function createJournal(env: JournalEnv): Journal {
  const { clock, random, store, events, decode, ways } = env;
  const startedAt = clock.now();
  const unsettled = createUnsettled(store, clock);
  const landed = (flight: Flight): void => {
    flights.remove(flight);
    learning.landed(flight);
    deferred.landed(flight);
    // What comes after it in its lane may be promised for later: it waits in the queue then.
    if (flight.entry.state.kind === "held") deferred.block(flight.entry);
    lanes.landed(flight.entry);
  };
  const outcomes = new Outcomes({ clock, store, events, unsettled, landed, resolve: (flight) => resolver.add(flight) });
  const lanes: Lanes = new Lanes({ turn: (flight) => flights.turn(flight), behind: (flight, head) => flights.behind(flight, head), recall: (lane) => recovery.recall(lane) });
  const deferred: Deferred = new Deferred({ clock, store, ways, outcomes, events, lanes, post: env.post, depart: (entry) => flights.depart(entry) });
  const delivery = { clock, ways, decode, outcomes, retried: events.retried, fault: events.fault, defer: (flight: Flight) => deferred.take(flight) };
  const flights: Flights = new Flights({ clock, store, ways, events, outcomes, delivery, lanes, deferred, startedAt });
  const questions = createQuestions({ clock, store, ways, decode });
  const credentials = createNewestCredentials();
  const resolver: Resolver = new Resolver({ clock, random, store, questions, outcomes, credentials, again: (flight) => flights.again(flight), fault: events.fault });
  // Measured by the clock that cannot jump.
  let trustedFrom = env.distrustUntil > 0 ? clock.now() + env.distrustUntil - clock.wall() : 0;
  const distrusts = (): boolean => clock.now() < trustedFrom;
  const block = (entry: Entry): void => {
    deferred.block(entry);
    lanes.block(entry);
  };
  const recovery: Recovery = createRecovery({ clock, store, events, distrusts, revive: (entry) => flights.revive(entry, entry.state.kind === "queued" ? RESTORED : undefined), queue: (entry) => deferred.add(entry), block, lined: () => lanes.lined(), resolving: () => resolver.count() });
  const claims = new Claims({ clock, store, events, outcomes, deferred, flights, lanes, distrusts, startedAt, itemVerdicts: () => learning.writingItems() });
  const learning: Learning = createLearning({ clock, random, store, ways, events, questions, unsettled, outcomes, flights, item: null, policyOf: (facts) => flights.policyOf(facts), judged: (entry) => deferred.judged(entry) });
  const decided = (entry: Entry): void => {
    learning.decided(entry);
    flights.decided(entry);
    deferred.decided(entry);
    lanes.landed(entry);
  };
  return {
    compile: (options, { site, route, keys, path }) => compilePolicy(options, site, route, keys, path),
    compileLearns,
    overhear: learning.overhear,
    letIn: credentials.passed,
    enter: (policy, submission) => claims.enter(policy, submission),
    known: (items) => knownItems(store, items),
    compose: ({ batch }, items, entries) => (batch === null ? Promise.resolve(null) : composeFrom({ store, decode }, batch, items, entries)),
    send: (flight) => flights.send(flight),
    withdraw: (flight, why) => outcomes.unsent(flight, { result: null, why }),
    store,
    decide: (order) => decideByHand({ clock, store, events, flights, policyOf: (facts) => flights.policyOf(facts), resolver, decided }, order),
    reconcile: (span) => reconcile({ clock, store, questions, policyOf: (facts) => flights.policyOf(facts) }, span),
    stats: () => ({ flights: flights.size, sending: flights.sending(), resolving: resolver.count(), unsettled: unsettled.count(), queued: deferred.count(), ...learning.stats() }),
    distrust() {
      trustedFrom = Infinity;
    },
    start() {
      recovery.start();
      learning.start();
    },
    async stop() {
      resolver.stop();
      learning.stop();
      recovery.stop();
      deferred.stop();
      for (const { id, revision, state } of await unsettled.stop()) events.fault("stopping", `an outcome could not be written: entry ${id} revision ${revision} is ${state.kind}`);
      await store.close();
    },
  };
}
