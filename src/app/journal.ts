import { join } from "node:path";
import { OperatorError } from "../base/errors.ts";
import type { Lifetime } from "../base/lifetime.ts";
import { deriveSealKeys } from "../base/seal.ts";
import type { Config } from "../config/config.ts";
import type { EntryFacts } from "../journal/entry.ts";
import type { JournalEvents } from "../journal/events.ts";
import { createJournal, type Journal } from "../journal/journal.ts";
import { StoreFault, type Retention, type StoreStats } from "../journal/store.ts";
import type { Ways } from "../journal/way.ts";
import type { Surroundings } from "../pipeline/generation.ts";
import { postNotice } from "../upstream/notice.ts";
import { keepUp } from "./journal-upkeep.ts";
import type { SqliteStore } from "../journal/sqlite/store.ts";
import { witnessOf, type JournalWitness } from "./journal-witness.ts";

/** What the journal of a process is made of. */
export interface JournalParts {
  readonly around: Surroundings;
  readonly life: Lifetime;
  readonly ways: Ways;
  /** How long things are kept, by the configuration in use. */
  readonly retention: () => Retention;
}

/** The journal of this process: opened when the first configuration asks for it, and kept until the end. */
export interface JournalDoor {
  /** Opens it. Rejects with an OperatorError that says what to do. */
  open(config: Config): Promise<Journal>;
  /** Begins with what an earlier life left open, once; call it where a configuration is in use that may have opened it. */
  start(): void;
  /** Null while no configuration has asked for it. */
  current(): Journal | null;
  /** What stands in it, as of the last time that it was asked. */
  lastStats(): StoreStats | null;
  /** Age of the oldest entry without an outcome, as of then. */
  oldestOpenSeconds(): number;
  /** Age of the oldest entry that awaits the platform's verdict, as of then. */
  oldestProvisionalSeconds(): number;
}

/** A fault that lasts is told again after so many ms. */
const TOLD_AGAIN_MS = 60_000;
/** Context of the keys on disk; see base/seal.ts. */
const SEAL_CONTEXT = "taxgate journal 1";

/** Makes the door; nothing is opened yet. */
export function journalDoor({ around, life, ways, retention }: JournalParts): JournalDoor {
  const { clock, metrics } = around;
  let opening: Promise<Journal> | null = null;
  let journal: Journal | null = null;
  let stats: StoreStats | null = null;
  let isStarted = false;

  async function open(config: Config): Promise<Journal> {
    const directory = join(config.stateDir, "journal");
    const { encryption, ballast } = config.journal;
    // Its driver and its threads are loaded where a route needs them.
    const { openSqliteStore } = await import("../journal/sqlite/store.ts");
    const sealKeys = encryption === undefined ? [] : deriveSealKeys(encryption, SEAL_CONTEXT);
    const events = eventsOf(around);
    const witness = witnessOf(config, around);
    const storeEvents = { failed: events.failed, committed: (operations: number, ms: number) => {
      events.committed(operations, ms);
      witness.committed();
    } };
    try {
      const store = await openSqliteStore({ directory, clock, events: storeEvents, sealKeys, exclusive: true, reserve: ballast, witness: witness.read(), epochChanged: witness.enter });
      const { distrustUntil } = await begun(witness, store, directory);
      journal = life.own(createJournal({ clock, random: around.random, store, ways, events, decode: (field, body, most) => around.cache.decode(field, body, most), post: postNotice, distrustUntil }));
      life.own({ stop: witness.close });
    } catch (fault) {
      if (fault instanceof StoreFault) throw new OperatorError(`opening the journal in '${directory}': ${fault.message}`);
      throw fault;
    }
    life.own(keepUp(journal, retention, around));
    metrics.setBefore(async () => {
      stats = (await journal?.store.stats().catch(() => null)) ?? stats;
    });
    return journal;
  }

  const secondsSince = (wall: number | null): number => (wall === null ? 0 : Math.max(0, (clock.wall() - wall) / 1000));

  return {
    open: (config) =>
      (opening ??= open(config).catch((fault: unknown) => {
        // What is mended meanwhile shall work at the next reload.
        opening = null;
        throw fault;
      })),
    start() {
      if (journal === null || isStarted) return;
      isStarted = true;
      journal.start();
    },
    current: () => journal,
    lastStats: () => stats,
    oldestOpenSeconds: () => secondsSince(stats?.oldestOpenAt ?? null),
    oldestProvisionalSeconds: () => secondsSince(stats?.oldestProvisionalAt ?? null),
  };
}

/** The store's threads end where nobody would notice that it was put back. */
async function begun(witness: JournalWitness, store: SqliteStore, directory: string): Promise<ReturnType<JournalWitness["begin"]>> {
  try {
    return witness.begin(store, directory);
  } catch (fault) {
    await store.close();
    throw fault;
  }
}

/** What the journal tells, as metrics and log lines: numbers of orders are identifiers, and stand under the entry's id. */
function eventsOf({ clock, metrics, log }: Surroundings): JournalEvents {
  let told: { readonly kind: string; readonly at: number } | null = null;
  const place = ({ site, route, id, region }: EntryFacts): Record<string, string> => ({ site, route, region, entry: id });
  return {
    committed(operations, ms) {
      metrics.journalCommitted(operations, ms / 1000);
      if (told !== null) log.info("journal is written again", { after: told.kind });
      told = null;
    },
    failed(fault) {
      metrics.journalFailed(fault.kind);
      // Under load thousands of groups fail in a second, all for one reason.
      if (told?.kind === fault.kind && clock.now() - told.at < TOLD_AGAIN_MS) return;
      told = { kind: fault.kind, at: clock.now() };
      log.error("journal cannot be written", { kind: fault.kind, why: fault.message });
    },
    doubt(facts, cause, why) {
      metrics.submissionDoubted(facts.site, facts.route, cause);
      log.warn("submission in doubt", { ...place(facts), cause, why });
    },
    resolved(facts, how) {
      metrics.submissionResolved(facts.site, facts.route, how);
      log.info("doubt resolved", { ...place(facts), how });
    },
    held(facts, why) {
      metrics.submissionResolved(facts.site, facts.route, "held");
      log.error("submission held for a person", { ...place(facts), why });
    },
    conflict: (facts) => log.error("another content under a number that is taken", place(facts)),
    duplicate(facts, means) {
      metrics.platformDuplicate(facts.site, facts.route, means);
      log.warn("platform knows a submission already", { ...place(facts), means });
    },
    delivered(facts, how) {
      metrics.deferredEnded(facts.site, facts.route, how);
      log[how === "expired" ? "error" : "info"]("deferred submission is over", { ...place(facts), how });
    },
    verdict(facts, verdict, how) {
      metrics.verdictLearnt(facts.site, facts.route, verdict, how);
      log[verdict === "accepted" ? "info" : "warn"]("verdict of the platform", { ...place(facts), verdict, how });
    },
    verdictIgnored(facts, verdict, why) {
      metrics.verdictIgnored(facts.site, facts.route, why);
      log[why === "stranger" ? "warn" : "info"]("verdict does not count", { ...place(facts), verdict, why });
    },
    retried: () => metrics.retried(),
    byHand(facts, to, by, reason) {
      metrics.submissionResolved(facts.site, facts.route, "by-hand");
      log.warn("submission decided by hand", { ...place(facts), to, by, reason });
    },
    fault: (where, fault) => log.error("journal failed", { where, fault: String((fault as Error)?.stack ?? fault) }),
  };
}
