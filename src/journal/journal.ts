import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { createQuestions } from "./ask.ts";
import type { Decode } from "./attempt.ts";
import { decideByHand, type ByHandOrder, type ByHandResult } from "./by-hand.ts";
import { Claims, type Entered } from "./claims.ts";
import { Deferred } from "./deferred.ts";
import type { Entry } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import { Flights } from "./flights.ts";
import type { Post } from "./notices.ts";
import type { SubmissionOptions } from "./options.ts";
import { Outcomes } from "./outcomes.ts";
import { compilePolicy, type SubmissionPolicy } from "./policy.ts";
import { reconcile, type Reconciled, type Span } from "./reconcile.ts";
import { createRecovery } from "./recovery.ts";
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
}

/** Exactly-once: claims, joins, replays, conflicts, doubts, deferred delivery. */
export interface Journal {
  compile(options: SubmissionOptions, place: { readonly site: string; readonly route: string }): SubmissionPolicy;
  /** See {@link Claims.enter}. */
  enter(policy: SubmissionPolicy, submission: Submission): Promise<Entered>;
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
    deferred.landed(flight);
  };
  const outcomes = new Outcomes({ clock, store, events, unsettled, landed, resolve: (flight) => resolver.add(flight) });
  const deferred: Deferred = new Deferred({ clock, store, ways, outcomes, events, post: env.post, depart: (entry) => flights.depart(entry) });
  const delivery = { clock, ways, decode, outcomes, retried: events.retried, fault: events.fault, defer: (flight: Flight) => deferred.take(flight) };
  const flights: Flights = new Flights({ clock, store, ways, events, outcomes, delivery, startedAt });
  const questions = createQuestions({ clock, store, ways, decode });
  const resolver: Resolver = new Resolver({ clock, random, store, questions, outcomes, again: (flight) => flights.again(flight), fault: events.fault });
  // Measured by the clock that cannot jump.
  let trustedFrom = env.distrustUntil > 0 ? clock.now() + env.distrustUntil - clock.wall() : 0;
  const distrusts = (): boolean => clock.now() < trustedFrom;
  const recovery = createRecovery({ clock, store, events, distrusts, revive: (entry) => flights.revive(entry, entry.state.kind === "queued" ? RESTORED : undefined), queue: (entry) => deferred.add(entry), block: (entry) => deferred.block(entry), resolving: () => resolver.count() });
  const claims = new Claims({ clock, store, events, outcomes, deferred, flights, distrusts, startedAt });
  const decided = (entry: Entry): void => {
    flights.decided(entry);
    deferred.decided(entry);
  };
  return {
    compile: (options, { site, route }) => compilePolicy(options, site, route),
    enter: (policy, submission) => claims.enter(policy, submission),
    send: (flight) => flights.send(flight),
    withdraw: (flight, why) => outcomes.unsent(flight, { result: null, why }),
    store,
    decide: (order) => decideByHand({ clock, store, events, flights, policyOf: (facts) => flights.policyOf(facts), resolver, decided }, order),
    reconcile: (span) => reconcile({ clock, store, questions, policyOf: (facts) => flights.policyOf(facts) }, span),
    stats: () => ({ flights: flights.size, sending: flights.sending(), resolving: resolver.count(), unsettled: unsettled.count(), queued: deferred.count() }),
    distrust() {
      trustedFrom = Infinity;
    },
    start: () => recovery.start(),
    async stop() {
      resolver.stop();
      recovery.stop();
      deferred.stop();
      for (const { id, revision, state } of await unsettled.stop()) events.fault("stopping", `an outcome could not be written: entry ${id} revision ${revision} is ${state.kind}`);
      await store.close();
    },
  };
}
