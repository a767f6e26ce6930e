import type { Clock } from "../base/clock.ts";
import { createPacer, type Pacer } from "../base/pacer.ts";
import type { Entry, EntryState } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import { createNotices, type Post } from "./notices.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import type { Store } from "./store.ts";
import { parseTimeLimit } from "./time-limit.ts";

/*
 * Submissions that were accepted while the platform was down. They are delivered in the order of their acceptance, those of
 * one lane one at a time, and never past the time that the law or the route sets.
 */

export type { Post } from "./notices.ts";

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

/** The queues of all routes. */
export interface Deferred {
  /** Takes a flight that cannot be sent now; false where its queue is full. */
  readonly take: (flight: Flight) => boolean;
  /** Takes an entry that is queued in the store. */
  readonly add: (entry: Entry) => void;
  /** Whether others of its lane wait, or are under way from the queue: a new one must not pass them. */
  isQueued(lane: string | null): boolean;
  /** The state of an entry that is queued now. */
  stateFor(policy: SubmissionPolicy): Extract<EntryState, { kind: "queued" }>;
  landed(flight: Flight): void;
  /** A person decided about an entry, which may be the head of a lane. */
  decided(entry: Entry): void;
  count(): number;
  stop(): void;
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

/** Makes the queues; `stop` leaves them to the store. */
export function createDeferred(env: DeferredEnv): Deferred {
  const { clock, store, outcomes, events } = env;
  const lanes = new Map<string, Lane>();
  const flying = new Map<Flight, Lane>();
  const notices = createNotices(env.post, clock, events);
  const pacers = new Map<string, Pacer>();
  let queued = 0;
  let running = false;
  let stopped = false;

  function add(entry: Entry): void {
    const lane = entry.lane ?? `entry:${entry.id}`;
    const item: Item = { id: entry.id, revision: entry.revision, sequence: entry.sequence, lane, until: entry.state.kind === "queued" ? entry.state.until : null };
    const known = lanes.get(lane) ?? { items: [], busy: false, notBefore: 0, failures: 0 };
    if (known.items.some((other) => other.id === item.id)) return;
    // One that comes back keeps its place: what came after it must not pass it.
    const place = known.items.findIndex((other) => other.sequence > item.sequence);
    known.items.splice(place < 0 ? known.items.length : place, 0, item);
    lanes.set(lane, known);
    queued++;
    if (!running) void run();
  }

  async function run(): Promise<void> {
    running = true;
    try {
      while (!stopped && queued > 0) {
        const lane = nextLane();
        if (lane === null) await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve, true));
        else await begin(lane);
      }
    } catch (fault) {
      events.fault("delivering", fault);
    } finally {
      running = false;
    }
  }

  /** The lane whose head was accepted first, among those that may go on. */
  function nextLane(): Lane | null {
    let first: Lane | null = null;
    for (const lane of lanes.values()) {
      const head = lane.items[0];
      if (head === undefined || lane.busy || clock.now() < lane.notBefore) continue;
      if (first === null || head.sequence < (first.items[0] as Item).sequence) first = lane;
    }
    return first;
  }

  async function begin(lane: Lane): Promise<void> {
    const item = lane.items[0] as Item;
    lane.busy = true;
    try {
      const entry = (await store.read(item.id)).find((one) => one.revision === item.revision);
      if (entry?.state.kind !== "queued") return drop(lane, item);
      if (item.until !== null && clock.wall() >= item.until) return await expire(lane, item, entry);
      const flight = await env.depart(entry);
      if (flight === null) return later(lane);
      flying.set(flight, lane);
      if (flight.ending !== null) landed(flight);
      else await pacerOf(flight.policy).slot();
    } catch (fault) {
      later(lane);
      events.fault("delivering", fault);
    }
  }

  function pacerOf({ site, route, options: { defer } }: SubmissionPolicy): Pacer {
    const key = JSON.stringify([site, route, defer.pace]);
    const known = pacers.get(key) ?? createPacer(defer.pace, clock);
    pacers.set(key, known);
    return known;
  }

  /** It is certain that nothing was sent: its next try sends it, and the law's time is not broken by us. */
  async function expire(lane: Lane, item: Item, entry: Entry): Promise<void> {
    await store.update({ id: entry.id, revision: entry.revision, fence: entry.fence, state: { kind: "unsent", why: "its time in the queue ran out" }, take: true });
    drop(lane, item);
    events.delivered(entry, "expired");
  }

  function later(lane: Lane): void {
    lane.busy = false;
    lane.notBefore = clock.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** lane.failures++);
  }

  function drop(lane: Lane, item: Item): void {
    const index = lane.items.indexOf(item);
    if (index >= 0) {
      lane.items.splice(index, 1);
      queued--;
    }
    lane.busy = false;
    lane.failures = 0;
    lane.notBefore = 0;
    if (lane.items.length === 0) lanes.delete(item.lane);
  }

  function landed(flight: Flight): void {
    const lane = flying.get(flight);
    if (lane === undefined || flight.entry === null) return;
    flying.delete(flight);
    const item = lane.items.find((one) => one.id === flight.facts.id);
    if (item === undefined) return;
    const { kind } = flight.entry.state;
    if (kind === "queued") return later(lane);
    // A person decides about the head; what comes after it may depend on it.
    if (kind === "held") return;
    if (kind === "unsent") return void requeue(flight, lane).catch((fault: unknown) => events.fault("queueing again", fault));
    drop(lane, item);
    tell(flight);
  }

  async function requeue(flight: Flight, lane: Lane): Promise<void> {
    const entry = flight.entry as Entry;
    const item = lane.items.find((one) => one.id === entry.id) as Item;
    await store.update({ id: entry.id, revision: entry.revision, fence: entry.fence, state: { kind: "queued", until: item.until }, take: true });
    later(lane);
  }

  function tell({ entry, policy }: Flight): void {
    if (entry === null) return;
    const { kind } = entry.state;
    if (kind === "accepted" || kind === "rejected") events.delivered(entry, kind);
    const { webhook } = policy.options.defer;
    if (webhook !== undefined) notices.send(webhook, entry);
  }

  function stateFor({ options: { defer } }: SubmissionPolicy): Extract<EntryState, { kind: "queued" }> {
    const now = clock.wall();
    const limit = defer.notPast === undefined ? null : parseTimeLimit(defer.notPast);
    return { kind: "queued", until: Math.min(now + defer.maxQueueAge, limit === null ? Infinity : limit.next(now)) };
  }

  return {
    add, landed, stateFor,
    take(flight) {
      if (flying.has(flight)) {
        const item = flying.get(flight)?.items.find((one) => one.id === flight.facts.id);
        void outcomes.queued(flight, item?.until ?? null);
        return true;
      }
      if (queued >= flight.policy.options.defer.maxQueued || flight.entry === null) return false;
      void outcomes.queued(flight, stateFor(flight.policy).until).then(() => flight.entry?.state.kind === "queued" && add(flight.entry));
      return true;
    },
    isQueued: (lane) => lane !== null && lanes.has(lane),
    decided(entry) {
      const lane = lanes.get(entry.lane ?? `entry:${entry.id}`);
      const item = lane?.items.find((one) => one.id === entry.id && one.revision === entry.revision);
      if (lane !== undefined && item !== undefined && entry.state.kind !== "queued") drop(lane, item);
    },
    count: () => queued,
    stop() {
      stopped = true;
      notices.stop();
    },
  };
}
