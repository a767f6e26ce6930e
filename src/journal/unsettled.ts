import type { Clock, Timer } from "../base/clock.ts";
import { StoreFault, type Change, type Store } from "./store.ts";

/** Changes that are true and could not be written: kept in memory, and written again and again. */
export interface Unsettled {
  /** Keeps a change; `done` is called once it is durable, or was overtaken. */
  keep(change: Change, done: () => void): void;
  /** Forgets what waits for an entry: a later change takes its place. */
  forget(id: string, revision: number): void;
  /** How many wait. */
  count(): number;
  /** Tries once more, and gives what is lost with this process. */
  stop(): Promise<readonly Change[]>;
}

/** Between two tries, in ms. */
const AGAIN_MS = 500;

interface Kept {
  readonly change: Change;
  readonly done: () => void;
}

/** Makes an empty one. */
export function createUnsettled(store: Store, clock: Clock): Unsettled {
  let waiting: Kept[] = [];
  let timer: Timer | null = null;
  let stopped = false;

  /** True where the store takes nothing at all now, so that asking on makes no sense. */
  async function write(kept: Kept): Promise<boolean> {
    try {
      await store.update(kept.change);
    } catch (fault) {
      return !(fault instanceof StoreFault && fault.kind === "corrupt");
    }
    // Forgotten meanwhile: another change has taken its place.
    if (waiting.includes(kept)) {
      waiting = waiting.filter((one) => one !== kept);
      kept.done();
    }
    return false;
  }

  /** In order; a row that is damaged holds up nobody but itself. */
  async function pass(): Promise<void> {
    for (const kept of waiting) if (waiting.includes(kept) && (await write(kept))) return;
  }

  async function again(): Promise<void> {
    await pass();
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
    async stop() {
      stopped = true;
      timer?.cancel();
      await pass();
      return waiting.map(({ change }) => change);
    },
  };
}
