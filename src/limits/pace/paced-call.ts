import type { Clock } from "../../base/clock.ts";
import { fairLane } from "../../base/fair-lane.ts";
import type { Random } from "../../base/random.ts";
import type { Rate } from "../../base/units.ts";
import type { CallControl } from "../../upstream/call.ts";
import type { AttemptCause } from "../../upstream/result.ts";
import type { Counter } from "./counter.ts";
import type { Group, PaceFacts } from "./group.ts";
import type { HeardAnswer } from "./learn.ts";
import { rankOf, type Rank, type Waiter } from "../queue.ts";
import { spreadRetryAfter } from "../retry-after.ts";

/** Why a request got no turn: it would have waited too long, or was given up while it waited. */
export type NoTurn =
  | { readonly kind: "told"; readonly group: string; /** Seconds after which there should be one. */ readonly retryAfter: number }
  | { readonly kind: "given-up"; readonly cause: AttemptCause };

/** What pacing tells of its work; `ms` is how long somebody waited. */
export interface PaceEvents {
  /** A request went, after a wait or none. */
  readonly went: (site: string, group: string, ms: number) => void;
  /** A request was told to come again. */
  readonly told: (site: string, group: string) => void;
  /** The platform said to wait so many ms; `refused` where it took nothing in for that. */
  readonly heard: (site: string, group: string, ms: number, refused: boolean) => void;
  /** The platform said how much it allows in one scope of a group: something else than before. */
  readonly allowed?: (site: string, group: string, windows: readonly Rate[]) => void;
}

/** Groups that learn from the answers of a route how much is allowed. */
export interface Learners {
  readonly route: string;
  readonly groups: readonly Group[];
}

/** What calls work with. */
export interface PacedCallEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: PaceEvents;
}

/** How one request waits. */
export interface Waiting {
  /** How long it can wait from now on, in ms. */
  readonly patience: () => number;
  /** Called when it has its turn. */
  readonly granted: (() => void) | null;
}

const NONE: readonly number[] = [];
/** The status that says that nothing was done, because of a limit. */
const TOO_MANY = 429;

/**
 * A request on its way through the counters that count it. A turn is taken for each attempt: `take`, then either `back`, or
 * `handed` and, where an answer comes, `answered`. One attempt at a time.
 */
export class PacedCall {
  /** Ms that the platform wants to hear nothing, by its last answer; null: it did not say so. */
  told: number | null = null;
  readonly #env: PacedCallEnv;
  readonly #groups: readonly Group[];
  readonly #facts: PaceFacts;
  readonly #waiting: Waiting;
  readonly #learners: Learners | null;
  /** Of the turn that is held: the counters, and what each gave for the hand-over. */
  #counters: Counter[] = [];
  #marks: readonly number[] = NONE;
  #isGranted = false;

  /** `groups` in the order in which turns are taken, which is the same for all requests. */
  constructor(env: PacedCallEnv, groups: readonly Group[], facts: PaceFacts, waiting: Waiting, learners: Learners | null = null) {
    this.#env = env;
    this.#groups = groups;
    this.#facts = facts;
    this.#waiting = waiting;
    this.#learners = learners;
  }

  /** Takes a turn in every counter; null once it has them. `control.abort` ends the wait. */
  take(control: CallControl): NoTurn | null | Promise<NoTurn | null> {
    this.told = null;
    this.#counters = this.#groups.map((group) => group.counterOf(this.#facts));
    let held = 0;
    while (held < this.#counters.length && (this.#counters[held] as Counter).tryEnter()) held++;
    if (held === this.#counters.length) return this.#granted(0, null);
    const limit = Math.min(this.#waiting.patience(), ...this.#groups.map(({ maxWait }) => maxWait));
    const worst = this.#worst(held);
    if (worst.ms > limit) {
      this.#release(held);
      return this.#refuse(worst);
    }
    return this.#wait(held, limit, control);
  }

  /** The head is handed to the socket: from now on it counts. */
  handed(): void {
    if (!this.#isGranted) return;
    this.#isGranted = false;
    this.#marks = this.#counters.map((counter) => counter.hand());
  }

  /** Gives the turn back: nothing was handed to the socket. Nothing happens where there is none. */
  back(): void {
    if (!this.#isGranted) return;
    this.#isGranted = false;
    this.#release(this.#counters.length);
  }

  /** The head of the answer is there: what it says counts for whoever comes next. */
  answered(answer: Omit<HeardAnswer, "body">): void {
    for (let index = 0; index < this.#marks.length; index++) {
      const counter = this.#counters[index] as Counter;
      counter.arrived(this.#marks[index] as number);
      if (answer.status !== TOO_MANY) counter.welcomed();
    }
    this.#marks = NONE;
    if (this.#groups.some(({ rules }) => rules.length > 0)) this.#hear({ ...answer, body: null }, false);
    if (this.#learners !== null) hearWindows(this.#env.events, this.#learners, this.#facts, { ...answer, body: null }, false);
  }

  /** True where the body of an answer with this status may say how long to wait. */
  get needsBody(): boolean {
    const learners = this.#learners;
    return this.#groups.some(({ rules }) => rules.some((rule) => rule.needsBody)) || (learners?.groups.some((group) => group.looksInto(learners.route)) ?? false);
  }

  /** The whole answer is there: what its body says. */
  read(answer: HeardAnswer): void {
    if (!this.needsBody) return;
    this.#hear(answer, true);
    if (this.#learners !== null) hearWindows(this.#env.events, this.#learners, this.#facts, answer, true);
  }

  #hear(answer: HeardAnswer, inBody: boolean): void {
    for (const group of this.#groups) {
      for (const rule of group.rules) {
        const heard = rule.needsBody === inBody ? rule.hear(answer, this.#env.clock.wall()) : null;
        if (heard === null) continue;
        // Looked up anew: the one that gave the turn may have been forgotten since.
        const ms = group.counterOf(this.#facts).quiet(heard === "unsaid" ? null : heard, answer.status === TOO_MANY);
        this.told = Math.max(this.told ?? 0, ms);
        this.#env.events.heard(group.site, group.name, ms, answer.status === TOO_MANY);
      }
    }
  }

  #wait(from: number, limit: number, control: CallControl): Promise<NoTurn | null> {
    const { clock } = this.#env;
    const startedAt = clock.now();
    const { promise, resolve } = Promise.withResolvers<NoTurn | null>();
    let index = from;
    const end = (noTurn: () => NoTurn | null): void => {
      deadline.cancel();
      control.abort = null;
      resolve(noTurn());
    };
    const giveUp = (noTurn: () => NoTurn): void => {
      (this.#counters[index] as Counter).leave(waiter);
      this.#release(index);
      end(noTurn);
    };
    const deadline = clock.after(limit, () => giveUp(() => this.#refuse(this.#worst(index))));
    const waiter: Waiter = {
      rank: this.#rank,
      lane: this.#lane,
      granted: () => {
        index++;
        goOn();
      },
      dropped: () => giveUp(() => this.#refuse(this.#worst(index))),
    };
    const goOn = (): void => {
      while (index < this.#counters.length && this.#counterAt(index).tryEnter()) index++;
      // Of a counter whose turn it had already the platform may have asked for quiet while it waited for another.
      if (index === this.#counters.length && this.#isQuiet()) {
        this.#release(index);
        index = 0;
        return goOn();
      }
      if (index === this.#counters.length) return end(() => this.#granted(clock.now() - startedAt, this.#groups[from] as Group));
      if (!(this.#counters[index] as Counter).wait(waiter)) giveUp(() => this.#refuse(this.#worst(index)));
    };
    const abort = (cause: AttemptCause): void => giveUp(() => ({ kind: "given-up", cause }));
    control.abort = abort;
    goOn();
    return promise;
  }

  /** Looked up anew: one without a turn and without a waiter may have been forgotten while the call waited for another. */
  #counterAt(index: number): Counter {
    return (this.#counters[index] = (this.#groups[index] as Group).counterOf(this.#facts));
  }

  #isQuiet(): boolean {
    const now = this.#env.clock.now();
    return this.#counters.some(({ quietUntil }) => quietUntil > now);
  }

  get #rank(): Rank {
    return rankOf(this.#facts.routeClass);
  }

  get #lane(): string {
    const { taxpayer, principal, address } = this.#facts;
    return fairLane(taxpayer, principal, address);
  }

  /** The longest wait among the counters from `from` on, in ms, and which of them it is. */
  #worst(from: number): { ms: number; index: number } {
    const now = this.#env.clock.now();
    const worst = { ms: 0, index: from };
    for (let index = from; index < this.#counters.length; index++) {
      const ms = (this.#counters[index] as Counter).forecast(this.#rank, this.#lane) - now;
      if (ms > worst.ms) Object.assign(worst, { ms, index });
    }
    return worst;
  }

  #granted(ms: number, waitedIn: Group | null): null {
    this.#isGranted = true;
    const group = waitedIn ?? this.#groups[0];
    // One that only says how much is allowed is counted by nothing.
    if (group !== undefined) this.#env.events.went(group.site, group.name, ms);
    this.#waiting.granted?.();
    return null;
  }

  #refuse({ ms, index }: { readonly ms: number; readonly index: number }): NoTurn {
    const { random, events } = this.#env;
    const { site, name } = this.#groups[index] as Group;
    events.told(site, name);
    return { kind: "told", group: name, retryAfter: spreadRetryAfter(ms, random) };
  }

  /** Gives back what the first so many counters gave, last first. */
  #release(held: number): void {
    for (let index = held - 1; index >= 0; index--) (this.#counters[index] as Counter).back();
  }
}

/** Lets groups hear what an answer says about how much is allowed. */
export function hearWindows(events: PaceEvents, { route, groups }: Learners, facts: PaceFacts, answer: HeardAnswer, inBody: boolean): void {
  for (const group of groups) {
    const windows = group.hearWindows(route, facts, answer, inBody);
    if (windows !== null) events.allowed?.(group.site, group.name, windows);
  }
}
