import type { Clock, Timer } from "../../base/clock.ts";
import { fairLane } from "../../base/fair-lane.ts";
import type { Random } from "../../base/random.ts";
import { minuteIn } from "../../base/zone.ts";
import type { Headers } from "../../http/message.ts";
import { rankOf, type Rank } from "../queue.ts";
import { spreadRetryAfter } from "../retry-after.ts";
import type { SharedCount, SharedLimits } from "../shared/shared-limits.ts";
import type { CallerFacts } from "./key.ts";
import type { Limit } from "./limit.ts";
import { policyFields, type ToldLimit } from "./policy-fields.ts";
import type { UnitsWaiter } from "./waiting-room.ts";

/** Why a request does not go: a limit has no room for it, or it was given up while it waited. */
export type Refusal =
  | { readonly kind: "limited"; readonly limit: string; readonly units: number; /** Seconds after which there should be room; null: there never will be. */ readonly retryAfter: number | null; /** Where it is used up for a period of a calendar: its end, as in `2026-11-23T00:00 Asia/Shanghai`; else null. */ readonly until: string | null; readonly headers: Headers }
  | { readonly kind: "gone" };

/** Where a limit met a request. */
export type LimitedPlace = Pick<CallerFacts, "site" | "route">;

/** What limits tell of their work. */
export interface LimitEvents {
  /** A request went through a limit, after a wait of so many ms or none. */
  readonly went: (limit: string, ms: number) => void;
  /** A limit had no room, and its caller was told so; ms until there is, Infinity: never. */
  readonly refused: (limit: string, ms: number, where: LimitedPlace) => void;
  /** The same, where it only tells what it would have done. */
  readonly would: (limit: string, what: "refuse" | "queue", ms: number, where: LimitedPlace) => void;
}

/** What passages work with. */
export interface PassageEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: LimitEvents;
  /** Where limits count that instances share; null: each for itself. */
  readonly shared: () => SharedLimits | null;
}

/** One limit on a passage. */
export interface Part {
  readonly limit: Limit;
  readonly key: string;
  readonly units: number;
  /** Monotonic ms at which its units were taken; NaN: they are not. */
  takenAt: number;
  /** Share of the limit of which they were taken; 1 unless others could not be asked. */
  share: number;
  /** What was counted elsewhere; null: nothing. */
  count: SharedCount | null;
}

const NONE: readonly Limit[] = [];

/**
 * A request on its way through the limits of its route: all of them have room for it at one moment, or it takes nothing.
 * Where one that queues has none it waits there, holding nothing elsewhere; those who wait are no load on anybody else.
 */
export class Passage {
  readonly #env: PassageEnv;
  readonly #parts: readonly Part[];
  readonly #rank: Rank;
  readonly #lane: string;
  readonly #where: LimitedPlace;
  #startedAt = 0;
  #deadline = Infinity;
  /** The limit that it waited for last; null: it did not. */
  #waitedFor: Limit | null = null;
  /** Limits in which its turn has come: it stays before those who wait there, or two lines would send it to and fro. */
  #turnsOf = NONE;
  #isGone = false;
  #giveUp: (() => void) | null = null;

  constructor(env: PassageEnv, parts: readonly Part[], { site, route, routeClass, taxpayer, principal, client }: CallerFacts) {
    this.#env = env;
    this.#parts = parts;
    this.#rank = rankOf(routeClass);
    this.#lane = fairLane(taxpayer, principal, client);
    this.#where = { site, route };
  }

  /** The limit that it waited for last; null: it did not wait. */
  get waitedFor(): string | null {
    return this.#waitedFor?.name ?? null;
  }

  /** Goes through; null once every limit has room. `deadline` in monotonic ms is when the request's own time is over. */
  enter(deadline: number): Refusal | null | Promise<Refusal | null> {
    const now = this.#env.clock.now();
    this.#startedAt = now;
    this.#deadline = deadline;
    return this.#takeAll(now);
  }

  /** Nobody wants it any more: ends a wait, and does nothing where there is none. */
  giveUp(): void {
    this.#isGone = true;
    this.#giveUp?.();
  }

  /** Nothing of it went to the platform after all: what counts by the calendar is given back. */
  unused(): void {
    const now = this.#env.clock.now();
    for (const { limit, key, units, takenAt, count } of this.#parts) {
      if (Number.isNaN(takenAt) || !limit.rules.some(({ kind }) => kind === "quota")) continue;
      limit.counter(key, now).backInQuotas(units, takenAt);
      if (count?.taken === true) this.#env.shared()?.giveBack(limit.demand(key, units), count, "quotas");
    }
  }

  /** RateLimit-Policy and RateLimit, as limits stand now; none of limits that only tell what they would do. */
  fields(): Headers {
    return policyFields(this.#parts.flatMap((part) => (part.limit.dryRun ? [] : [this.#told(part)])));
  }

  #told({ limit, key, count }: Part): ToldLimit {
    const now = this.#env.clock.now();
    const counter = limit.counter(key, now);
    return { name: limit.name, rules: limit.rules, standings: count?.rules ?? counter.standings(now), allowed: counter.allowed(now) };
  }

  #takeAll(now: number): Refusal | null | Promise<Refusal | null> {
    let shared = 0;
    for (const part of this.#parts) {
      if (part.limit.shared && this.#env.shared() !== null) {
        shared++;
        // Those who wait come first, unless it is his turn.
        if (!this.#hadTurnOf(part.limit) && part.limit.hasWaiters(part.key)) return this.#excess(part, Math.max(1, part.limit.counter(part.key, now).wait(part.units, now)));
      } else if (Number.isNaN(part.takenAt)) {
        const wait = part.limit.take(part.key, part.units, now, this.#hadTurnOf(part.limit));
        if (wait === 0) [part.takenAt, part.share] = [now, 1];
        else if (part.limit.dryRun) this.#would(part, wait);
        else return this.#excess(part, wait);
      }
    }
    return shared === 0 ? this.#granted() : this.#takeShared();
  }

  async #takeShared(): Promise<Refusal | null> {
    const { clock } = this.#env;
    const place = this.#env.shared() as SharedLimits;
    const parts = this.#parts.filter(({ limit }) => limit.shared);
    const counts = await place.take(parts.map(({ limit, key, units }) => limit.demand(key, units)));
    const now = clock.now();
    let worst: Part | null = null;
    let longest = 0;
    for (const [index, part] of parts.entries()) {
      const count = counts[index] ?? null;
      part.count = count;
      const counter = part.limit.counter(part.key, now);
      // It counts along, and decides where nobody else does.
      const wait = count === null ? counter.takeOfShare(part.units, now, part.limit.insurance) : count.wait;
      if (wait === 0 && count !== null) counter.force(part.units, now);
      if (wait === 0) [part.takenAt, part.share] = [now, count === null ? part.limit.insurance : 1];
      else if (part.limit.dryRun) this.#would(part, wait);
      else if (wait > longest) [worst, longest] = [part, wait];
    }
    if (this.#isGone) return this.#gone();
    return worst === null ? this.#granted() : this.#excess(worst, longest);
  }

  /** A limit has no room for `wait` ms: the request waits there, or is refused. */
  #excess(part: Part, wait: number): Refusal | null | Promise<Refusal | null> {
    const { limit, key, units } = part;
    const isNext = this.#hadTurnOf(limit);
    this.#release();
    if (!limit.queues || wait === Infinity) return this.#refuse(part, wait);
    const left = this.#left(limit);
    const forecast = isNext ? wait : Math.max(wait, limit.forecast(key, units, this.#rank, this.#lane));
    if (forecast > left) return this.#refuse(part, forecast);
    if (limit.shared) limit.closeUntil(key, this.#env.clock.now() + wait);
    return this.#wait(part, left, isNext);
  }

  #wait(part: Part, left: number, isNext: boolean): Promise<Refusal | null> | Refusal | null {
    const { limit, key, units } = part;
    const { clock } = this.#env;
    const { promise, resolve } = Promise.withResolvers<Refusal | null>();
    let isOver = false;
    const settle = (end: () => Refusal | null | Promise<Refusal | null>): void => {
      isOver = true;
      timer.cancel();
      // Before it ends: it may have to wait in another line.
      this.#giveUp = null;
      resolve(end());
    };
    const leave = (refusal: () => Refusal): void => {
      limit.leave(key, waiter);
      settle(refusal);
    };
    const late = (): Refusal => this.#refuse(part, limit.forecast(key, units, this.#rank, this.#lane));
    const waiter: UnitsWaiter = {
      rank: this.#rank, lane: this.#lane, units,
      granted: () => {
        this.#waitedFor = limit;
        if (!isNext) this.#turnsOf = [...this.#turnsOf, limit];
        const now = clock.now();
        if (!limit.shared) [part.takenAt, part.share] = [now, 1];
        settle(() => this.#takeAll(now));
      },
      dropped: () => settle(() => this.#refuse(part, 0)),
    };
    const lookOnce = (): void => {
      // What it was promised for the end of its time is there now.
      limit.hurry(key, waiter);
      if (!isOver) leave(late);
    };
    // Timers of the system come up to a ms early.
    const timer = untilPast(clock, clock.now() + left, lookOnce);
    this.#giveUp = () => leave(() => ({ kind: "gone" }));
    if (limit.wait(key, waiter, isNext)) return promise;
    leave(late);
    return promise;
  }

  #hadTurnOf(limit: Limit): boolean {
    return this.#turnsOf.includes(limit);
  }

  /** It was given up while others were asked. */
  #gone(): Refusal {
    this.#release();
    return { kind: "gone" };
  }

  /** Ms that it can still wait. */
  #left(limit: Limit): number {
    const now = this.#env.clock.now();
    return Math.min(this.#startedAt + limit.maxWait, this.#deadline) - now;
  }

  #granted(): null {
    const waited = this.#waitedFor === null ? 0 : this.#env.clock.now() - this.#startedAt;
    for (const { limit, takenAt } of this.#parts) {
      if (!limit.dryRun) this.#env.events.went(limit.name, this.#waitedFor === limit ? waited : 0);
      else if (!Number.isNaN(takenAt)) this.#env.events.went(limit.name, 0);
    }
    return null;
  }

  #would({ limit, key, units }: Part, wait: number): void {
    const queues = limit.queues && limit.forecast(key, units, this.#rank, this.#lane) <= this.#left(limit);
    this.#env.events.would(limit.name, queues ? "queue" : "refuse", wait, this.#where);
  }

  #refuse(part: Part, ms: number): Refusal {
    const { random, events } = this.#env;
    const { limit, units } = part;
    const told = this.#told(part);
    const headers = policyFields([told]);
    const until = usedUpUntil(told, units, ms, this.#env.clock);
    this.#release();
    events.refused(limit.name, ms, this.#where);
    const retryAfter = ms === Infinity ? null : spreadRetryAfter(ms, random);
    return { kind: "limited", limit: limit.name, units, retryAfter, until, headers };
  }

  /** Gives back what was taken: it does not go now. */
  #release(): void {
    for (const part of this.#parts) {
      if (Number.isNaN(part.takenAt)) continue;
      const { takenAt } = part;
      part.takenAt = NaN;
      if (part.count?.taken === true) this.#env.shared()?.giveBack(part.limit.demand(part.key, part.units), part.count, "all");
      part.count = null;
      part.limit.back(part.key, part.units, takenAt, part.share);
    }
  }
}

/** The end of the period for which a quota is used up, where nothing else would let the request wait for longer. */
function usedUpUntil({ rules, standings }: ToldLimit, units: number, ms: number, clock: Clock): string | null {
  for (const [index, rule] of rules.entries()) {
    const { left, reset } = standings[index] ?? { left: Infinity, reset: 0 };
    if (rule.kind === "quota" && left < units && Math.abs(reset - ms) < 1000) return minuteIn(clock.wall() + reset, rule.zone);
  }
  return null;
}

/** Runs once this instant (monotonic ms) has come, and not before. */
function untilPast(clock: Clock, at: number, run: () => void): Timer {
  let timer: Timer;
  const look = (): void => {
    const left = at - clock.now();
    if (left <= 0) run();
    else timer = clock.after(Math.ceil(left), look);
  };
  timer = clock.after(Math.ceil(at - clock.now()), look);
  return { cancel: () => timer.cancel() };
}
