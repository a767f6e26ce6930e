import type { Clock, Timer } from "../../base/clock.ts";
import type { Entry, EntryFacts } from "../entry.ts";
import type { JournalEvents } from "../events.ts";
import type { SubmissionPolicy } from "../policy.ts";
import { createProvisionalIndex, type Awaiting, type ProvisionalEntry, type ProvisionalIndex } from "./provisional-index.ts";
import type { Store } from "../store.ts";
import type { Unsettled } from "../unsettled.ts";
import { REJECTED_FOR_MS, stateAfter, type Ruling } from "./verdict.ts";

/*
 * Submissions that the platform has taken in, and whose verdict is to come: all of the journal's in memory up to a bound, so
 * that an answer that passes by finds them without the store. A verdict changes an entry once; what is final stays.
 */

/** What keeping them needs from outside. */
export interface ProvisionalsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: Pick<JournalEvents, "verdict" | "fault">;
  readonly unsettled: Unsettled;
  readonly policyOf: (facts: EntryFacts) => Promise<SubmissionPolicy | null>;
  /** It is known in memory. */
  readonly added: (one: Awaiting) => void;
  /** It does not await its verdict any more; the entry as it is now, null where that is not known. */
  readonly over: (one: Awaiting, entry: Entry | null) => void;
}

/** More are left to the store until there is room: their verdict is learnt from the next answer after that. */
const MOST = 100_000;
/** The store is read again once less than this part is taken. */
const ROOM = 0.9;
const PAGE = 500;
const SOONEST_LOOK_MS = 500;
const LATEST_LOOK_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** See the top of this file. */
export class Provisionals {
  readonly index: ProvisionalIndex;
  readonly #env: ProvisionalsEnv;
  readonly #most: number;
  /** Some are in the store alone. */
  #isPartial = false;
  #filling = false;
  #timer: Timer | null = null;
  #lookAt = Infinity;
  #stopped = false;

  constructor(env: ProvisionalsEnv, most = MOST) {
    this.#env = env;
    this.#most = most;
    this.index = createProvisionalIndex(most);
  }

  /** Some are not known in memory: for want of room, or because they are being read. */
  get isPartial(): boolean {
    return this.#isPartial || this.#filling;
  }

  /** Begins with what an earlier life left. */
  start(): void {
    void this.#fill();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Takes an entry that has just become provisional, or was found so. */
  add(entry: ProvisionalEntry, policy: SubmissionPolicy | null): void {
    const { clock, added } = this.#env;
    const now = clock.now();
    // A wall that was put back must not make it wait longer than ever was meant.
    const left = Math.min(entry.state.until - clock.wall(), policy?.options.provisional?.for ?? Infinity);
    const one: Awaiting = { entry: { ...entry, answer: null }, policy, operation: policy?.options.operation ?? entry.route, knownAt: now, dueAt: now + left, settling: false };
    if (!this.index.add(one)) {
      this.#isPartial = true;
      return;
    }
    added(one);
    this.#plan(one.dueAt);
  }

  /** More is known of one that still awaits its verdict. */
  renew(one: Awaiting, entry: ProvisionalEntry): void {
    if (!one.settling && this.index.get(one.entry.id) === one) one.entry = { ...entry, answer: null };
  }

  /** Somebody else has decided about an entry. */
  decided(entry: Entry): void {
    const one = this.index.remove(entry.id);
    if (one !== undefined) this.#env.over(one, entry);
  }

  /**
   * Takes a verdict; the first one counts. It is in the store's hands at the return, before anything that comes later: whoever
   * has heard a no and sends the correction finds it written.
   */
  async settle(one: Awaiting, ruling: Ruling): Promise<void> {
    if (one.settling || this.index.get(one.entry.id) !== one) return;
    one.settling = true;
    try {
      await this.#write(one, ruling);
    } catch (fault) {
      one.settling = false;
      this.#env.events.fault("writing a verdict", fault);
    }
  }

  async #write(one: Awaiting, ruling: Ruling): Promise<void> {
    const { clock, store, unsettled } = this.#env;
    const { entry } = one;
    const state = stateAfter(entry.state, ruling, clock.wall() + (one.policy?.options.rejectedFor ?? REJECTED_FOR_MS));
    const change = { id: entry.id, revision: entry.revision, fence: entry.fence, state, take: true, ...(state.kind === "unsent" ? { answer: null } : {}) } as const;
    let written: Entry | null;
    try {
      written = await store.update(change);
    } catch (fault) {
      // Time that has passed passes again; what the platform said, it may not say again.
      if (ruling.by === "assumed") throw fault;
      return unsettled.keep(change, () => void this.#writtenLate(one, ruling));
    }
    if (written === null) return this.#overtaken(one, ruling);
    this.#settled(one, ruling, written);
  }

  #settled(one: Awaiting, { verdict, by }: Ruling, written: Entry | null): void {
    this.#env.events.verdict(one.entry, verdict, by);
    this.#over(one, written);
  }

  #over(one: Awaiting, entry: Entry | null): void {
    if (this.index.get(one.entry.id) === one) this.index.remove(one.entry.id);
    this.#env.over(one, entry);
  }

  /**
   * A person, or another instance, was quicker; one that still awaits its verdict is known anew. Where it is the same as before,
   * only its fence was not known (what it came to was written late), and the verdict holds: the platform may not say it again.
   */
  async #overtaken(one: Awaiting, ruling: Ruling): Promise<void> {
    const entry = await this.#newest(one.entry.id);
    this.#over(one, entry);
    if (entry === null || !isProvisional(entry)) return;
    this.add(entry, one.policy);
    const anew = this.index.get(entry.id);
    const isSame = entry.revision === one.entry.revision && entry.state.reference === one.entry.state.reference && entry.fence !== one.entry.fence;
    if (isSame && anew !== undefined) await this.settle(anew, ruling);
  }

  /** Late writing does not say whether the entry took it. */
  async #writtenLate(one: Awaiting, ruling: Ruling): Promise<void> {
    const entry = await this.#newest(one.entry.id);
    if (entry !== null && isProvisional(entry)) await this.#overtaken(one, ruling);
    else this.#settled(one, ruling, entry);
  }

  /** The newest revision, as soon as it can be read; null where there is none, or no more time for it. */
  async #newest(id: string): Promise<Entry | null> {
    for (let pause = FIRST_PAUSE_MS; !this.#stopped; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      const entries = await this.#env.store.read(id).catch(() => null);
      if (entries !== null) return entries.at(-1) ?? null;
      await new Promise<void>((resolve) => void this.#env.clock.after(pause, resolve, true));
    }
    return null;
  }

  #plan(at: number): void {
    const { clock } = this.#env;
    const look = Math.min(Math.max(at, clock.now() + SOONEST_LOOK_MS), clock.now() + LATEST_LOOK_MS);
    if (this.#stopped || look >= this.#lookAt) return;
    this.#timer?.cancel();
    this.#lookAt = look;
    this.#timer = clock.after(look - clock.now(), () => void this.#look(), true);
  }

  /** Those whose time is over count as accepted. */
  async #look(): Promise<void> {
    const { clock } = this.#env;
    this.#lookAt = Infinity;
    const due: Awaiting[] = [];
    let next = Infinity;
    for (const one of this.index.all()) {
      if (one.dueAt > clock.now()) next = Math.min(next, one.dueAt);
      else if (!one.settling && due.length < PAGE) due.push(one);
    }
    await Promise.all(due.map((one) => this.settle(one, { verdict: "accepted", number: null, by: "assumed" })));
    // Reading what there is no room for would only be work.
    if (this.#isPartial && this.index.size < this.#most * ROOM && !this.#stopped) await this.#fill();
    if (this.index.size > 0) this.#plan(due.length > 0 ? clock.now() : next);
  }

  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    for (let pause = FIRST_PAUSE_MS; !this.#stopped && !(await this.#read()); pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      await new Promise<void>((resolve) => void this.#env.clock.after(pause, resolve, true));
    }
    this.#filling = false;
  }

  /** False where the store could not be read. */
  async #read(): Promise<boolean> {
    const policies = new Map<string, SubmissionPolicy | null>();
    this.#isPartial = false;
    try {
      for (let next: number | null = 0; next !== null && !this.#isPartial && !this.#stopped; ) {
        const page = await this.#env.store.list({ states: ["provisional"], after: next }, PAGE);
        for (const entry of page.entries) if (isProvisional(entry) && this.index.get(entry.id) === undefined) this.add(entry, await this.#policy(entry, policies));
        ({ next } = page);
      }
      return true;
    } catch (fault) {
      if (!this.#stopped) this.#env.events.fault("reading what awaits its verdict", fault);
      return false;
    }
  }

  async #policy(entry: Entry, known: Map<string, SubmissionPolicy | null>): Promise<SubmissionPolicy | null> {
    const name = JSON.stringify([entry.site, entry.route, entry.profile]);
    if (!known.has(name)) known.set(name, await this.#env.policyOf(entry));
    return known.get(name) ?? null;
  }
}

/** Whether an entry awaits its verdict. */
export function isProvisional(entry: Entry): entry is ProvisionalEntry {
  return entry.state.kind === "provisional";
}
