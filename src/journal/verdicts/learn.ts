import type { Clock } from "../../base/clock.ts";
import type { Headers } from "../../http/message.ts";
import type { JournalEvents } from "../events.ts";
import type { Flight } from "../flight.ts";
import { entryId } from "../identify.ts";
import { mayTell, type Asker } from "./may-tell.ts";
import type { Finding, LearnRules, Overheard } from "./rules.ts";
import { madeAnswer } from "../made-answer.ts";
import type { Outcomes } from "../outcomes.ts";
import { wanted } from "../place-values.ts";
import { isBatch, type Awaiting } from "./provisional-index.ts";
import type { Provisionals } from "./provisionals.ts";

/*
 * What becomes of submissions is learnt from answers that pass by, and from those to our own questions. An answer is the
 * platform's; that it speaks of an entry, and to whom, is looked at here, before anything is believed.
 */

/** An answer that holds verdicts, and how it came here. */
export interface Passing {
  readonly site: string;
  /** The one that answered. */
  readonly region: string;
  /** Monotonic ms at which the request came: what was taken in later cannot be seen in the answer. */
  readonly askedAt: number;
  readonly asker: Asker;
  /** `asked`: it answers our own question. */
  readonly by: "passing" | "asked";
  readonly overheard: Overheard;
  /** The fields of the request as the platform got them, its credentials among them. */
  readonly headers: () => Headers;
}

/** What became of one finding. `taken`: it is being written; `running`: nothing is decided yet; `unknown`: nobody waits for it. */
export type Learnt = "taken" | "running" | "unknown" | "ignored";

/** What learning needs from outside. */
export interface LearnEnv {
  readonly clock: Clock;
  readonly events: Pick<JournalEvents, "verdictIgnored" | "duplicate" | "fault">;
  readonly provisionals: Provisionals;
  /** Everything under way in this process, by the entry's id. */
  readonly flights: { readonly get: (id: string) => Flight | undefined };
  readonly outcomes: Pick<Outcomes, "learnt">;
  /** The platform has spoken of it to one who certainly may ask: whoever asks for the same may be answered the same. */
  readonly heardOf: (one: Awaiting, passing: Passing) => void;
  /**
   * A verdict under a key that is nobody's own, or in a part of an answer about a batch, may be about an item. Null: there are
   * none. Takes the same care as is taken here: see {@link mayTell}.
   */
  readonly item: ((meant: MeantItem, finding: Finding, passing: Passing) => Learnt) | null;
}

/** Which item a finding may be about. */
export interface MeantItem {
  /** The batch that its reference finds; null: any that has the item. */
  readonly of: Awaiting | null;
  /** Of site, operation, scope and its key; null: the finding's `index` says it, or the batch has that one alone. */
  readonly id: string | null;
}

/** Learns from answers. */
export interface Learner {
  /** Takes all that an answer says, in its order; settled entries change in the background. */
  overhear(rules: LearnRules, passing: Passing): void;
  /** Takes one thing that an answer says. */
  learn(finding: Finding, passing: Passing): Learnt;
}

/** Reading more parts of one answer than that is work without an end. */
const MOST_FINDINGS = 10_000;

/** See the top of this file. */
export function createLearner(env: LearnEnv): Learner {
  const { clock, events, provisionals, flights, outcomes, heardOf } = env;

  function ignored(entry: Awaiting["entry"], { verdict }: Finding, why: Parameters<JournalEvents["verdictIgnored"]>[2]): Learnt {
    if (verdict !== "running") events.verdictIgnored(entry, verdict, why);
    return verdict === "running" ? "running" : "ignored";
  }

  /** A platform that numbers by region or by taxpayer gives one number twice: only those that the answer can be about are left. */
  function about(all: readonly Awaiting[], finding: Finding, passing: Passing, named: boolean): Awaiting | Learnt {
    const [first] = all;
    if (first === undefined) return "unknown";
    const here = all.filter(({ entry }) => entry.region === passing.region);
    if (here.length === 0) return ignored(first.entry, finding, "elsewhere");
    const own = here.filter(({ entry }) => mayTell(entry, passing.asker, { named, verdict: finding.verdict }));
    if (own.length === 0) return ignored(here[0]?.entry ?? first.entry, finding, "stranger");
    const [one, ...more] = own.filter((one) => isItemOf(one, finding) || isSame(one, finding));
    return one !== undefined && more.length === 0 ? one : ignored(first.entry, finding, "ambiguous");
  }

  /** What the reference finds: of a batch an item may be meant. */
  function ofReference(one: Awaiting, id: string | null, finding: Finding, passing: Passing): Learnt {
    if (!isItemOf(one, finding)) return finding.index === null || finding.index === 1 ? judge(one, finding, passing, true) : ignored(one.entry, finding, "ambiguous");
    if (mayTell(one.entry, passing.asker, { named: false, verdict: "rejected" })) heardOf(one, passing);
    return env.item?.({ of: one, id }, finding, passing) ?? "unknown";
  }

  function judge(one: Awaiting, finding: Finding, passing: Passing, byReference: boolean): Learnt {
    const { verdict, duplicate, number } = finding;
    if (duplicate !== null) events.duplicate(one.entry, duplicate);
    if (mayTell(one.entry, passing.asker, { named: false, verdict: "rejected" })) heardOf(one, passing);
    if (verdict === "running") return "running";
    // Under its own key an earlier revision may be meant, which was refused before; a question that came before it was taken in,
    // which a number of the caller's own choice allows, was answered about something else, or about nothing.
    if (verdict !== "accepted" && ((!byReference && one.entry.revision > 1) || passing.askedAt < one.knownAt)) return ignored(one.entry, finding, "unsure");
    if (verdict === "unsent" && clock.now() - one.knownAt < finding.validAfter) return ignored(one.entry, finding, "too-early");
    void provisionals.settle(one, { verdict, number, by: passing.by });
    return "taken";
  }

  /** A submission in doubt is found by its key, and only a yes says anything: what is not there may be on its way. */
  function ofFlight(flight: Flight, finding: Finding, { region, asker, by }: Passing): Learnt {
    const { facts } = flight;
    if (!flight.inDoubt || flight.isOver || finding.verdict !== "accepted" || finding.as === null) return "unknown";
    if (facts.region !== region || !mayTell(facts, asker, { named: false, verdict: finding.verdict }) || !fits(facts, null, finding)) return "ignored";
    const answer = madeAnswer(finding.as, facts, { body: finding.part, values: finding.reference === null ? {} : { reference: finding.reference } });
    outcomes.learnt(flight, { answer, reference: finding.reference, number: finding.number, by }).catch((fault: unknown) => events.fault("taking a verdict", fault));
    return "taken";
  }

  function byKey(id: string, finding: Finding, passing: Passing): Learnt {
    const one = provisionals.index.get(id);
    if (one !== undefined) {
      // Another document of the platform's under the same key: not the one that this entry is.
      if (finding.reference !== null && one.entry.state.reference !== null) return "unknown";
      const found = about([one], finding, passing, false);
      return typeof found === "string" ? found : judge(found, finding, passing, false);
    }
    const flight = flights.get(id);
    return flight === undefined ? (env.item?.({ of: null, id }, finding, passing) ?? "unknown") : ofFlight(flight, finding, passing);
  }

  function learn(finding: Finding, passing: Passing): Learnt {
    const { reference, key, scope, operation } = finding;
    const found = reference === null ? "unknown" : about(provisionals.index.byReference(passing.site, operation, reference), finding, passing, isNamed(finding));
    const id = key === null ? null : entryId(passing.site, operation, scope, key);
    if (typeof found !== "string") return ofReference(found, id, finding, passing);
    return found === "unknown" && id !== null ? byKey(id, finding, passing) : found;
  }

  return {
    learn,
    overhear(rules, passing) {
      try {
        for (const finding of rules.read(passing.overheard).slice(0, MOST_FINDINGS)) learn(finding, passing);
      } catch (fault) {
        // The answer goes on to its caller, whatever we make of it.
        events.fault("learning", fault);
      }
    },
  };
}

/**
 * Whether the answer itself says the platform's number of the submission. Its key says nothing of that kind: another taxpayer may
 * have issued an invoice of the same number, and shows that one.
 */
function isNamed({ named, match }: Finding): boolean {
  return named || match.some(({ is }) => is.includes("{reference}"));
}

/** What it says is about an item of the batch, and not about all of it. */
function isItemOf(one: Awaiting, { key, index, isPiece }: Finding): boolean {
  return isBatch(one) && (key !== null || index !== null || isPiece);
}

/** What the finding says of its key is the entry's own, and so is what the rule compares. */
function isSame({ entry, operation }: Awaiting, finding: Finding): boolean {
  const { key, scope } = finding;
  return (key === null || entryId(entry.site, operation, scope, key) === entry.id) && fits(entry, entry.state.reference, finding);
}

function fits(facts: Flight["facts"], reference: string | null, { match }: Finding): boolean {
  const recalled = { values: reference === null ? {} : { reference }, within: null };
  return match.every(({ seen, is }) => seen !== null && seen === wanted(is, facts, recalled));
}
