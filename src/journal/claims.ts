import type { Clock } from "../base/clock.ts";
import { createIdTable, type IdTable } from "../base/id-table.ts";
import { claimBatch, type ComposedBatch } from "./batch/claims.ts";
import { claimPlace, RESTORED } from "./claim-place.ts";
import { decide, type Standing } from "./decide.ts";
import type { Deferred } from "./deferred.ts";
import { elsewhere } from "./elsewhere.ts";
import type { Entry, EntryFacts } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { Flight } from "./flight.ts";
import type { Flights } from "./flights.ts";
import { newItem, openItem, type ItemFacts, type NewItem } from "./batch/items.ts";
import type { LaneHead, Lanes } from "./lanes.ts";
import { mayHear } from "./may-hear.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { isWithin, recallOf, type Recalled } from "./recalled.ts";
import { StoreFault, under, type Store } from "./store.ts";
import { factsOf, fingerprintUnder, type Submission, type Try } from "./try.ts";

/*
 * What a try gets: its own claim, another's outcome, or a no. The store decides between several callers; while it is asked
 * about a key, other tries of that key wait for its answer, and then find a flight or ask it themselves.
 */

/** What a try gets. */
export type Entered =
  /** It is the first one: whoever has it calls `send`. */
  | { readonly kind: "mine"; readonly flight: Flight }
  /** Another try of it is under way. */
  | { readonly kind: "joined"; readonly flight: Flight }
  /** It is the first one, and the platform is asked before it is sent: the journal was put back. */
  | { readonly kind: "asked"; readonly flight: Flight }
  /** Its outcome is known. */
  | { readonly kind: "replay"; readonly entry: Entry }
  /** It is held, queued, given up, or another instance works on it. */
  | { readonly kind: "told"; readonly entry: Entry; readonly recalled?: Recalled | null }
  | { readonly kind: "conflict"; readonly facts: EntryFacts; readonly recalled?: Recalled | null }
  /** The first try of it was sent where its answer means something else: see `within`. */
  | { readonly kind: "elsewhere"; readonly entry: Entry; readonly recalled: Recalled | null }
  /** Nothing was claimed: what stands before it in its lane is held. */
  | { readonly kind: "behind"; readonly head: LaneHead }
  /** Some items of the batch are known: its answer is composed. */
  | { readonly kind: "composed"; readonly batch: ComposedBatch }
  /** Some items of the batch are known, and nothing was sent: it is not taken apart. */
  | { readonly kind: "mixed"; readonly items: readonly ItemFacts[] }
  /** It is not this caller's to know. */
  | { readonly kind: "stranger" }
  | { readonly kind: "unidentified"; readonly why: "missing" | "unclear"; readonly detail: string }
  /** The route lets submissions without a key pass. */
  | { readonly kind: "unjournalled" }
  | { readonly kind: "unavailable"; readonly fault: StoreFault }
  | { readonly kind: "overloaded" };

/** What claims need from outside. */
export interface ClaimsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: JournalEvents;
  readonly outcomes: Outcomes;
  readonly deferred: Deferred;
  readonly flights: Flights;
  readonly lanes: Lanes;
  /** Verdicts on items of batches that are being written: whoever has heard of one comes with a correction. Undefined: none. */
  readonly itemVerdicts: () => Promise<void> | undefined;
  /** The journal was put back: what it does not know, or has not touched since, is asked about before it is sent. */
  readonly distrusts: () => boolean;
  /** Monotonic ms of this life's start. */
  readonly startedAt: number;
}

/** Submissions under way at once, those in doubt and those being delivered later among them. */
const MOST_FLIGHTS = 50_000;
/** Another instance may be quicker; nobody is so often. */
const TRIES = 3;
/** Tries of one key that come together look one after the other. */
const MOST_LOOKS = 1000;
const STRANGER: Entered = { kind: "stranger" };
const OVERLOADED: Entered = { kind: "overloaded" };

/** See the top of this file. */
export class Claims {
  readonly #env: ClaimsEnv;
  /** Keys about which the store is being asked. */
  readonly #asking: IdTable<Promise<unknown>> = createIdTable();
  /** Hashes of what was claimed under already, and is kept. */
  readonly #profiles = new Set<string>();

  constructor(env: ClaimsEnv) {
    this.#env = env;
  }

  /** Claims a submission, or finds what is known of it. Durable once it resolves; rejects for faults of ours only. */
  async enter(policy: SubmissionPolicy, submission: Submission): Promise<Entered> {
    const identified = policy.identify(submission.source, submission.request.target);
    if (identified.kind !== "identified") {
      if (identified.kind === "missing" && policy.options.onMissingKey === "pass") return { kind: "unjournalled" };
      return { kind: "unidentified", why: identified.kind, detail: identified.detail };
    }
    if (submission.entitled?.(submission.taxpayer) === false) return STRANGER;
    const one: Try = { policy, identified, submission };
    const contradicted = identified.items?.contradiction ?? null;
    if (contradicted !== null) {
      const facts = { ...factsOf(one, 1), key: contradicted };
      this.#env.events.conflict(facts);
      return { kind: "conflict", facts };
    }
    return this.#enter(one);
  }

  async #enter(one: Try): Promise<Entered> {
    const { identified } = one;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const asked = this.#asking.get(identified.id) ?? (identified.items === null ? undefined : this.#env.itemVerdicts());
      if (asked !== undefined) await asked;
      else {
        const entered = await this.#once(one);
        if (entered !== null) return entered;
      }
    }
    return OVERLOADED;
  }

  /** Null where it has to be looked at anew. */
  #once(one: Try): Promise<Entered | null> | Entered {
    const flight = this.#env.flights.get(one.identified.id);
    if (flight !== undefined) return this.#meet(flight, one);
    const { id } = one.identified;
    const asking = this.#claim(one).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  /** One is under way. */
  #meet(flight: Flight, one: Try): Promise<Entered | null> | Entered {
    const { submission, policy } = one;
    if (!mayHear(flight.facts, submission)) return STRANGER;
    if (fingerprintUnder(flight.policy, policy, one) !== flight.facts.fingerprint) return this.#beside(flight, one);
    const tried = policy.options.within.length === 0 ? null : (flight.policy.recall?.(submission.request) ?? null);
    if (!isWithin(flight.recalled, tried)) return { kind: "elsewhere", entry: flight.entry, recalled: flight.recalled };
    flight.latest = submission.request.headers;
    return { kind: "joined", flight };
  }

  /** Another content while one is under way: the old no of an earlier revision, or a conflict. */
  async #beside(flight: Flight, one: Try): Promise<Entered | null> {
    const { id } = one.identified;
    const entries = await this.#env.store.read(id).catch(() => []);
    const older = entries.length === 0 ? null : decide(entries, fingerprintUnder(flight.policy, one.policy, one), this.#env.clock.wall());
    if (older?.kind === "replay") return older;
    // It has ended meanwhile: what it came to decides, once that is written.
    if (flight.ending !== null) return this.#env.flights.get(id) === flight ? OVERLOADED : null;
    this.#env.events.conflict(flight.facts);
    return { kind: "conflict", facts: flight.facts, recalled: flight.recalled };
  }

  async #claim(one: Try): Promise<Entered> {
    try {
      if (this.#env.flights.size >= MOST_FLIGHTS) return await this.#known(one, await this.#env.store.read(one.identified.id), 1);
      if (!this.#profiles.has(one.policy.hash)) await this.#keepProfile(one.policy);
      return await this.#insert(one);
    } catch (fault) {
      return { kind: "unavailable", fault: fault instanceof StoreFault ? fault : new StoreFault("io", String(fault)) };
    }
  }

  async #keepProfile({ hash, text }: SubmissionPolicy): Promise<void> {
    await this.#env.store.keepProfile(hash, text);
    this.#profiles.add(hash);
  }

  async #insert(one: Try): Promise<Entered> {
    const facts = factsOf(one, 1);
    const inserted = await claimPlace(this.#env, one.policy, facts, (state) => this.#env.store.insert({ ...facts, state, request: one.submission.request, ...newItems(one) }));
    if ("noPlace" in inserted) return this.#unplaced(one, inserted.noPlace);
    if (inserted.kind === "taken") return this.#batch(one);
    return inserted.kind === "known" ? this.#known(one, inserted.entries, 1) : this.#begin(one, inserted.entry);
  }

  /** What is known of it already needs no place. */
  async #unplaced(one: Try, instead: Entered): Promise<Entered> {
    const entries = await this.#env.store.read(one.identified.id);
    return entries.length === 0 ? instead : this.#known(one, entries, 1);
  }

  #begin({ policy, identified, submission: { request } }: Try, entry: Entry): Entered {
    const { clock, flights, outcomes, deferred, startedAt } = this.#env;
    if (entry.state.kind === "queued") {
      deferred.add(entry);
      return { kind: "told", entry };
    }
    const flight = new Flight(policy, entry, request, clock);
    flight.items = identified.items?.list.map(openItem) ?? null;
    flight.inLane = entry.state.kind === "unsent";
    flight.distrusted = this.#env.distrusts();
    flights.add(flight);
    if (entry.state.kind === "sending" || flight.inLane) return { kind: "mine", flight };
    // This life has sent nothing of it: what is asked about was sent before its start.
    flight.quietSince = startedAt;
    outcomes.doubt(flight, RESTORED.cause, RESTORED.why, "");
    return { kind: "asked", flight };
  }

  async #known(one: Try, entries: readonly Entry[], tries: number): Promise<Entered> {
    const newest = entries.at(-1);
    if (newest === undefined) return OVERLOADED;
    if (!mayHear(newest, one.submission)) return STRANGER;
    const standing = decide(entries, await this.#fingerprintFor(newest, one), this.#env.clock.wall());
    if (isByItem(one, standing, this.#env.clock.wall())) return this.#batch(one);
    const apart = await elsewhere(one, standing, newest, this.#env.store);
    if (apart !== null) return apart.kind === "open" ? ((await this.#change(one, apart)) ?? this.#again(one, tries)) : apart;
    switch (standing.kind) {
      case "replay":
        return standing;
      case "told":
        return this.#told(one, newest);
      case "conflict":
        this.#env.events.conflict(newest);
        return { kind: "conflict", facts: newest, recalled: await recallOf(one.policy.recall, this.#env.store, newest) };
      case "wait":
        return this.#waitFor(standing.entry);
      case "take":
      case "open":
        return (await this.#change(one, standing)) ?? this.#again(one, tries);
    }
  }

  /** What the entry was claimed under says what makes two contents the same. */
  async #fingerprintFor(newest: Entry, one: Try): Promise<string> {
    if (newest.profile === one.policy.hash || newest.fingerprint === one.identified.fingerprint) return one.identified.fingerprint;
    const then = await this.#env.flights.policyOf(newest);
    return then === null ? one.identified.fingerprint : fingerprintUnder(then, one.policy, one);
  }

  async #again(one: Try, tries: number): Promise<Entered> {
    if (tries >= TRIES) return OVERLOADED;
    return this.#known(one, await this.#env.store.read(one.identified.id), tries + 1);
  }

  /** What waits for its delivery goes out with the newest credentials. */
  async #told({ policy, submission: { request } }: Try, entry: Entry): Promise<Entered> {
    const recalled = await recallOf(policy.recall, this.#env.store, entry);
    if (entry.state.kind === "queued") await this.#env.store.update({ ...under(entry), state: entry.state, request }).catch(() => null);
    return { kind: "told", entry, recalled };
  }

  /** An earlier life's: whoever comes waits for its resolution. Another instance's is waited for by asking again. */
  async #waitFor(entry: Entry): Promise<Entered> {
    const { store, flights } = this.#env;
    if (store.isOwned(entry) && entry.owner !== store.owner) return { kind: "told", entry };
    // It is known, and is told so, whatever the store cannot do now.
    const flight = await flights.revive(entry).catch(() => null);
    return flight === null ? { kind: "told", entry } : { kind: "joined", flight };
  }

  /** What is known of each item decides. */
  #batch(one: Try): Promise<Entered> {
    const { clock, store, events, flights } = this.#env;
    const open = (one: Try, revision: number, items: readonly NewItem[]): Promise<Entered | null> => this.#change(one, { kind: "open", revision, closes: null }, { items });
    return claimBatch(one, { clock, store, events, flights, open, enter: (rest) => this.#enter(rest), waitFor: (entry) => this.#waitFor(entry) });
  }

  /** Takes an entry over that was certainly not executed, or opens another revision; null where somebody was quicker. */
  async #change(one: Try, standing: Extract<Standing, { kind: "take" | "open" }>, items = newItems(one)): Promise<Entered | null> {
    const { store } = this.#env;
    const { request } = one.submission;
    // What an entry was claimed with stays, whatever the file says by now.
    const facts = standing.kind === "take" ? standing.entry : factsOf(one, standing.revision);
    const entry = await claimPlace(this.#env, one.policy, facts, async (state) => {
      if (standing.kind === "take") return store.update({ ...under(standing.entry), state, take: true, request });
      const { closes } = standing;
      const released = { kind: "released", why: "another content came, and nothing of this one was executed" } as const;
      if (closes !== null && (await store.update({ ...under(closes), state: released, take: true })) === null) return null;
      const inserted = await store.insert({ ...facts, state, request, ...items });
      return inserted.kind === "inserted" ? inserted.entry : null;
    });
    if (entry !== null && "noPlace" in entry) return entry.noPlace;
    return entry === null ? null : this.#begin(one, entry);
  }
}

/** The items of a batch of which nothing is known yet. */
function newItems({ identified: { items } }: Try): { readonly items?: readonly NewItem[] } {
  return items === null ? {} : { items: items.list.map(newItem) };
}

/** Whether what is known of a batch as a whole does not decide: other contents of some items, or items that may be sent again. */
function isByItem({ policy, identified }: Try, standing: Standing, wall: number): boolean {
  if (identified.items === null) return false;
  if (standing.kind === "conflict" || standing.kind === "open") return true;
  const { state } = standing.entry;
  if (standing.kind !== "replay" || (state.kind !== "accepted" && state.kind !== "provisional") || state.items === undefined) return false;
  return policy.batch?.perItem === true && (state.items.unsent > 0 || (state.items.rejected > 0 && wall >= state.items.until));
}
