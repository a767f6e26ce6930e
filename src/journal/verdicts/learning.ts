import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Questions } from "../ask.ts";
import type { Entry, EntryFacts } from "../entry.ts";
import type { JournalEvents } from "../events.ts";
import type { Flight } from "../flight.ts";
import { createItemVerdicts } from "../batch/item-verdicts.ts";
import { createLearner, type LearnEnv, type Passing } from "./learn.ts";
import type { LearnRules } from "./rules.ts";
import type { SubmissionPolicy } from "../policy.ts";
import { createProvisionalAsks, type ProvisionalAsks } from "./provisional-ask.ts";
import { createProvisionalCredentials } from "./provisional-credentials.ts";
import type { Awaiting } from "./provisional-index.ts";
import { isProvisional, Provisionals } from "./provisionals.ts";
import type { Store } from "../store.ts";
import type { Unsettled } from "../unsettled.ts";
import type { Ways } from "../way.ts";

/*
 * Joins what learning is made of: what awaits its verdict, what passes by, what is asked, and the credentials for it.
 */

/** What learning needs from outside. */
export interface LearningEnv extends Pick<LearnEnv, "outcomes" | "flights" | "item"> {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly ways: Ways;
  readonly events: JournalEvents;
  readonly questions: Questions;
  readonly unsettled: Unsettled;
  readonly policyOf: (facts: EntryFacts) => Promise<SubmissionPolicy | null>;
  /** The verdict on one that was accepted for later delivery. */
  readonly judged: (entry: Entry) => void;
}

/** See the top of this file. */
export interface Learning {
  overhear(rules: LearnRules, passing: Passing): void;
  /** A flight is over. */
  landed(flight: Flight): void;
  /** A person decided about an entry. */
  decided(entry: Entry): void;
  /** Verdicts on items of batches that are being written; undefined: none. */
  writingItems(): Promise<void> | undefined;
  stats(): { readonly provisional: number; readonly unheard: number };
  start(): void;
  stop(): void;
}

/** Makes it; nothing is read before `start`. */
export function createLearning(env: LearningEnv): Learning {
  const { clock, events, store } = env;
  const credentials = createProvisionalCredentials();
  const over = (one: Awaiting, entry: Entry | null): void => {
    asks.remove(one);
    if (one.entry.state.deferred === true && entry !== null && !isProvisional(entry)) env.judged(entry);
  };
  const provisionals = new Provisionals({ clock, store, events, unsettled: env.unsettled, policyOf: env.policyOf, over, added: (one) => asks.add(one) });
  const items = createItemVerdicts({ clock, store, events, provisionals });
  const learner = createLearner({
    ...env, provisionals,
    item: env.item ?? items.take,
    heardOf(one, passing) {
      asks.heard(one);
      if (passing.by === "passing" && one.policy?.options.provisional?.ask !== undefined) credentials.renew(one.entry, passing.headers());
    },
  });
  const { overhear } = learner;
  const asks: ProvisionalAsks = createProvisionalAsks({ ...env, credentials, overhear });
  return {
    overhear,
    landed({ entry, policy, latest, request }) {
      if (!isProvisional(entry)) return;
      provisionals.add(entry, policy);
      const headers = latest ?? request?.headers ?? null;
      if (headers !== null) credentials.renew(entry, headers);
    },
    decided: (entry) => provisionals.decided(entry),
    writingItems: items.writing,
    stats: () => ({ provisional: provisionals.index.size, unheard: provisionals.isPartial ? 1 : 0 }),
    start: () => provisionals.start(),
    stop() {
      provisionals.stop();
      asks.stop();
    },
  };
}
