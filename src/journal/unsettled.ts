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
  /** The last change of an entry is the one that counts. In the order in which they came. */
  const waiting = new Map<string, Kept>();
  let timer: Timer | null = null;
  let stopped = false;

  /** True where the store takes nothing at all now, so that asking on makes no sense. */
  async function write(key: string, kept: Kept): Promise<boolean> {
    try {
      await store.update(kept.change);
    } catch (fault) {
      return !(fault instanceof StoreFault && fault.kind === "corrupt");
    }
    // Forgotten meanwhile: another change has taken its place.
    if (waiting.get(key) !== kept) return false;
    waiting.delete(key);
    kept.done();
    return false;
  }

  /** In order; a row that is damaged holds up nobody but itself. */
  async function pass(): Promise<void> {
    for (const [key, kept] of new Map(waiting)) if (waiting.get(key) === kept && (await write(key, kept))) return;
  }

  async function again(): Promise<void> {
    await pass();
    timer = null;
    plan();
  }

  function plan(): void {
    if (timer === null && waiting.size > 0 && !stopped) timer = clock.after(AGAIN_MS, () => void again());
  }

  return {
    keep(change, done) {
      waiting.set(keyOf(change.id, change.revision), { change, done });
      plan();
    },
    forget: (id, revision) => void waiting.delete(keyOf(id, revision)),
    count: () => waiting.size,
    async stop() {
      stopped = true;
      timer?.cancel();
      await pass();
      return [...waiting.values()].map(({ change }) => change);
    },
  };
}

function keyOf(id: string, revision: number): string {
  return `${id} ${revision}`;
}
