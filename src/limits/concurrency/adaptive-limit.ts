import { Baselines } from "./baselines.ts";
import { CallWindow, type Seen } from "./call-window.ts";

/** Between which numbers a limit moves; whole, at least 1. */
export interface LimitBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * What a call's end says. `overload`: the platform was not up to it (it refused for load, or did not answer in time).
 * `given-up`: nobody waited any longer. `nothing`: it did not get there.
 */
export type CallSign = "done" | "overload" | "given-up" | "nothing";

/** How a call ended. */
export interface CallEnd {
  /** Kinds differ in how long they take. */
  readonly kind: string;
  readonly sign: CallSign;
  /** From the moment it went out. */
  readonly ms: number;
  /** How many were under way with it when it went out. */
  readonly among: number;
}

/** Fewest and most calls that a window is made of, between them twice the limit; a trial is made of more. */
const LEAST_CALLS = 32;
const LEAST_TRIAL_CALLS = 80;
const MOST_CALLS = 200;
/** A window with fewer calls ends after so many ms, if it has a few. */
const LONG_WINDOW_MS = 1000;
const FEW_CALLS = 24;
/** Up to this slowness hardly anything waits at the platform: there is room. */
const ROOM = 1.3;
/** Above this too much waits there. Between the two the limit stays where it is, so that it does not swing. */
const TOO_SLOW = 2;
/** Above this there is no doubt; below it twice as many calls are looked at first. */
const MUCH_TOO_SLOW = 3;
/** Nobody minds such a wait, in ms; and where calls are that quick, it is as much our own event loop that they wait for. */
const NO_WAIT_MS = 25;
/** What a reduction aims at. */
const AIM = 1.5;
/** One reduction takes no more away than to this share. */
const HARDEST = 0.4;
/** Below this the baseline is plainly too high. */
const TOO_FAST = 0.67;
/** A platform that gets through less than this share of what it did is not kept busy. */
const HELD = 0.8;
/** With fewer calls the platform gets through less by their share at most; where it is much less than that, it changed meanwhile. */
const CHANGED = 0.7;
/** Where all calls failed for load, it counts as so much slowness on top. */
const WEIGHT_OF_FAILURES = 8;
/** Failures that do not become fewer with the calls are not for load: so long, in ms, they are not heard. */
const DEAF_MS = 60_000;
/** A baseline is looked at again after so long in full use, in ms, and no sooner than after so many calls' time. */
const PROBE_EVERY_MS = 10_000;
const PROBE_EVERY_CALLS = 30;
/** One that was learnt in full use is not to be relied on: it is looked at soon. */
const PROBE_SOON_MS = 2000;
const PROBE_SOON_CALLS = 4;
const PROBE_SHARE = 0.7;
const PROBE_EVERY_MOST_MS = 60_000;
/** A baseline that moved by no more than this is as good as it was. */
const SAME = 0.25;
/** While the limit is not reached baselines follow what is seen by this share. */
const FOLLOW = 0.1;
/** The limit grows by its root, or by so many times that where it grows again and again. */
const MOST_BOOST = 8;
/** Where it neither grows nor shrinks, a few more are tried from time to time: at first after so many ms, later after up to so many. */
const CLIMB_EVERY_MS = 2000;
const CLIMB_EVERY_MOST_MS = 16_000;
const CLIMB_SHARE = 2;
/** The platform gets through so many times as much: it was not kept busy before. */
const ROSE = 1.3;

/** Calls that are under way in full use: this share of the ends was seen with all slots taken. */
const FULL = 0.9;
const USED = 0.3;

/** A trial with fewer or more calls: what was before it. */
interface Trial {
  /** Because of slowness; to look at the baseline; or whether more get through. */
  readonly why: "cut" | "probe" | "climb";
  /** What the limit was when the first of a row of trials began, and what was done then. */
  readonly former: number;
  readonly work: number;
  /** What was seen before this one, and how many slots were in use. */
  readonly before: Seen;
  readonly span: number;
}

/**
 * How many calls may be under way at a platform at once. Numbers in, a number out: no clock, no queue.
 *
 * Slowness is what calls take, divided by what they take while nothing waits at the platform. With full slots and little
 * slowness the limit grows; with much of it the limit is cut, and what follows shows whether that was right. Where the
 * platform gets through as much as before, the others had only waited there. Where it gets through less, it is not their
 * number that makes them slow: the platform itself has become slower, which is accepted, and the limit comes back. In
 * lasting full use the same trial is made every ten seconds, because a baseline that was learnt under load is too high.
 */
export class AdaptiveLimit {
  #bounds: LimitBounds;
  #limit: number;
  readonly #baselines = new Baselines();
  readonly #window = new CallWindow();
  #trial: Trial | null = null;
  /** The window is twice as long: it seems too slow. */
  #isSuspect = false;
  #boost = 1;
  #probeEvery = PROBE_SOON_MS;
  /** Infinity: not in full use. */
  #probeAt = Infinity;
  #climbAt = 0;
  #climbEvery = CLIMB_EVERY_MS;
  #deafUntil = -Infinity;

  constructor(bounds: LimitBounds, start: number) {
    this.#bounds = bounds;
    this.#limit = start;
    this.configure(bounds);
  }

  /** Whole, within the bounds. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  configure(bounds: LimitBounds): void {
    this.#bounds = bounds;
    this.#set(this.#limit);
  }

  /** A call goes out; `inFlight` are under way with it, `now` in monotonic ms. */
  began(inFlight: number, now: number): void {
    this.#window.changed(inFlight, now);
  }

  /**
   * A call is over after so many ms; `among` so many it had gone out, itself included, and `inFlight` are left. `wasFull`:
   * until now another one would have had to wait.
   */
  ended({ kind, sign, ms, among }: CallEnd, inFlight: number, wasFull: boolean, now: number): void {
    this.#window.changed(inFlight, now);
    // Whoever breaks off before an answer was to be expected says nothing about the platform.
    if (sign === "nothing" || (sign === "given-up" && ms < this.#baselines.usual(kind))) return;
    this.#window.ended(ms, sign === "done" ? this.#baselines.heard(kind, ms, among <= this.#bounds.min) : 0, sign === "overload", wasFull);
    // Those who went out before a cut are under way yet.
    if (this.#trial !== null && inFlight >= this.limit + 1) return this.#reopen(now);
    if (this.#isOver(now)) this.#close(now);
  }

  #isOver(now: number): boolean {
    const { calls, openedAt } = this.#window;
    const lasted = now - openedAt;
    // After a cut the platform answers in the rhythm of before for as long as a call takes.
    if (lasted < (this.#trial === null ? this.#window.mean : this.#trial.before.mean)) return false;
    const isTrial = this.#trial !== null;
    const wanted = Math.min(MOST_CALLS, Math.max(isTrial ? LEAST_TRIAL_CALLS : LEAST_CALLS, 2 * this.#limit)) * (this.#isSuspect ? 2 : 1);
    return calls >= wanted || (calls >= FEW_CALLS && lasted >= (isTrial || this.#isSuspect ? 2 : 1) * LONG_WINDOW_MS);
  }

  #reopen(now: number): void {
    this.#baselines.next();
    this.#window.open(now);
  }

  #close(now: number): void {
    const seen = this.#window.seen(now);
    if (this.#trial === null && !this.#isSuspect && this.#isTooSlow(seen, now) && slownessThatCounts(seen) <= MUCH_TOO_SLOW) {
      this.#isSuspect = true;
      return;
    }
    this.#isSuspect = false;
    if (this.#trial === null) this.#steer(seen, now);
    else this.#judge(this.#trial, seen, now);
    this.#reopen(now);
  }

  /** Failures for load count as slowness. */
  #isTooSlow(seen: Seen, now: number): boolean {
    const { failures } = seen;
    return slownessThatCounts(seen) * (1 + (now >= this.#deafUntil ? WEIGHT_OF_FAILURES * failures : 0)) > TOO_SLOW;
  }

  #steer(seen: Seen, now: number): void {
    const trial = { former: this.#limit, work: seen.work, before: seen };
    if (this.#isTooSlow(seen, now) && seen.underWay > this.#bounds.min) return this.#try({ why: "cut", ...trial });
    if (seen.full < USED) return this.#rest();
    if (seen.slowness < TOO_FAST) this.#accept(seen, PROBE_SOON_MS);
    if (this.#probeAt === Infinity) this.#probeLater(now, seen);
    if (seen.failures === 0 && slownessThatCounts(seen) <= ROOM) this.#grow(now);
    else this.#boost = 1;
    if (seen.full < FULL) return;
    if (now >= this.#probeAt && seen.mean >= NO_WAIT_MS) this.#try({ why: "probe", ...trial });
    else if (this.#boost === 1 && now >= this.#climbAt && this.#limit < this.#bounds.max) this.#try({ why: "climb", ...trial });
  }

  /** The limit is not reached. */
  #rest(): void {
    this.#baselines.follow(FOLLOW);
    this.#probeEvery = PROBE_SOON_MS;
    this.#boost = 1;
    this.#probeAt = Infinity;
  }

  #grow(now: number): void {
    this.#set(this.#limit + Math.min(this.#limit, Math.sqrt(this.#limit) * this.#boost));
    this.#boost = Math.min(MOST_BOOST, this.#boost * 2);
    this.#climbLater(now, CLIMB_EVERY_MS);
  }

  #try(trial: Omit<Trial, "span">): void {
    const { why, before } = trial;
    const span = before.full >= FULL ? this.#limit : Math.min(this.#limit, before.underWay);
    this.#trial = { ...trial, span };
    this.#set(span * (why === "climb" ? CLIMB_SHARE : why === "probe" ? PROBE_SHARE : Math.min(AIM / TOO_SLOW, Math.max(HARDEST, AIM / before.slowness))));
    this.#boost = 1;
  }

  #judge(trial: Trial, seen: Seen, now: number): void {
    const { why, former, work, before, span } = trial;
    this.#trial = null;
    if (why === "climb") return this.#judgeClimb(trial, seen, now);
    if (seen.full < FULL) {
      // The load has gone meanwhile, and nothing is shown.
      if (why === "probe") this.#set(former);
      return;
    }
    this.#climbLater(now, CLIMB_EVERY_MS);
    const rose = seen.work / before.work;
    if (rose < CHANGED * (this.#limit / span)) return this.#probeLater(now, seen);
    if (why === "probe" && rose >= ROSE) {
      // Fewer calls, and more done: it became faster meanwhile.
      this.#set(former);
      this.#accept(seen, PROBE_SOON_MS);
      return this.#probeLater(now, seen);
    }
    if (seen.work >= HELD * work && seen.underWay > this.#bounds.min) {
      if (why === "probe" || this.#isTooSlow(seen, now)) this.#try({ why, former, work: Math.max(work, seen.work), before: seen });
      else this.#probeLater(now, seen);
      return;
    }
    if (before.failures > 0 && seen.failures >= before.failures * HELD) this.#deafUntil = now + DEAF_MS;
    const faster = seen.slowness / before.slowness;
    const isSame = why === "probe" && Math.abs(seen.slowness - 1) <= SAME;
    this.#accept(seen, isSame ? Math.min(PROBE_EVERY_MOST_MS, Math.max(PROBE_EVERY_MS, 2 * this.#probeEvery)) : PROBE_EVERY_MS);
    this.#set(Math.min(former, AIM * span * Math.min(1, faster)));
    this.#probeLater(now, seen);
  }

  #judgeClimb({ former, before }: Trial, seen: Seen, now: number): void {
    if (seen.full >= FULL && seen.failures <= before.failures && seen.work >= ROSE * before.work) {
      // They were slow, and yet no more were needed to make them so.
      this.#accept(seen, PROBE_SOON_MS);
      this.#probeLater(now, seen);
      return this.#climbLater(now, CLIMB_EVERY_MS);
    }
    this.#set(former);
    this.#climbLater(now, Math.min(CLIMB_EVERY_MOST_MS, 2 * this.#climbEvery));
  }

  #climbLater(now: number, ms: number): void {
    this.#climbEvery = ms;
    this.#climbAt = now + ms;
  }

  /** What is seen is the measure from now on, and is looked at again after so many ms. */
  #accept({ spent }: Seen, probeEvery: number): void {
    this.#baselines.accept(spent);
    this.#probeEvery = probeEvery;
    this.#probeAt = Infinity;
  }

  #probeLater(now: number, { mean, slowness }: Seen): void {
    const calls = this.#probeEvery === PROBE_SOON_MS ? PROBE_SOON_CALLS : PROBE_EVERY_CALLS;
    this.#probeAt = now + Math.max(this.#probeEvery, (calls * mean) / Math.max(1, slowness));
  }

  #set(limit: number): void {
    const { min, max } = this.#bounds;
    this.#limit = Math.max(Math.min(min, max), Math.min(max, limit));
  }
}

function slownessThatCounts({ slowness, waited }: Seen): number {
  return waited < NO_WAIT_MS ? Math.min(1, slowness) : slowness;
}
