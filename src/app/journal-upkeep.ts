import { every, type Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import type { Journal } from "../journal/journal.ts";
import type { Retention } from "../journal/store.ts";
import type { Log } from "../observe/log.ts";

/*
 * What a journal needs while it is in use: what is beyond its time is forgotten, and its keys are looked after. A file
 * system without checksums may change a bit, and a key that is not found any more would be sent again.
 */

/** Between two looks for what is beyond its time, and between two pieces of that work, in ms. */
const COMPACT_EVERY_MS = 10 * 60_000;
const REST_MS = 100;
/** When the keys are looked at first, and then how often, in ms. */
const KEYS_FIRST_MS = 60_000;
const KEYS_EVERY_MS = 24 * 3_600_000;

/** Begins the upkeep. */
export function keepUp(journal: Journal, retention: () => Retention, { clock, log }: { readonly clock: Clock; readonly log: Log }): Stoppable {
  const life = { compacting: false, stopped: false };

  async function compact(): Promise<void> {
    if (life.compacting) return;
    life.compacting = true;
    try {
      for (let more = true; more && !life.stopped; more = await journal.store.compact(retention())) await new Promise<void>((resolve) => void clock.after(REST_MS, resolve, true));
    } catch (fault) {
      log.error("compacting the journal failed", { fault: String(fault) });
    } finally {
      life.compacting = false;
    }
  }

  async function checkKeys(): Promise<void> {
    try {
      const faults = await journal.store.checkKeys();
      if (faults.length === 0) return;
      journal.distrust();
      log.error("journal is damaged", { faults: faults.length, first: faults[0], what: "keys that it does not know are asked about before they are sent; put a backup in place, and look at the disk" });
    } catch (fault) {
      if (!life.stopped) log.error("checking the journal's keys failed", { fault: String(fault) });
    }
  }

  const timers = [
    every(clock, COMPACT_EVERY_MS, () => void compact()),
    every(clock, KEYS_EVERY_MS, () => void checkKeys()),
    clock.after(KEYS_FIRST_MS, () => void checkKeys(), true),
  ];
  return {
    stop() {
      life.stopped = true;
      for (const timer of timers) timer.cancel();
    },
  };
}

/** The longest that any route asks for: an entry is kept by the store as a whole. */
export function retentionOf({ sites }: Config): Retention {
  const all = sites.flatMap(({ routes }) => routes.flatMap(({ submission }) => (submission === undefined ? [] : [submission.retain])));
  // A file without submissions says nothing about those of earlier ones.
  if (all.length === 0) return { outcome: Infinity, bodies: Infinity };
  return { outcome: Math.max(0, ...all.map(({ outcome }) => outcome)), bodies: Math.max(0, ...all.map(({ bodies }) => bodies)) };
}
