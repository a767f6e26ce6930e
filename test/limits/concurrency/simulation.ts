import { seededRandom, type Random } from "../../../src/base/random.ts";
import { EndpointSlots, type SlotsOptions } from "../../../src/limits/concurrency/slots.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

/** A stream of calls at random moments. */
export interface CallStream {
  readonly class: string;
  readonly kind: string;
  readonly perSecond: number;
  /** When it begins and ends, in ms; the whole time unless written. */
  readonly from?: number;
  readonly until?: number;
  /** Times of service in ms, drawn for each call. */
  readonly service: (random: Random) => number;
  /** Ms after which an answer is worth nothing to its caller. */
  readonly deadline: number;
}

/** What changes at a moment, in ms. */
export interface Change {
  readonly at: number;
  readonly workers?: number;
  /** All times of service become so many times longer. */
  readonly slower?: number;
}

/** One simulated run. */
export interface Simulation {
  readonly slots: SlotsOptions;
  readonly workers: number;
  readonly streams: readonly CallStream[];
  readonly changes?: readonly Change[];
  readonly seconds: number;
  readonly seed?: number;
  /** Calls at the platform beyond so many are refused with 503 at once; none unless written. */
  readonly most?: number;
}

/** What one second showed. */
export interface Second {
  /** Answers within their callers' deadlines, all and submissions. */
  readonly good: number;
  readonly goodSubmissions: number;
  readonly late: number;
  readonly shed: number;
  readonly shedSubmissions: number;
  /** At its end. */
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
}

/** Exponential times with this mean. */
export const exponential = (mean: number) => (random: Random): number => -mean * Math.log(1 - random.next());
/** Always the same, but for a tenth. */
export const steady = (mean: number) => (random: Random): number => mean * (0.9 + 0.2 * random.next());
/** One in five takes ten times as long. */
export const tailed = (usual: number) => (random: Random): number => usual * (random.next() < 0.2 ? 10 : 1) * (0.5 + random.next());

/** A platform of so many workers with a line in front of them. */
class Platform {
  readonly #clock: VirtualClock;
  readonly #line: { ms: number; done: () => void }[] = [];
  #busy = 0;
  workers: number;
  slower = 1;

  constructor(clock: VirtualClock, workers: number) {
    this.#clock = clock;
    this.workers = workers;
  }

  get calls(): number {
    return this.#busy + this.#line.length;
  }

  serve(ms: number, done: () => void): void {
    this.#line.push({ ms, done });
    this.#next();
  }

  setWorkers(workers: number): void {
    this.workers = workers;
    this.#next();
  }

  #next(): void {
    while (this.#busy < this.workers) {
      const call = this.#line.shift();
      if (call === undefined) return;
      this.#busy += 1;
      this.#clock.after(call.ms * this.slower, () => {
        this.#busy -= 1;
        call.done();
        this.#next();
      });
    }
  }
}

/** Runs calls through slots to a simulated platform in virtual time. */
export function simulate(run: Simulation): Second[] {
  const clock = virtualClock();
  const random = seededRandom(run.seed ?? 1);
  const platform = new Platform(clock, run.workers);
  let now = empty();
  const slots = new EndpointSlots(run.slots, {
    clock, random,
    shed(routeClass) {
      now.shed += 1;
      if (routeClass === "submit") now.shedSubmissions += 1;
    },
  });
  const start = (stream: CallStream): void => {
    const arrivedAt = clock.now();
    const go = (among: number): void => {
      const sentAt = clock.now();
      const refused = platform.calls >= (run.most ?? Infinity);
      const ended = (): void => {
        slots.leave({ kind: stream.kind, sign: refused ? "overload" : "done", ms: clock.now() - sentAt, among });
        if (refused) now.late += 1;
        else if (clock.now() - arrivedAt > stream.deadline) now.late += 1;
        else {
          now.good += 1;
          if (stream.class === "submit") now.goodSubmissions += 1;
        }
      };
      if (refused) clock.after(1, ended);
      else platform.serve(stream.service(random), ended);
    };
    const among = slots.enter(stream.class);
    if (among > 0) go(among);
    else slots.wait({ class: stream.class, lane: "", deadline: arrivedAt + 120_000 }, (taken, none) => (none === null ? go(taken) : undefined));
  };
  for (const stream of run.streams) {
    const next = (): void => {
      if (clock.now() >= (stream.until ?? Infinity)) return;
      start(stream);
      clock.after(exponential(1000 / stream.perSecond)(random), next);
    };
    clock.after((stream.from ?? 0) + exponential(1000 / stream.perSecond)(random), next);
  }
  for (const { at, workers, slower } of run.changes ?? []) {
    clock.after(at, () => {
      if (slower !== undefined) platform.slower = slower;
      if (workers !== undefined) platform.setWorkers(workers);
    });
  }
  return Array.from({ length: run.seconds }, (_, second) => {
    now = empty();
    clock.runUntil((second + 1) * 1000);
    return { ...now, ...slots.status() };
  });
}

function empty() {
  return { good: 0, goodSubmissions: 0, late: 0, shed: 0, shedSubmissions: 0 };
}
