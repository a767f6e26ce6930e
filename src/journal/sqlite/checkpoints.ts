import type { Ask } from "./jobs.ts";

/** Decides when the log is written back into the file. */
export interface Checkpoints {
  /** A group has been committed. */
  committed(operations: number, bytes: number): void;
}

/** The log is written back after about so many bytes (a thousand pages). */
const EVERY = 4 << 20;
/** What an operation adds to the log beside its body, about. */
const EACH = 1500;
/**
 * From this size the writer itself writes the rest back, between two commits: only then can the log begin anew, because
 * while commits go on there is always a rest. Pages of 4 KiB.
 */
const LARGE = 4096;
const REST = 512;
const ROUNDS = 4;

/** `finish` asks the writer to write back what is left. */
export function createCheckpoints(ask: Ask, finish: () => void): Checkpoints {
  let since = 0;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    since = 0;
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { pages, done } = await ask("checkpoint", null);
        if (pages < LARGE) break;
        if (pages - done > REST && round < ROUNDS - 1) continue;
        finish();
        break;
      }
    } catch {
      // The thread's end is reported elsewhere; the next commits bring the next try.
    }
    running = false;
  }

  return {
    committed(operations, bytes) {
      since += operations * EACH + bytes;
      if (since >= EVERY && !running) void run();
    },
  };
}
