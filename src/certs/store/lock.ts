import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { ensurePrivateDirectory, removeFile, writeAtomic } from "../../base/files.ts";
import { createOnce, listDirectory, sweepDrafts } from "../../base/shared-files.ts";
import { readJsonFile } from "./json-file.ts";
import type { StoreLock } from "./store.ts";

/*
 * A lock is a folder of numbered files: the one with the highest number says who has it, until when, or that it was let go.
 * Taking it is making the next number, which the file system lets one of many do. The highest is never removed, so that
 * numbers only grow; they are the fencing numbers.
 */

/** A lock that was had, and its number: a later holder's is higher. */
export interface FencedLock extends StoreLock {
  readonly fence: number;
}

/** Takes locks, one folder each. */
export interface Locks {
  /** See {@link Locks}; null: another has it, or the disk does not take it, which `fault` tells. */
  take(folder: string, ms: number): FencedLock | null;
}

/** What locks need. */
export interface LocksEnv {
  /** Says for people who has it. */
  readonly holder: string;
  /** A holder that is gone: what it held is free. */
  readonly former?: string | null;
  readonly clock: Clock;
  /** Ms by which clocks of two holders may differ: a lock counts as expired so much later than it says. */
  readonly margin: number;
  readonly fault: (path: string, why: string) => void;
}

interface Held {
  /** Null where the file cannot be read. */
  readonly holder: string | null;
  readonly number: number;
  readonly released: boolean;
  /** Ms since 1970; 0 where the file cannot be read. */
  readonly until: number;
  /** For how long it was taken; null where the file cannot be read. */
  readonly ms: number | null;
}

/** Numbers that stay, for a process that was asleep between looking and taking. */
const KEPT = 8;
const DRAFT_AGE = 600_000;

/** Makes the taker of locks. */
export function createLocks({ holder, former = null, clock, margin, fault }: LocksEnv): Locks {
  /** Since when, by our own monotonic clock, a lock has stood there unchanged. */
  const seen = new Map<string, { readonly what: string; readonly since: number }>();

  /** Expired by wall time; or it has stood unchanged for its whole time before our eyes, whatever clocks say since they jumped. */
  function isFree(folder: string, { number, holder: by, released, until, ms }: Held, wanted: number): boolean {
    if (released || (by !== null && by === former) || (ms !== null && clock.wall() > until + margin)) return true;
    const what = `${number} ${until}`;
    const before = seen.get(folder);
    if (before?.what !== what) seen.set(folder, { what, since: clock.now() });
    return before?.what === what && clock.now() - before.since > (ms ?? wanted) + margin;
  }

  function take(folder: string, ms: number): FencedLock | null {
    const made = ensurePrivateDirectory(folder);
    const last = made.ok ? highest(folder) : null;
    if (!made.ok) fault(folder, made.reason);
    if (!made.ok || (last !== null && !isFree(folder, last, ms))) return null;
    const number = (last?.number ?? 0) + 1;
    const path = fileOf(folder, number);
    const until = clock.wall() + ms;
    const created = createOnce(path, textOf(holder, until, ms, false));
    if (!created.ok && created.reason !== "taken") fault(path, created.reason);
    if (!created.ok) return null;
    // We may have slept since we looked, through several holders whose files are gone.
    if (highest(folder)?.number !== number) {
      removeFile(path);
      return null;
    }
    seen.delete(folder);
    tidy(folder, number);
    return held(folder, number, ms, until);
  }

  function held(folder: string, number: number, ms: number, firstUntil: number): FencedLock {
    const path = fileOf(folder, number);
    let until = firstUntil;
    let began = clock.now();
    let over = false;
    const put = (next: number, released: boolean): boolean => {
      try {
        writeAtomic(path, textOf(holder, next, ms, released));
        return true;
      } catch (thrown) {
        fault(path, (thrown as Error).message);
        return false;
      }
    };
    const isOurs = (): boolean => !over && highest(folder)?.number === number;
    return {
      fence: number,
      renew() {
        const late = clock.wall() > until || clock.now() - began > ms;
        const next = clock.wall() + ms;
        if (over || late || !isOurs() || !put(next, false) || !isOurs()) {
          over = true;
          return false;
        }
        until = next;
        began = clock.now();
        return true;
      },
      release() {
        if (isOurs()) put(until, true);
        over = true;
      },
    };
  }

  return { take };
}

function fileOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(10, "0")}.json`);
}

function textOf(holder: string, until: number, ms: number, released: boolean): string {
  return `${JSON.stringify({ holder, until, ms, released })}\n`;
}

function numbersIn(folder: string): number[] {
  return listDirectory(folder).filter((name) => /^\d{10}\.json$/.test(name)).map((name) => Number.parseInt(name, 10));
}

/** The lock as it stands now; null where nobody ever had it. One that cannot be read counts as held. */
function highest(folder: string): Held | null {
  const number = Math.max(0, ...numbersIn(folder));
  if (number === 0) return null;
  const reading = readJsonFile(fileOf(folder, number));
  if (reading.kind !== "object") return { number, holder: null, released: false, until: 0, ms: null };
  const { holder, until, ms, released } = reading.value;
  const sound = typeof until === "number" && typeof ms === "number" && Number.isFinite(until) && ms >= 0;
  return { number, holder: typeof holder === "string" ? holder : null, released: released === true, until: sound ? until : 0, ms: sound ? ms : null };
}

function tidy(folder: string, number: number): void {
  for (const old of numbersIn(folder)) if (old <= number - KEPT) removeFile(fileOf(folder, old));
  sweepDrafts(folder, `${String(number).padStart(10, "0")}.json`, DRAFT_AGE, KEPT);
}
