import type { Clock } from "../base/clock.ts";
import type { Entry } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Filter, Page, Store } from "./store.ts";

/*
 * What an earlier life of the process left open is taken up again, in the background: serving begins at once, and whoever
 * asks for one of them first gets it taken up first. First the queues with what their lanes wait for, then the doubts.
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
  /** Makes its lane wait for an entry. */
  readonly block: (entry: Entry) => void;
  /** All lanes know what is left in them. */
  readonly lined: () => void;
  /** How many are being resolved. */
  readonly resolving: () => number;
  /** The journal was put back: what it takes to be queued may have been delivered since. */
  readonly distrusts: () => boolean;
}

/** Taking up what is left. */
export interface Recovery {
  /** Takes up what is left in one lane, as far as others wait for it. Rejects with a StoreFault. */
  recall(lane: string): Promise<void>;
  start(): void;
  stop(): void;
}

/** In the order of their claims: what others of its lane wait for. */
const LINED: NonNullable<Filter["states"]> = ["queued", "held", "sending", "in-doubt"];
const PAGE = 500;
/** Taken up at once; the rest waits in the store. */
const WINDOW = 1000;
const LOOK_MS = 200;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** See the top of this file. */
export function createRecovery(env: RecoveryEnv): Recovery {
  const { clock, store, events } = env;
  let stopped = false;
  const isStopped = (): boolean => stopped;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve, true));

  function line(entry: Entry): void {
    // What this life began leads itself on.
    if (entry.state.kind !== "queued" && store.isOwned(entry)) return;
    if (entry.state.kind !== "queued") env.block(entry);
    else if (!env.distrusts()) env.queue(entry);
  }

  async function takeUp(entry: Entry): Promise<void> {
    if (store.isOwned(entry)) return;
    while (env.resolving() >= WINDOW && !isStopped()) await sleep(LOOK_MS);
    if (!isStopped()) await env.revive(entry);
  }

  const each = (states: NonNullable<Filter["states"]>, take: (entry: Entry) => void | Promise<void>): Promise<boolean> => eachEntry(env, states, take, isStopped);

  async function pass(): Promise<boolean> {
    try {
      await each(LINED, line);
      env.lined();
      return await each(env.distrusts() ? ["queued", "sending", "in-doubt"] : ["sending", "in-doubt"], takeUp);
    } catch (fault) {
      if (!isStopped()) events.fault("recovering", fault);
      return false;
    }
  }

  async function run(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !(await pass()) && !isStopped(); pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) await sleep(pause);
  }

  return {
    async recall(lane) {
      for (const entry of (await store.list({ states: LINED, lane }, PAGE)).entries) line(entry);
    },
    start: () => void run(),
    stop() {
      stopped = true;
    },
  };
}

/** Takes every entry of these states, in the order of claims; false where one of them failed. Rejects with a StoreFault. */
async function eachEntry({ store, events }: RecoveryEnv, states: NonNullable<Filter["states"]>, take: (entry: Entry) => void | Promise<void>, isStopped: () => boolean): Promise<boolean> {
  let good = true;
  for (let next: number | null = 0; next !== null && !isStopped(); ) {
    const page: Page = await store.list({ states, after: next }, PAGE);
    for (const entry of page.entries) {
      try {
        await take(entry);
      } catch (fault) {
        good = false;
        events.fault("recovering", fault);
      }
    }
    ({ next } = page);
  }
  return good;
}
