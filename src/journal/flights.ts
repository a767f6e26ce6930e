import type { Clock } from "../base/clock.ts";
import { deliver, type DeliveryEnv } from "./delivery.ts";
import type { Entry, EntryFacts } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { Flight } from "./flight.ts";
import type { Outcomes } from "./outcomes.ts";
import { policyFrom, type SubmissionPolicy } from "./policy.ts";
import { under, type Store } from "./store.ts";
import type { Ways } from "./way.ts";

/*
 * Everything that is under way in this process: how a flight begins, is taken up from an earlier life, is sent again, and
 * leaves the table.
 */

/** What flights need from outside. */
export interface FlightsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly ways: Ways;
  readonly events: JournalEvents;
  readonly outcomes: Outcomes;
  readonly delivery: DeliveryEnv;
  /** Begins to resolve a flight that is in doubt. */
  readonly resolve: (flight: Flight) => void;
}

const CRASHED = { kind: "in-doubt", cause: "crash", why: "the process ended while it was under way" } as const;
/** A submission that is sent again and again, and never executed, goes back to its caller after so many attempts. */
const MOST_ATTEMPTS = 20;

/** See the top of this file. */
export class Flights {
  /** By the entry's id; a claim that is not durable yet stands here too. */
  readonly table: Map<string, Flight>;
  readonly #env: FlightsEnv;

  constructor(table: Map<string, Flight>, env: FlightsEnv) {
    this.table = table;
    this.#env = env;
  }

  /** Sends what was claimed, whether anybody waits or not. */
  send(flight: Flight): void {
    flight.departed = true;
    deliver(flight, this.#env.delivery).catch((fault: unknown) => {
      this.#env.events.fault("sending", fault);
      this.#env.outcomes.doubt(flight, "lost-answer", "a fault inside the proxy", "");
    });
  }

  /** It is certain that nothing was executed: those who wait get it sent. False where nobody does, and the route does not ask for it. */
  again(flight: Flight): boolean {
    const wanted = flight.waiting > 0 || flight.policy.options.resendUnsent > 0;
    if (flight.entry === null || flight.attempts >= MOST_ATTEMPTS || !wanted) return false;
    this.#env.events.resolved(flight.facts, "unsent");
    flight.inDoubt = false;
    void this.#takeOff(flight, flight.entry);
    return true;
  }

  /** Takes up an entry of an earlier life that is in doubt; null where that cannot be. Whoever had it before changes nothing any more. */
  async revive(entry: Entry): Promise<Flight | null> {
    const flight = this.table.get(entry.id) ?? (await this.#flightOf(entry));
    if (flight === null || flight.entry !== entry || flight.inDoubt) return flight;
    flight.inDoubt = true;
    const state = entry.state.kind === "in-doubt" ? entry.state : CRASHED;
    const taken = await this.#env.store.update({ ...under(entry), state, take: true });
    if (taken === null) {
      this.table.delete(entry.id);
      return null;
    }
    flight.entry = taken;
    if (entry.state.kind !== "in-doubt") this.#env.events.doubt(entry, CRASHED.cause, CRASHED.why);
    this.#env.resolve(flight);
    return flight;
  }

  /** Delivers a queued entry; null where no route leads there any more, or it is under way. */
  async depart(entry: Entry): Promise<Flight | null> {
    if (this.table.has(entry.id)) return null;
    const flight = await this.#flightOf(entry);
    if (flight?.entry === entry) await this.#takeOff(flight, entry);
    return flight;
  }

  /** A person has decided: whoever waits is told. */
  decided(entry: Entry): Flight | null {
    const flight = this.table.get(entry.id);
    if (flight === undefined || flight.facts.revision !== entry.revision) return null;
    flight.entry = entry;
    flight.end({ kind: "told", entry });
    return flight;
  }

  /** Takes an entry over, durably, and sends what is kept of it. */
  async #takeOff(flight: Flight, entry: Entry): Promise<void> {
    const { store, outcomes, events } = this.#env;
    try {
      const request = flight.request ?? (await store.request(entry.id, entry.revision));
      if (request === null) return await outcomes.unsent(flight, { result: null, why: "its request is not kept any more" });
      const taken = await store.update({ ...under(entry), state: { kind: "sending" }, take: true });
      if (taken === null) return await outcomes.unsent(flight, { result: null, why: "somebody else has taken it over" });
      flight.entry = taken;
      flight.request = request;
      this.send(flight);
    } catch (fault) {
      events.fault("taking an entry over", fault);
      await outcomes.unsent(flight, { result: null, why: "the journal could not be written" });
    }
  }

  async #flightOf(entry: Entry): Promise<Flight | null> {
    const policy = await this.policyOf(entry);
    const known = this.table.get(entry.id);
    if (known !== undefined || policy === null) return known ?? null;
    const flight = new Flight(policy, entry, null, this.#env.clock);
    flight.entry = entry;
    this.table.set(entry.id, flight);
    return flight;
  }

  /** What an entry was claimed under; the configuration in use only where that is not known any more. */
  async policyOf(entry: EntryFacts): Promise<SubmissionPolicy | null> {
    const current = this.#env.ways(entry.site, entry.route)?.policy ?? null;
    if (current?.hash === entry.profile) return current;
    const text = await this.#env.store.profile(entry.profile);
    // What it was claimed under counts, whatever the file says by now.
    return (text === null ? null : policyFrom(text, entry.site, entry.route)) ?? current;
  }
}
