import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Decode } from "./attempt.ts";
import { createClaims, type Enter } from "./claims.ts";
import { createDeferred, type Deferred, type Post } from "./deferred.ts";
import { deliver } from "./delivery.ts";
import type { Entry, EntryFacts } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { Flight } from "./flight.ts";
import type { SubmissionOptions } from "./options.ts";
import { createOutcomes } from "./outcomes.ts";
import { compilePolicy, policyFrom, type SubmissionPolicy } from "./policy.ts";
import { createRecovery } from "./recovery.ts";
import { createResolver } from "./resolver.ts";
import type { Store } from "./store.ts";
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
  readonly enter: Enter;
  /** Sends what was claimed, whether anybody waits or not. Call once for each `mine`. */
  send(flight: Flight): void;
  /** Gives a claim back that is not sent after all. */
  withdraw(flight: Flight, why: string): Promise<void>;
  readonly store: Store;
  /** A person has decided about an entry: whoever waits for it is told. */
  decided(entry: Entry): void;
  stats(): JournalStats;
  /** Begins with what an earlier life left open. */
  start(): void;
  stop(): Promise<void>;
}

const CRASHED = { kind: "in-doubt", cause: "crash", why: "the process ended while it was under way" } as const;
/** A submission that is sent again and again, and never executed, goes back to its caller after so many attempts. */
const MOST_ATTEMPTS = 20;

/** Makes the journal on an open store. */
export function createJournal(env: JournalEnv): Journal {
  const { clock, random, store, events, decode, ways } = env;
  const flights = new Map<string, Flight>();
  const unsettled = createUnsettled(store, clock);
  const landed = (flight: Flight): void => {
    if (flights.get(flight.facts.id) === flight) flights.delete(flight.facts.id);
    deferred.landed(flight);
  };
  const outcomes = createOutcomes({ clock, store, events, unsettled, landed, resolve: (flight) => resolver.add(flight) });
  const resolver = createResolver({ clock, random, store, ways, decode, outcomes, again, fault: events.fault });
  const deferred: Deferred = createDeferred({ clock, store, outcomes, events, post: env.post, depart });
  const recovery = createRecovery({ clock, store, events, revive, queue: deferred.add, resolving: () => resolver.count() });
  const enter = createClaims({ clock, store, events, outcomes, deferred, flights, distrustUntil: env.distrustUntil, revive });

  function send(flight: Flight): void {
    flight.departed = true;
    deliver(flight, { clock, ways, decode, outcomes, retried: events.retried, defer: deferred.take }).catch((fault: unknown) => {
      events.fault("sending", fault);
      outcomes.doubt(flight, "lost-answer", "a fault inside the proxy", "");
    });
  }

  /** It is certain that nothing was executed: those who wait get it sent. */
  function again(flight: Flight): boolean {
    const wanted = flight.waiting > 0 || flight.policy.options.resendUnsent > 0;
    if (flight.entry === null || flight.attempts >= MOST_ATTEMPTS || !wanted) return false;
    events.resolved(flight.facts, "unsent");
    flight.inDoubt = false;
    void takeOff(flight, flight.entry);
    return true;
  }

  /** Takes an entry over, durably, and sends what is kept of it. */
  async function takeOff(flight: Flight, entry: Entry): Promise<void> {
    try {
      const request = flight.request ?? (await store.request(entry.id, entry.revision));
      if (request === null) return await outcomes.unsent(flight, { result: null, why: "its request is not kept any more" });
      const taken = await store.update({ id: entry.id, revision: entry.revision, fence: entry.fence, state: { kind: "sending" }, take: true });
      if (taken === null) return await outcomes.unsent(flight, { result: null, why: "somebody else has taken it over" });
      flight.entry = taken;
      flight.request = request;
      send(flight);
    } catch (fault) {
      events.fault("taking an entry over", fault);
      await outcomes.unsent(flight, { result: null, why: "the journal could not be written" });
    }
  }

  async function policyOf(entry: EntryFacts): Promise<SubmissionPolicy | null> {
    const current = ways(entry.site, entry.route)?.policy ?? null;
    if (current?.hash === entry.profile) return current;
    const text = await store.profile(entry.profile);
    // What it was claimed under counts, whatever the file says by now.
    return (text === null ? null : policyFrom(text, entry.site, entry.route)) ?? current;
  }

  async function flightOf(entry: Entry): Promise<Flight | null> {
    const policy = await policyOf(entry);
    const known = flights.get(entry.id);
    if (known !== undefined || policy === null) return known ?? null;
    const flight = new Flight(policy, entry, null, clock);
    flight.entry = entry;
    flights.set(entry.id, flight);
    return flight;
  }

  /** Resolving a doubt takes the entry over too: whoever had it before changes nothing any more. */
  async function revive(entry: Entry): Promise<Flight | null> {
    const flight = flights.get(entry.id) ?? (await flightOf(entry));
    if (flight === null || flight.entry !== entry || flight.inDoubt) return flight;
    flight.inDoubt = true;
    const state = entry.state.kind === "in-doubt" ? entry.state : CRASHED;
    const taken = await store.update({ id: entry.id, revision: entry.revision, fence: entry.fence, state, take: true });
    if (taken === null) {
      flights.delete(entry.id);
      return null;
    }
    flight.entry = taken;
    if (entry.state.kind !== "in-doubt") events.doubt(entry, CRASHED.cause, CRASHED.why);
    resolver.add(flight);
    return flight;
  }

  /** Delivers a queued entry; null where no route leads there any more, or it is under way. */
  async function depart(entry: Entry): Promise<Flight | null> {
    if (flights.has(entry.id)) return null;
    const flight = await flightOf(entry);
    if (flight?.entry === entry) await takeOff(flight, entry);
    return flight;
  }

  return {
    compile: (options, { site, route }) => compilePolicy(options, site, route),
    enter, send, store,
    withdraw: (flight, why) => outcomes.unsent(flight, { result: null, why }),
    decided(entry) {
      const flight = flights.get(entry.id);
      if (flight !== undefined && flight.facts.revision === entry.revision) {
        flight.entry = entry;
        flight.end({ kind: "told", entry });
        landed(flight);
      }
      deferred.decided(entry);
    },
    stats: () => ({ flights: flights.size, resolving: resolver.count(), unsettled: unsettled.count(), queued: deferred.count() }),
    start: () => recovery.start(),
    async stop() {
      resolver.stop();
      recovery.stop();
      deferred.stop();
      unsettled.stop();
      await store.close();
    },
  };
}
