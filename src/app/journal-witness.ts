import { join } from "node:path";
import { OperatorError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { epochWords } from "../journal/epoch-words.ts";
import type { Epoch, Witness } from "../journal/epoch.ts";
import type { SqliteStore } from "../journal/sqlite/store.ts";
import { createWitnessKeeper, readWitness, writeWitness, type WitnessKeeper } from "../journal/witness.ts";
import type { Surroundings } from "../pipeline/generation.ts";

/** The file beside the journal that notices when the journal is put back to an earlier state. */
export interface JournalWitness {
  read(): Witness | "missing" | "damaged";
  /** Takes the store's epoch over, and says what the opening found. Throws an OperatorError where nobody would notice a rollback. */
  begin(store: SqliteStore, directory: string): { readonly distrustUntil: number };
  committed(): void;
  readonly enter: (epoch: Epoch) => void;
  close(): void;
}

/** ms between two writes. */
const PACE_MS = 10_000;

/** Makes the witness of a configuration's journal; nothing is read yet. */
export function witnessOf(config: Config, { clock, log }: Surroundings): JournalWitness {
  const path = config.journal.witness ?? join(config.stateDir, "journal.epoch");
  let keeper: WitnessKeeper | null = null;
  let store: SqliteStore | null = null;
  const report = (done: { readonly ok: boolean; readonly reason?: string }): void => {
    if (!done.ok) log.error("journal's witness cannot be written", { file: path, why: done.reason });
  };
  return {
    read: () => readWitness(path),
    begin(opened, directory) {
      store = opened;
      const first = writeWitness(path, opened.epoch(), clock.wall());
      if (!first.ok) throw new OperatorError(`writing the journal's witness '${path}': ${first.reason}`);
      keeper = createWitnessKeeper(opened.epoch(), { clock, write: (epoch, at) => writeWitness(path, epoch, at), wrote: report, pace: PACE_MS });
      const { finding } = opened;
      const words = finding === null ? null : epochWords(finding, directory, path);
      if (words !== null) log.error("journal was put back", { what: words });
      if (finding?.queryFirst !== true) return { distrustUntil: 0 };
      const distrustUntil = (finding.until ?? finding.since ?? clock.wall()) + config.journal.distrustFor;
      // It is over: the next start has nothing to tell any more.
      if (clock.wall() >= distrustUntil) void opened.clearFinding().catch((fault: unknown) => log.error("journal's finding cannot be cleared", { fault: String(fault) }));
      return { distrustUntil };
    },
    committed() {
      if (store !== null) keeper?.committed(store.epoch().mark);
    },
    enter: (epoch) => report(keeper?.enter(epoch) ?? { ok: true }),
    close: () => report(keeper?.close() ?? { ok: true }),
  };
}
