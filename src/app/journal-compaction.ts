import { every, type Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Retention, Store } from "../journal/store.ts";

/** Between two looks, and between two pieces of work where there is some, in ms. */
const EVERY_MS = 10 * 60_000;
const REST_MS = 100;

/** Lets the store forget and put away what is beyond its time, a little at a time. */
export function keepCompact(store: Store, retention: () => Retention, { clock, log }: { readonly clock: Clock; readonly log: Log }): Stoppable {
  let running = false;
  let stopped = false;

  async function compact(): Promise<void> {
    running = true;
    try {
      for (let more = true; more && !stopped; more = await store.compact(retention())) await new Promise<void>((resolve) => void clock.after(REST_MS, resolve, true));
    } catch (fault) {
      log.error("compacting the journal failed", { fault: String(fault) });
    } finally {
      running = false;
    }
  }

  const timer = every(clock, EVERY_MS, () => {
    if (!running) void compact();
  });
  return {
    stop() {
      stopped = true;
      timer.cancel();
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
