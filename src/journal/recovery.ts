import type { Clock } from "../base/clock.ts";
import type { Entry } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Page, Store } from "./store.ts";

/*
 * What an earlier life of the process left open is taken up again, in the background and in the order of claims: serving
 * begins at once, and whoever asks for one of them first gets it taken up first.
 */

/** What recovering needs from outside. */
export interface RecoveryEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: JournalEvents;
  /** Begins to resolve an entry. */
  readonly revive: (entry: Entry) => Promise<unknown>;
  /** Puts an entry into the queue of its lane. */
  readonly queue: (entry: Entry) => void;
  /** How many are being resolved. */
  readonly resolving: () => number;
}

/** Taking up what is left. */
export interface Recovery {
  start(): void;
  stop(): void;
}

const PAGE = 500;
/** Taken up at once; the rest waits in the store. */
const WINDOW = 1000;
const LOOK_MS = 200;

/** See the top of this file. */
export function createRecovery({ clock, store, events, revive, queue, resolving }: RecoveryEnv): Recovery {
  let stopped = false;
  const isStopped = (): boolean => stopped;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve, true));

  async function takeUp(entry: Entry): Promise<void> {
    if (entry.state.kind === "queued") return queue(entry);
    if (store.isOwned(entry)) return;
    while (resolving() >= WINDOW && !isStopped()) await sleep(LOOK_MS);
    if (!stopped) await revive(entry);
  }

  async function run(): Promise<void> {
    for (let next: number | null = 0; next !== null && !isStopped(); ) {
      const page: Page = await store.list({ states: ["queued", "sending", "in-doubt"], after: next }, PAGE);
      for (const entry of page.entries) await takeUp(entry);
      ({ next } = page);
    }
  }

  return {
    start: () => void run().catch((fault: unknown) => !stopped && events.fault("recovering", fault)),
    stop() {
      stopped = true;
    },
  };
}
