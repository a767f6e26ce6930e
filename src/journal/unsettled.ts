import type { Clock, Timer } from "../base/clock.ts";
import type { Change, Store } from "./store.ts";

/** Changes that are true and could not be written: kept in memory, and written again and again. */
export interface Unsettled {
  /** Keeps a change; `done` is called once it is durable, or was overtaken. */
  keep(change: Change, done: () => void): void;
  /** Forgets what waits for an entry: a later change takes its place. */
  forget(id: string, revision: number): void;
  /** How many wait. */
  count(): number;
  stop(): void;
}

/** Between two tries, in ms. */
const AGAIN_MS = 500;

/** Makes an empty one. */
export function createUnsettled(store: Store, clock: Clock): Unsettled {
  let waiting: { readonly change: Change; readonly done: () => void }[] = [];
  let timer: Timer | null = null;
  let stopped = false;
  const isStopped = (): boolean => stopped;

  /** In order, and no further than the first that fails: a later change of an entry must not come before an earlier one. */
  async function again(): Promise<void> {
    for (let first = waiting[0]; first !== undefined && !isStopped(); first = waiting[0]) {
      try {
        await store.update(first.change);
      } catch {
        break;
      }
      if (waiting[0] === first) waiting.shift();
      first.done();
    }
    timer = null;
    plan();
  }

  function plan(): void {
    if (timer === null && waiting.length > 0 && !stopped) timer = clock.after(AGAIN_MS, () => void again());
  }

  return {
    keep(change, done) {
      waiting.push({ change, done });
      plan();
    },
    forget(id, revision) {
      waiting = waiting.filter(({ change }) => change.id !== id || change.revision !== revision);
    },
    count: () => waiting.length,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
