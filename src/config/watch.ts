import { dirname } from "node:path";
import { every, type Clock, type Timer } from "../base/clock.ts";
import { watchDirectory } from "../base/files.ts";
import type { Stoppable } from "../base/lifetime.ts";
import { fingerprintOf, readFromDisk, type ReadFile } from "./sources.ts";

/** What is to be watched: the files of a load and what they held then; see `Loaded`. */
export interface Watched {
  readonly files: readonly string[];
  readonly fingerprint: string;
}

/** What watching needs from outside. */
export interface WatchEnv {
  readonly clock: Clock;
  /** For tests; the disk unless given. */
  readonly read?: ReadFile;
  /** For tests; the operating system's watcher unless given. */
  readonly watchDirectory?: typeof watchDirectory;
}

/** A watch that is running. */
export interface ConfigWatch extends Stoppable {
  /** Watches what another load was made of; a change since that load is noticed. */
  update(next: Watched): void;
}

/** Editors and ConfigMaps write in several steps: wait until they are through. */
const SETTLE = 200;
/** A look is put off by further changes for so long, and no longer. */
const LONGEST = 1000;
/** Network file systems and lost watchers say nothing: look anyway. */
const LOOK = 10_000;

/**
 * Calls `onChange` once after the content of any of the files has changed, compared by hash: directories are watched, so
 * a renamed file and a ConfigMap's swapped link count, and a saved file with the same content does not.
 */
export function watchConfig(start: Watched, env: WatchEnv, onChange: () => void): ConfigWatch {
  const watch = env.watchDirectory ?? watchDirectory;
  const watchers = new Map<string, Stoppable>();
  let watched = start;
  let pending: Timer | null = null;
  let firstNoticed = 0;

  const look = (): void => {
    pending = null;
    attach();
    const fingerprint = fingerprintOf(watched.files, env.read ?? readFromDisk);
    if (fingerprint === watched.fingerprint) return;
    watched = { files: watched.files, fingerprint };
    onChange();
  };
  const soon = (): void => {
    const now = env.clock.now();
    if (pending === null) firstNoticed = now;
    // Something else in the folder may be written all the time, such as a log: that must not put the look off for ever.
    else if (now - firstNoticed > LONGEST) return;
    pending?.cancel();
    pending = env.clock.after(SETTLE, look, true);
  };
  /** Watches directories that are not watched yet, among them those that came or came back since. */
  const attach = (): void => {
    for (const directory of new Set(watched.files.map((file) => dirname(file)))) {
      if (watchers.has(directory)) continue;
      const watcher = watch(directory, soon, () => watchers.delete(directory));
      if (watcher !== null) watchers.set(directory, watcher);
    }
  };
  const detach = (keep: ReadonlySet<string>): void => {
    for (const [directory, watcher] of watchers) {
      if (keep.has(directory)) continue;
      watchers.delete(directory);
      void watcher.stop();
    }
  };

  const looking = every(env.clock, LOOK, look);
  attach();
  soon();
  return {
    update(next) {
      watched = next;
      detach(new Set(next.files.map((file) => dirname(file))));
      attach();
      soon();
    },
    stop() {
      looking.cancel();
      pending?.cancel();
      detach(new Set());
    },
  };
}
