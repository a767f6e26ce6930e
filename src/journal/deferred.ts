import type { Clock } from "../base/clock.ts";
import { createPacer, type Pacer } from "../base/pacer.ts";
import type { Entry, EntryState } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import { createNotices, type Notices, type Post } from "./notices.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { under, type Store } from "./store.ts";
import { parseTimeLimit } from "./time-limit.ts";

/*
 * Submissions that were accepted while the platform was down. They are delivered in the order of their acceptance, those of
 * one lane one at a time, and never past the time that the law or the route sets.
 */

/** What deferred delivery needs from outside. */
export interface DeferredEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly outcomes: Outcomes;
  readonly events: JournalEvents;
  readonly post: Post;
  /** Takes a queued entry over and sends it; null where it cannot. */
  readonly depart: (entry: Entry) => Promise<Flight | null>;
}

/** What is kept in memory of a queued entry. */
interface Item {
  readonly id: string;
  readonly revision: number;
  readonly sequence: number;
  readonly lane: string;
  readonly until: number | null;
}

interface Lane {
  readonly items: Item[];
  /** The head is under way, or held: the others wait for it. */
  busy: boolean;
  /** Monotonic ms before which its head is not tried again. */
  notBefore: number;
  failures: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_MS = 500;

/** The queues of all routes. `stop` leaves them to the store. */
export class Deferred {
  readonly #env: DeferredEnv;
  readonly #lanes = new Map<string, Lane>();
  readonly #flying = new Map<Flight, Lane>();
  readonly #pacers = new Map<string, Pacer>();
  readonly #notices: Notices;
  #queued = 0;
  #running = false;
  #stopped = false;

  constructor(env: DeferredEnv) {
    this.#env = env;
    this.#notices = createNotices(env.post, env.clock, env.events);
  }

  /** Takes a flight that cannot be sent now; false where its queue is full. */
  take(flight: Flight): boolean {
    const { outcomes, events } = this.#env;
    const back = this.#flying.get(flight)?.items.find((one) => one.id === flight.facts.id);
    if (back === undefined && this.#queued >= flight.policy.options.defer.maxQueued) return false;
    const until = back === undefined ? this.stateFor(flight.policy).until : back.until;
    outcomes
      .queued(flight, until)
      .then(() => (back === undefined && flight.entry?.state.kind === "queued" ? this.add(flight.entry) : undefined))
      .catch((fault: unknown) => events.fault("queueing", fault));
    return true;
  }

  /** Takes an entry that is queued in the store. */
  add(entry: Entry): void {
    const lane = laneOf(entry);
    const item: Item = { id: entry.id, revision: entry.revision, sequence: entry.sequence, lane, until: entry.state.kind === "queued" ? entry.state.until : null };
    const known = this.#lanes.get(lane) ?? { items: [], busy: false, notBefore: 0, failures: 0 };
    if (known.items.some((other) => other.id === item.id)) return;
    // One that comes back keeps its place: what came after it must not pass it.
    const place = known.items.findIndex((other) => other.sequence > item.sequence);
    known.items.splice(place < 0 ? known.items.length : place, 0, item);
    this.#lanes.set(lane, known);
    this.#queued++;
    if (!this.#running) void this.#run();
  }

  /** Whether others of its lane wait, or are under way from the queue: a new one must not pass them. */
  isQueued(lane: string | null): boolean {
    return lane !== null && this.#lanes.has(lane);
  }

  /** The state of an entry that is queued now. */
  stateFor({ options: { defer } }: SubmissionPolicy): Extract<EntryState, { kind: "queued" }> {
    const now = this.#env.clock.wall();
    const limit = defer.notPast === undefined ? null : parseTimeLimit(defer.notPast);
    return { kind: "queued", until: Math.min(now + defer.maxQueueAge, limit === null ? Infinity : limit.next(now)) };
  }

  /** A flight is over: where it came from a queue, its lane goes on. */
  landed(flight: Flight): void {
    const lane = this.#flying.get(flight);
    if (lane === undefined || flight.entry === null) return;
    this.#flying.delete(flight);
    const item = lane.items.find((one) => one.id === flight.facts.id);
    if (item === undefined) return;
    const { kind } = flight.entry.state;
    if (kind === "queued") return this.#later(lane);
    // A person decides about the head; what comes after it may depend on it.
    if (kind === "held") return;
    if (kind === "unsent") return void this.#requeue(flight.entry, item, lane).catch((fault: unknown) => this.#env.events.fault("queueing again", fault));
    this.#drop(lane, item);
    this.#tell(flight);
  }

  /** A person decided about an entry, which may be the head of a lane. */
  decided(entry: Entry): void {
    const lane = this.#lanes.get(laneOf(entry));
    const item = lane?.items.find((one) => one.id === entry.id && one.revision === entry.revision);
    if (lane !== undefined && item !== undefined && entry.state.kind !== "queued") this.#drop(lane, item);
  }

  count(): number {
    return this.#queued;
  }

  stop(): void {
    this.#stopped = true;
    this.#notices.stop();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let more = true; more; more = !this.#stopped && this.#queued > 0) {
      const lane = this.#nextLane();
      if (lane === null) await new Promise<void>((resolve) => void this.#env.clock.after(LOOK_MS, resolve, true));
      else await this.#begin(lane);
    }
    this.#running = false;
  }

  /** The first lane that may go on, in the order in which they began. */
  #nextLane(): Lane | null {
    const now = this.#env.clock.now();
    for (const lane of this.#lanes.values()) if (!lane.busy && now >= lane.notBefore) return lane;
    return null;
  }

  async #begin(lane: Lane): Promise<void> {
    const { store, clock, events } = this.#env;
    const item = lane.items[0] as Item;
    lane.busy = true;
    try {
      const entry = (await store.read(item.id)).find((one) => one.revision === item.revision);
      if (entry?.state.kind !== "queued") return this.#drop(lane, item);
      if (item.until !== null && clock.wall() >= item.until) return await this.#expire(lane, item, entry);
      const flight = await this.#env.depart(entry);
      if (flight === null) return this.#later(lane);
      this.#flying.set(flight, lane);
      if (flight.ending !== null) this.landed(flight);
      else await this.#pacerOf(flight.policy).slot();
    } catch (fault) {
      this.#later(lane);
      events.fault("delivering", fault);
    }
  }

  #pacerOf({ site, route, options: { defer } }: SubmissionPolicy): Pacer {
    const key = JSON.stringify([site, route, defer.pace]);
    const known = this.#pacers.get(key) ?? createPacer(defer.pace, this.#env.clock);
    this.#pacers.set(key, known);
    return known;
  }

  /** It is certain that nothing was sent: its next try sends it, and the law's time is not broken by us. */
  async #expire(lane: Lane, item: Item, entry: Entry): Promise<void> {
    await this.#env.store.update({ ...under(entry), state: { kind: "unsent", why: "its time in the queue ran out" }, take: true });
    this.#drop(lane, item);
    this.#env.events.delivered(entry, "expired");
  }

  async #requeue(entry: Entry, item: Item, lane: Lane): Promise<void> {
    await this.#env.store.update({ ...under(entry), state: { kind: "queued", until: item.until }, take: true });
    this.#later(lane);
  }

  #later(lane: Lane): void {
    lane.busy = false;
    lane.notBefore = this.#env.clock.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** lane.failures++);
  }

  #drop(lane: Lane, item: Item): void {
    const index = lane.items.indexOf(item);
    if (index >= 0) {
      lane.items.splice(index, 1);
      this.#queued--;
    }
    lane.busy = false;
    lane.failures = 0;
    lane.notBefore = 0;
    if (lane.items.length === 0) this.#lanes.delete(item.lane);
  }

  #tell({ entry, policy }: Flight): void {
    if (entry === null) return;
    const { kind } = entry.state;
    if (kind === "accepted" || kind === "rejected") this.#env.events.delivered(entry, kind);
    const { webhook } = policy.options.defer;
    if (webhook !== undefined) this.#notices.send(webhook, entry);
  }
}

/** Those without a lane have one of their own. */
function laneOf({ lane, id }: Entry): string {
  return lane ?? `entry:${id}`;
}
