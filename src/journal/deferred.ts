import type { Clock } from "../base/clock.ts";
import type { Entry, EntryState, StateName } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import type { Lanes } from "./lanes.ts";
import { createNotices, type Notices, type Post } from "./notices.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { under, type Store } from "./store.ts";
import { PAST_THE_LAW } from "./time-limit.ts";
import type { Ways } from "./way.ts";

/*
 * Submissions that were accepted while the platform was down. They are delivered in the order of their acceptance, those of
 * one lane one at a time, and never past the time that the law or the route sets.
 */

/** What deferred delivery needs from outside. */
export interface DeferredEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly ways: Ways;
  readonly outcomes: Outcomes;
  readonly events: JournalEvents;
  readonly post: Post;
  /** Whoever has a lane: nothing else of it is delivered. */
  readonly lanes: Pick<Lanes, "isFree" | "take" | "free">;
  /** Takes a queued entry over and sends it; null where it cannot. */
  readonly depart: (entry: Entry) => Promise<Flight | null>;
}

/** What is kept in memory of an entry that waits, or for which others wait. */
interface Item {
  readonly id: string;
  readonly revision: number;
  readonly sequence: number;
  readonly site: string;
  readonly route: string;
  /** Names site and route. */
  readonly place: string;
}

interface Lane {
  readonly name: string;
  readonly items: Item[];
  /** It is under way, in doubt or held: the others wait for it. */
  waitedFor: Item | null;
  /** Monotonic ms before which its head is not tried again. */
  notBefore: number;
  failures: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_MS = 250;
/** What comes after these in a lane waits for their outcome. */
const WAITED_FOR: ReadonlySet<StateName> = new Set(["sending", "in-doubt", "held"]);

/** The queues of all routes. `stop` leaves them to the store. */
export class Deferred {
  readonly #env: DeferredEnv;
  readonly #lanes = new Map<string, Lane>();
  /** Ids of all items. */
  readonly #ids = new Set<string>();
  /** How many of each route. */
  readonly #counts = new Map<string, number>();
  /** Monotonic ms of each route's next delivery. */
  readonly #nextOf = new Map<string, number>();
  readonly #notices: Notices;
  #running = false;
  #stopped = false;

  constructor(env: DeferredEnv) {
    this.#env = env;
    this.#notices = createNotices(env.post, env.clock, env.events);
  }

  /** Takes a flight that cannot be sent now; false where its queue is full. */
  take(flight: Flight): boolean {
    if (!this.hasRoom(flight.policy) || flight.past() !== null) return false;
    this.#env.outcomes.queued(flight, this.stateFor(flight.policy).until).catch((fault: unknown) => this.#env.events.fault("queueing", fault));
    return true;
  }

  hasRoom(policy: SubmissionPolicy): boolean {
    return (this.#counts.get(placeOf(policy)) ?? 0) < policy.options.defer.maxQueued;
  }

  /** Takes an entry that is queued in the store. */
  add(entry: Entry): void {
    this.#put(entry);
    this.#go();
  }

  /** Makes the others of its lane wait for an entry that is under way, in doubt or held. */
  block(entry: Entry): void {
    if (entry.lane === null || this.#env.ways(entry.site, entry.route)?.policy?.options.onOutage !== "defer") return;
    const lane = this.#put(entry);
    lane.waitedFor ??= lane.items.find((item) => item.id === entry.id) ?? null;
  }

  /** Whether others of its lane wait, or are under way from the queue: a new one must not pass them. */
  isQueued(lane: string | null): boolean {
    return lane !== null && this.#lanes.has(lane);
  }

  /** The state of an entry that is queued now. */
  stateFor({ options: { defer }, notPast }: SubmissionPolicy): Extract<EntryState, { kind: "queued" }> {
    const now = this.#env.clock.wall();
    return { kind: "queued", until: Math.min(now + defer.maxQueueAge, notPast?.next(now) ?? Infinity) };
  }

  /** A flight is over: where it stands in a queue, its lane goes on. */
  landed({ entry, until }: Flight): void {
    if (entry.state.kind === "queued" && !this.#ids.has(entry.id)) return this.add(entry);
    this.#over(entry);
    if (until !== null && entry.state.kind === "unsent") this.#expired(entry);
  }

  /** A person decided about an entry, which may be the head of a lane. */
  decided(entry: Entry): void {
    this.#over(entry);
  }

  /** The platform's verdict on one that was delivered. */
  judged(entry: Entry): void {
    const webhook = this.#env.ways(entry.site, entry.route)?.policy?.options.defer.webhook;
    if (webhook !== undefined) this.#notices.send(webhook, entry);
  }

  count(): number {
    return this.#ids.size;
  }

  stop(): void {
    this.#stopped = true;
    this.#notices.stop();
  }

  #go(): void {
    if (!this.#running && !this.#stopped) void this.#run();
  }

  #over(entry: Entry): void {
    const lane = this.#lanes.get(laneOf(entry));
    const item = lane?.items.find((one) => one.id === entry.id && one.revision === entry.revision);
    if (lane === undefined || item === undefined) return;
    const { kind } = entry.state;
    if (kind === "queued") {
      if (lane.waitedFor === item) this.#later(lane);
      return this.#go();
    }
    // A person decides about the head; what comes after it may depend on it.
    if (kind === "held" && entry.lane !== null) return;
    this.#drop(lane, item);
    if (kind !== "unsent") this.#tell(entry);
  }

  #put(entry: Entry): Lane {
    const name = laneOf(entry);
    const lane = this.#lanes.get(name) ?? { name, items: [], waitedFor: null, notBefore: 0, failures: 0 };
    if (this.#ids.has(entry.id)) return lane;
    const item: Item = { id: entry.id, revision: entry.revision, sequence: entry.sequence, site: entry.site, route: entry.route, place: placeOf(entry) };
    this.#ids.add(entry.id);
    this.#counts.set(item.place, (this.#counts.get(item.place) ?? 0) + 1);
    this.#lanes.set(name, lane);
    // Nearly always the last; one that comes back keeps its place, because what came after it must not pass it.
    let place = lane.items.length;
    while (place > 0 && (lane.items[place - 1] as Item).sequence > item.sequence) place--;
    lane.items.splice(place, 0, item);
    return lane;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let more = true; more; more = !this.#stopped && this.#ids.size > 0) {
      const next = this.#nextLane();
      if (typeof next !== "number") await this.#begin(next);
      else await new Promise<void>((resolve) => void this.#env.clock.after(next, resolve, true));
    }
    this.#running = false;
  }

  /** The first lane that may go on, in the order in which they began; or ms after which to look again. */
  #nextLane(): Lane | number {
    const now = this.#env.clock.now();
    let soonest = now + LOOK_MS;
    for (const lane of this.#lanes.values()) {
      const head = lane.items[0];
      if (lane.waitedFor !== null || head === undefined || !this.#env.lanes.isFree(lane.name)) continue;
      const at = Math.max(lane.notBefore, this.#nextOf.get(head.place) ?? 0);
      if (at <= now) return lane;
      soonest = Math.min(soonest, at);
    }
    return soonest - now;
  }

  async #begin(lane: Lane): Promise<void> {
    const { store, clock, events } = this.#env;
    const item = lane.items[0] as Item;
    lane.waitedFor = item;
    let taken: Entry | null = null;
    try {
      const entry = (await store.read(item.id)).find((one) => one.revision === item.revision);
      // Whoever leads it on, or a person, gives the lane free.
      if (entry !== undefined && WAITED_FOR.has(entry.state.kind)) return;
      if (entry?.state.kind !== "queued") return this.#drop(lane, item);
      if (entry.state.until !== null && clock.wall() >= entry.state.until) return await this.#expire(lane, item, entry);
      if (this.#env.lanes.take(entry).kind !== "mine") return void (lane.waitedFor = null);
      taken = entry;
      this.#paced(item);
      if ((await this.#env.depart(entry)) !== null) return;
      this.#env.lanes.free(entry);
      this.#later(lane);
    } catch (fault) {
      // Nothing of it is under way: whoever comes next must not wait for it for ever.
      if (taken !== null) this.#env.lanes.free(taken);
      this.#later(lane);
      events.fault("delivering", fault);
    }
  }

  #paced(item: Item): void {
    const { clock, ways } = this.#env;
    const { count, per } = ways(item.site, item.route)?.policy?.options.defer.pace ?? { count: 1, per: 1000 };
    // What the timer came too late for is caught up, and no more than that.
    const due = Math.max(clock.now() - LOOK_MS, this.#nextOf.get(item.place) ?? clock.now());
    this.#nextOf.set(item.place, due + per / count);
  }

  /** It is certain that nothing was sent: its next try sends it, and the law's time is not broken by us. */
  async #expire(lane: Lane, item: Item, entry: Entry): Promise<void> {
    const expired = await this.#env.store.update({ ...under(entry), state: { kind: "unsent", why: this.#whyOver(entry) }, take: true });
    this.#drop(lane, item);
    if (expired !== null) this.#expired(expired);
  }

  #whyOver({ site, route, createdAt }: Entry): string {
    const limit = this.#env.ways(site, route)?.policy?.notPast ?? null;
    return limit !== null && this.#env.clock.wall() >= limit.next(createdAt) ? PAST_THE_LAW : "its time in the queue ran out";
  }

  #expired(entry: Entry): void {
    this.#env.events.delivered(entry, "expired");
    this.#tell(entry);
  }

  #later(lane: Lane): void {
    lane.waitedFor = null;
    lane.notBefore = this.#env.clock.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** lane.failures++);
  }

  #drop(lane: Lane, item: Item): void {
    const index = lane.items.indexOf(item);
    if (index < 0) return;
    lane.items.splice(index, 1);
    this.#ids.delete(item.id);
    this.#counts.set(item.place, (this.#counts.get(item.place) ?? 0) - 1);
    if (lane.items.length === 0) this.#lanes.delete(lane.name);
    if (lane.waitedFor !== item) return;
    lane.waitedFor = null;
    lane.failures = 0;
    lane.notBefore = 0;
  }

  #tell(entry: Entry): void {
    const { kind } = entry.state;
    if (kind === "accepted" || kind === "rejected") this.#env.events.delivered(entry, kind);
    if (kind === "provisional") this.#env.events.delivered(entry, "accepted");
    const webhook = this.#env.ways(entry.site, entry.route)?.policy?.options.defer.webhook;
    if (webhook !== undefined) this.#notices.send(webhook, entry);
  }
}

/** Those without a lane have one of their own. */
function laneOf({ lane, id }: Entry): string {
  return lane ?? `entry:${id}`;
}

function placeOf({ site, route }: { readonly site: string; readonly route: string }): string {
  return JSON.stringify([site, route]);
}
