import type { Clock, Timer } from "../../base/clock.ts";
import { openAppender, readBounded, writeAtomic, type Appender } from "../../base/files.ts";
import { readTurns, writeTurns, type ScopeTurns } from "./turn-lines.ts";

/*
 * Turns of long windows, kept in a file: a restart does not begin a platform's hour anew. Each turn is written when its
 * request goes, so that a process that is killed loses none. The disk is asked for it once a second: what a machine that
 * stops may have lost is counted as spent.
 */

/** Windows that are shorter are over before a restart is. */
export const SHORTEST_KEPT = 60_000;
/** Turns of so many ms may be lost with the machine. */
export const MAY_BE_LOST = 2000;

const SYNC_EVERY = 1000;
const MAX_BYTES = 64 * 1024 * 1024;
const COMPACT_AFTER = 8 * 1024 * 1024;
/** Two readings of when the machine was started differ by so many ms at most. */
const SAME_BOOT = 10_000;

/** What the log needs from outside. */
export interface TurnLogEnv {
  readonly clock: Clock;
  readonly path: string;
  /** When the machine was started, in ms since 1970. */
  readonly bootedAt: number;
  /** It cannot be read or written: turns are not kept from now on. */
  readonly fault: (reason: string) => void;
  /** After so many bytes the file is written anew, without what is over; 8 MiB unless given. */
  readonly compactAfter?: number;
}

/** What is known of the turns of a scope from before the start. */
export interface PastTurns {
  /** In monotonic ms, rising; below 0 where this clock had not begun. */
  readonly instants: readonly number[];
  /** The machine stopped: those of the last {@link MAY_BE_LOST} ms may be missing. */
  readonly mayLack: boolean;
}

/** The turns of one scope. */
export interface ScopeNotes {
  /** Those from before the start, the first time that it is asked; null where there are none. */
  past(): PastTurns | null;
  /** One more, which matters for so many ms. */
  spent(longest: number): void;
}

/** The file. */
export interface TurnLog {
  of(site: string, group: string, scope: string): ScopeNotes;
  stop(): void;
}

/** Makes the log. The file is opened when the first scope is counted: what does not come so far leaves it alone. */
export function openTurnLog({ clock, path, bootedAt, fault, compactAfter = COMPACT_AFTER }: TurnLogEnv): TurnLog {
  let appender: Appender | null = null;
  let past: Map<string, ScopeTurns> | null = null;
  let mayLack = false;
  let ids = new Map<string, { readonly id: number; readonly longest: number }>();
  let written = 0;
  let sync: Timer | null = null;

  function giveUp(reason: string): null {
    appender?.close();
    appender = null;
    sync?.cancel();
    fault(reason);
    return null;
  }

  /** Leaves in the file what still matters, and goes on behind it. */
  function begin(): ReturnType<typeof readTurns> | null {
    const read = readBounded(path, MAX_BYTES);
    if (!read.ok && read.reason !== "no such file") return giveUp(`reading '${path}': ${read.reason}`);
    const turns = readTurns(read.ok ? Buffer.from(read.bytes).toString("utf8") : "", clock.wall());
    ids = new Map([...turns.scopes].map(([key, { longest }], id) => [key, { id, longest }]));
    written = 0;
    try {
      writeAtomic(path, writeTurns(bootedAt, turns.scopes));
    } catch (thrown) {
      return giveUp(String(thrown));
    }
    const opened = openAppender(path);
    if (!opened.ok) return giveUp(`opening '${path}': ${opened.reason}`);
    appender = opened.appender;
    return turns;
  }

  function write(line: string): void {
    const done = appender?.append(line);
    if (done?.ok === false) giveUp(`writing '${path}': ${done.reason}`);
    if (appender === null) return;
    written += line.length;
    sync ??= clock.after(SYNC_EVERY, () => {
      sync = null;
      appender?.sync();
    }, true);
  }

  function spent(key: string, longest: number): void {
    if (appender === null) return;
    if (written > compactAfter) {
      appender.close();
      begin();
    }
    const known = ids.get(key);
    const id = known?.id ?? ids.size;
    if (known === undefined || known.longest < longest) {
      ids.set(key, { id, longest });
      write(`= ${id} ${longest} ${key}\n`);
    }
    write(`${id} ${Math.round(clock.wall())}\n`);
  }

  function readPast(): Map<string, ScopeTurns> {
    const before = begin();
    mayLack = before !== null && before.bootedAt !== null && !before.isWhole && Math.abs(before.bootedAt - bootedAt) > SAME_BOOT;
    return before?.scopes ?? new Map<string, ScopeTurns>();
  }

  return {
    of(site, group, scope) {
      const key = JSON.stringify([site, group, scope]);
      const known = (past ??= readPast());
      return {
        past() {
          const turns = known.get(key);
          known.delete(key);
          return turns === undefined ? null : { instants: turns.at.map((at) => instantOf(at, clock)), mayLack };
        },
        spent: (longest) => spent(key, longest),
      };
    },
    stop() {
      appender?.append("end\n");
      appender?.close();
      appender = null;
      sync?.cancel();
    },
  };
}

/** Monotonic ms of a wall time that is past; now at the latest, where the wall clock was set back. */
function instantOf(at: number, clock: Clock): number {
  return clock.now() - Math.max(0, clock.wall() - at);
}
