import type { Clock } from "../base/clock.ts";
import { createIdTable, type IdTable } from "../base/id-table.ts";
import type { Deferred } from "./deferred.ts";
import { deliver, type DeliveryEnv } from "./delivery.ts";
import type { Entry, EntryFacts } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { Flight } from "./flight.ts";
import type { LaneHead, Lanes } from "./lanes.ts";
import type { Outcomes } from "./outcomes.ts";
import { policyFrom, type SubmissionPolicy } from "./policy.ts";
import { recallOf } from "./recalled.ts";
import { under, type Store } from "./store.ts";
import type { Ways } from "./way.ts";

/*
 * Everything that is under way in this process: how a flight begins, is taken up from an earlier life, is sent again, and
 * leaves the table. Only what is durably claimed stands in the table.
 */

/** What flights need from outside. */
export interface FlightsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly ways: Ways;
  readonly events: JournalEvents;
  readonly outcomes: Outcomes;
  readonly delivery: DeliveryEnv;
  readonly lanes: Lanes;
  /** The queues of later delivery. */
  readonly deferred: Pick<Deferred, "isQueued" | "take" | "block">;
  /** Monotonic ms of this life's start: what an earlier one sent was sent before it. */
  readonly startedAt: number;
}

const CRASHED = { kind: "in-doubt", cause: "crash", why: "the process ended while it was under way" } as const;
const NOBODY_WAITS = "nobody waited for it any more when its turn in its lane came";
/** A submission that is sent again and again, and never executed, goes back to its caller after so many attempts. */
const MOST_ATTEMPTS = 20;

/** See the top of this file. */
export class Flights {
  readonly #env: FlightsEnv;
  /** By the entry's id. */
  readonly #table: IdTable<Flight> = createIdTable();

  constructor(env: FlightsEnv) {
    this.#env = env;
  }

  get size(): number {
    return this.#table.size;
  }

  /** Flights whose answer may come at any moment. */
  sending(): number {
    let count = 0;
    for (const flight of this.#table.values()) if (flight.open > 0) count++;
    return count;
  }

  get(id: string): Flight | undefined {
    return this.#table.get(id);
  }

  add(flight: Flight): void {
    this.#table.set(flight.facts.id, flight);
  }

  /** It is over: nobody finds it any more. */
  remove(flight: Flight): void {
    if (this.#table.get(flight.facts.id) === flight) this.#table.delete(flight.facts.id);
  }

  /** Sends what was claimed, whether anybody waits or not; one that is not alone in its lane when its turn comes, and then only where somebody still waits. */
  send(flight: Flight): void {
    flight.departed = true;
    if (!flight.inLane) return this.#send(flight);
    flight.alone = () => this.#leave(flight);
    this.#env.lanes.wait(flight);
  }

  /** What was before it in its lane has its outcome. */
  turn(flight: Flight): void {
    const { deferred, outcomes, lanes } = this.#env;
    flight.alone = null;
    flight.inLane = false;
    if (flight.isOver) return lanes.free(flight.facts);
    if (!this.#isWanted(flight)) return this.#end(flight, NOBODY_WAITS);
    if (this.#defers(flight) && deferred.isQueued(flight.facts.lane) && deferred.take(flight)) return;
    flight.delayed = true;
    if (!flight.distrusted) return void this.#takeOff(flight);
    flight.quietSince = this.#env.startedAt;
    outcomes.doubt(flight, "restored", "the journal was put back, and cannot know what became of it", "");
  }

  /** What is before it in its lane is held: it waits for its delivery where the route has that, and for nothing else. */
  behind(flight: Flight, head: LaneHead): void {
    flight.alone = null;
    flight.inLane = false;
    if (this.#defers(flight) && this.#env.deferred.take(flight)) return;
    flight.end({ kind: "behind", head });
    this.remove(flight);
  }

  /** Nobody waits for its turn any more. */
  #leave(flight: Flight): void {
    if (this.#isWanted(flight)) return;
    this.#env.lanes.leave(flight);
    flight.alone = null;
    flight.inLane = false;
    this.#end(flight, NOBODY_WAITS);
  }

  /** It stays as it is in the store: unsent. */
  #end(flight: Flight, why: string): void {
    flight.end({ kind: "unsent", result: null, why });
    this.remove(flight);
    this.#env.lanes.free(flight.facts);
  }

  #isWanted(flight: Flight): boolean {
    return flight.waiting > 0 || this.#age(flight) < flight.policy.options.resendUnsent;
  }

  #defers({ policy }: Flight): boolean {
    return policy.options.onOutage === "defer";
  }

  #send(flight: Flight): void {
    deliver(flight, this.#env.delivery).catch((fault: unknown) => {
      this.#env.events.fault("sending", fault);
      this.#env.outcomes.doubt(flight, "lost-answer", "a fault inside the proxy", "");
    });
  }

  /** It is certain that nothing was executed: those who wait get it sent. False where nobody does, and the route does not ask for it. */
  again(flight: Flight): boolean {
    if (flight.attempts >= MOST_ATTEMPTS || !this.#isWanted(flight)) return false;
    flight.delayed = true;
    this.#env.events.resolved(flight.facts, "unsent");
    flight.inDoubt = false;
    void this.#takeOff(flight);
    return true;
  }

  /**
   * Takes up an entry of an earlier life that is, or has to be taken to be, in doubt. Whoever had it before changes nothing
   * any more. Null where somebody else has taken it over; rejects with a StoreFault.
   */
  async revive(entry: Entry, doubt: Extract<Entry["state"], { kind: "in-doubt" }> = CRASHED): Promise<Flight | null> {
    const flight = await this.#flightOf(entry);
    if (flight === null || flight.entry !== entry || flight.inDoubt) return flight;
    flight.inDoubt = true;
    const state = entry.state.kind === "in-doubt" ? entry.state : { ...doubt, until: flight.until };
    flight.isKnown = state.cause === "duplicate";
    // Nobody knows how often it was sent when the process ended: once at least.
    const unseen = entry.state.kind === "sending" ? 1 : 0;
    const taken = await this.#env.store.update({ ...under(entry), state, take: true, attempts: entry.attempts + unseen }).catch((fault: unknown) => {
      this.#letGo(flight);
      throw fault;
    });
    if (taken === null) {
      this.#letGo(flight);
      return null;
    }
    flight.entry = taken;
    if (entry.state.kind !== "in-doubt") this.#env.events.doubt(entry, state.cause, state.why);
    this.#env.outcomes.resolve(flight);
    return flight;
  }

  /** Delivers a queued entry; null where no route leads there any more, or it is under way. */
  async depart(entry: Entry): Promise<Flight | null> {
    if (this.#table.get(entry.id) !== undefined) return null;
    const flight = await this.#flightOf(entry);
    if (flight === null || flight.entry !== entry) return null;
    void this.#takeOff(flight);
    return flight;
  }

  /** A person has decided: whoever waits is told. */
  decided(entry: Entry): void {
    const flight = this.#table.get(entry.id);
    if (flight === undefined || flight.facts.revision !== entry.revision) return;
    flight.entry = entry;
    flight.end({ kind: "told", entry });
    this.remove(flight);
  }

  /** What an entry was claimed under; the configuration in use only where that is not known any more. */
  async policyOf(entry: EntryFacts): Promise<SubmissionPolicy | null> {
    const current = this.#env.ways(entry.site, entry.route)?.policy ?? null;
    if (current?.hash === entry.profile) return current;
    const text = await this.#env.store.profile(entry.profile);
    // What it was claimed under counts, whatever the file says by now.
    return (text === null ? null : policyFrom(text, entry.site, entry.route, current?.options ?? null, current?.keys)) ?? current;
  }

  /** Ms since its claim: by the clock that cannot jump in this life, by the wall for an earlier one. */
  #age({ revived, bornAt, facts }: Flight): number {
    const { clock } = this.#env;
    if (!revived) return clock.now() - bornAt;
    const age = clock.wall() - facts.createdAt;
    return age < 0 ? Infinity : age;
  }

  /** Takes an entry over, durably, and sends what is kept of it. */
  async #takeOff(flight: Flight): Promise<void> {
    const { store, outcomes, events } = this.#env;
    const { entry } = flight;
    try {
      const request = flight.request ?? (await store.request(entry.id, entry.revision));
      if (flight.isOver) return;
      if (request === null) return await outcomes.unsent(flight, { result: null, why: "its request is not kept any more" });
      const state = flight.until === null ? ({ kind: "sending" } as const) : ({ kind: "sending", until: flight.until } as const);
      const taken = await store.update({ ...under(entry), state, take: true });
      if (flight.isOver) return;
      if (taken === null) return await outcomes.overtaken(flight);
      flight.entry = taken;
      flight.request = flight.withLatest(request);
      this.#send(flight);
    } catch (fault) {
      events.fault("taking an entry over", fault);
      await outcomes.unsent(flight, { result: null, why: "the journal could not be written" });
    }
  }

  async #flightOf(entry: Entry): Promise<Flight | null> {
    const known = this.#table.get(entry.id);
    if (known !== undefined) return known;
    const policy = await this.policyOf(entry);
    const recalled = policy === null ? null : await recallOf(policy.recall, this.#env.store, entry);
    const meanwhile = this.#table.get(entry.id);
    if (meanwhile !== undefined || policy === null) return meanwhile ?? null;
    const flight = new Flight(policy, entry, null, this.#env.clock, true);
    flight.quietSince = this.#env.startedAt;
    flight.recalled = recalled;
    this.add(flight);
    return flight;
  }

  /** It is not this flight that leads it on: who joined it comes again. */
  #letGo(flight: Flight): void {
    this.remove(flight);
    flight.end({ kind: "told", entry: flight.entry });
    this.#env.lanes.free(flight.facts);
  }
}
