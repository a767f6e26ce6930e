import type { Clock } from "../base/clock.ts";
import type { ExtractorSource } from "../document/extractor.ts";
import { decide } from "./decide.ts";
import type { Deferred } from "./deferred.ts";
import type { Entry, EntryFacts, StoredRequest } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { Flight } from "./flight.ts";
import type { Identified } from "./identify.ts";
import { mayHear, type Hearer } from "./may-hear.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { StoreFault, under, type Store } from "./store.ts";

/*
 * What a try gets: its own claim, another's outcome, or a no. The store decides between several callers; a flight in this
 * process is found before the store is asked.
 */

/** A submission as it arrived. */
export interface Submission extends Hearer {
  readonly source: ExtractorSource;
  /** As it is sent. */
  readonly request: StoredRequest;
  readonly taxpayer: string | null;
  readonly region: string;
}

/** What a try gets. */
export type Entered =
  /** It is the first one: whoever has it calls `send`. */
  | { readonly kind: "mine"; readonly flight: Flight }
  /** Another try of it is under way. */
  | { readonly kind: "joined"; readonly flight: Flight }
  /** Its outcome is known. */
  | { readonly kind: "replay"; readonly entry: Entry }
  /** It is held, queued, given up, or another instance works on it. */
  | { readonly kind: "told"; readonly entry: Entry }
  | { readonly kind: "conflict"; readonly facts: EntryFacts }
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
  /** Everything under way in this process, by the entry's id. */
  readonly flights: Map<string, Flight>;
  /** Wall ms up to which keys that the journal does not know are asked for before they are sent. */
  readonly distrustUntil: number;
  /** Puts an entry of an earlier life back into the air; null where that cannot be. */
  readonly revive: (entry: Entry) => Promise<Flight | null>;
}

/** Submissions under way at once, those in doubt and those being delivered later among them. */
const MOST_FLIGHTS = 50_000;
/** Another instance may be quicker; nobody is so often. */
const TRIES = 3;
const RESTORED = { kind: "in-doubt", cause: "restored", why: "the journal was restored, and cannot know this key" } as const;
const STRANGER: Promise<Entered> = Promise.resolve({ kind: "stranger" });
const SENDING = { kind: "sending" } as const;

/** One try on its way through the store. */
interface Try {
  readonly identified: Identified;
  readonly submission: Submission;
  /** Stands in the table from the first moment, so that a second try of the same moment joins it. */
  readonly flight: Flight;
}

/** See the top of this file. */
export class Claims {
  readonly #env: ClaimsEnv;
  /** Hashes of what was claimed under already, and is kept. */
  readonly #profiles = new Set<string>();

  constructor(env: ClaimsEnv) {
    this.#env = env;
  }

  /** Claims a submission, or finds what is known of it. Durable once it resolves; rejects for faults of ours only. */
  enter(policy: SubmissionPolicy, submission: Submission): Promise<Entered> {
    const identified = policy.identify(submission.source, submission.request.target);
    if (identified.kind !== "identified") {
      const passes = identified.kind === "missing" && policy.options.onMissingKey === "pass";
      return Promise.resolve(passes ? { kind: "unjournalled" } : { kind: "unidentified", why: identified.kind, detail: identified.detail });
    }
    if (submission.entitled?.(submission.taxpayer) === false) return STRANGER;
    const flight = this.#env.flights.get(identified.id);
    if (flight === undefined) return this.#claim(policy, identified, submission);
    if (!mayHear(flight.facts, submission)) return STRANGER;
    return flight.facts.fingerprint === identified.fingerprint ? Promise.resolve({ kind: "joined", flight }) : this.#beside(flight, identified);
  }

  async #claim(policy: SubmissionPolicy, identified: Identified, submission: Submission): Promise<Entered> {
    const { flights, clock } = this.#env;
    if (flights.size >= MOST_FLIGHTS) return { kind: "overloaded" };
    const flight = new Flight(policy, factsOf(policy, identified, submission, 1), submission.request, clock);
    flights.set(identified.id, flight);
    try {
      await this.#keepProfile(policy);
      const entered = await this.#insert({ identified, submission, flight });
      if (entered.kind !== "mine") this.#dissolve(flight, entered);
      return entered;
    } catch (fault) {
      const known = fault instanceof StoreFault ? fault : new StoreFault("io", String(fault));
      this.#remove(flight);
      flight.end({ kind: "failed", fault: known });
      return { kind: "unavailable", fault: known };
    }
  }

  async #keepProfile({ hash, text }: SubmissionPolicy): Promise<void> {
    if (this.#profiles.has(hash)) return;
    await this.#env.store.keepProfile(hash, text);
    this.#profiles.add(hash);
  }

  async #insert(one: Try): Promise<Entered> {
    const { clock, store, deferred, outcomes, distrustUntil } = this.#env;
    const { flight, submission } = one;
    const { policy, facts } = flight;
    const distrusted = clock.wall() < distrustUntil;
    const behind = !distrusted && deferred.isQueued(facts.lane);
    const inserted = await store.insert({ ...facts, state: distrusted ? RESTORED : behind ? deferred.stateFor(policy) : SENDING, request: submission.request });
    if (inserted.kind === "known") return this.#known(one, inserted.entries, 1);
    flight.entry = inserted.entry;
    if (distrusted) {
      outcomes.doubt(flight, RESTORED.cause, RESTORED.why, "");
      return { kind: "joined", flight };
    }
    if (!behind) return { kind: "mine", flight };
    deferred.add(inserted.entry);
    return { kind: "told", entry: inserted.entry };
  }

  async #known(one: Try, entries: readonly Entry[], tries: number): Promise<Entered> {
    const newest = entries.at(-1) as Entry;
    if (!mayHear(newest, one.submission)) return STRANGER;
    const standing = decide(entries, one.identified.fingerprint, this.#env.clock.wall());
    switch (standing.kind) {
      case "replay":
      case "told":
        return standing;
      case "conflict":
        this.#env.events.conflict(newest);
        return { kind: "conflict", facts: newest };
      case "wait":
        return this.#waitFor(one.flight, standing.entry);
      case "take":
        return (await this.#take(one, standing.entry)) ?? this.#again(one, tries);
      case "open":
        return (await this.#open(one, standing.revision, standing.closes)) ?? this.#again(one, tries);
    }
  }

  async #again(one: Try, tries: number): Promise<Entered> {
    if (tries >= TRIES) return { kind: "overloaded" };
    return this.#known(one, await this.#env.store.read(one.identified.id), tries + 1);
  }

  /** An earlier life's: whoever comes waits for its resolution. Another instance's is waited for by asking again. */
  async #waitFor(placeholder: Flight, entry: Entry): Promise<Entered> {
    const { store, revive } = this.#env;
    if (store.isOwned(entry) && entry.owner !== store.owner) return { kind: "told", entry };
    this.#remove(placeholder);
    const found = await revive(entry);
    return found === null ? { kind: "told", entry } : { kind: "joined", flight: found };
  }

  async #take(one: Try, entry: Entry): Promise<Entered | null> {
    const taken = await this.#env.store.update({ ...under(entry), state: SENDING, take: true, request: one.submission.request });
    return taken === null ? null : this.#airborne(one.flight, taken);
  }

  async #open(one: Try, revision: number, closes: Entry | null): Promise<Entered | null> {
    const { store } = this.#env;
    const why = "another content came, and nothing of this one was executed";
    if (closes !== null && (await store.update({ ...under(closes), state: { kind: "released", why }, take: true })) === null) return null;
    const facts = factsOf(one.flight.policy, one.identified, one.submission, revision);
    const inserted = await store.insert({ ...facts, state: SENDING, request: one.submission.request });
    return inserted.kind === "known" ? null : this.#airborne(one.flight, inserted.entry);
  }

  /** The placeholder gives way to a flight of the revision that was claimed. */
  #airborne(placeholder: Flight, entry: Entry): Entered {
    const flight = new Flight(placeholder.policy, entry, placeholder.request, this.#env.clock);
    flight.entry = entry;
    this.#env.flights.set(entry.id, flight);
    flight.onEnd((ending) => placeholder.end(ending));
    return { kind: "mine", flight };
  }

  /** The placeholder was not needed: what joined it meanwhile gets the same. */
  #dissolve(placeholder: Flight, entered: Entered): void {
    if (entered.kind === "joined" && entered.flight === placeholder) return;
    this.#remove(placeholder);
    if (entered.kind === "joined") entered.flight.onEnd((ending) => placeholder.end(ending));
    else if (entered.kind === "replay" || entered.kind === "told") placeholder.end({ kind: "told", entry: entered.entry });
    else placeholder.end({ kind: "unsent", result: null, why: "another try of it was refused" });
  }

  #remove(flight: Flight): void {
    const { flights } = this.#env;
    if (flights.get(flight.facts.id) === flight) flights.delete(flight.facts.id);
  }

  /** Another content while one is under way: the old no of an earlier revision, or a conflict. */
  async #beside(flight: Flight, { fingerprint, id }: Identified): Promise<Entered> {
    const entries = await this.#env.store.read(id).catch(() => []);
    const older = entries.find((entry) => entry.revision < flight.facts.revision && entry.fingerprint === fingerprint && entry.state.kind === "rejected");
    if (older !== undefined) return { kind: "replay", entry: older };
    this.#env.events.conflict(flight.facts);
    return { kind: "conflict", facts: flight.facts };
  }
}

function factsOf(policy: SubmissionPolicy, identified: Identified, submission: Submission, revision: number): EntryFacts {
  const { id, key, scope, fingerprint, lane } = identified;
  const { taxpayer, region, principal } = submission;
  return { id, revision, site: policy.site, route: policy.route, key, scope, taxpayer, region, principal, lane, fingerprint, profile: policy.hash };
}
