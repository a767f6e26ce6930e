import type { Clock } from "../../base/clock.ts";
import type { SharedState } from "./shared-limits.ts";

/** How the shared counters stand, told once for each change. */
export interface Health {
  readonly state: SharedState;
  /** The connection is up, or not. */
  connection(state: SharedState, why: string): void;
  /** It is up, and an answer was of use. */
  answered(): void;
  /** It is up, and an answer was of none: a server that is full, or says what cannot be understood. */
  failed(why: string): void;
}

/** After a failure so many ms without another one make it well again: one of two that fail is not a change each time. */
const QUIET = 1000;

/** Starts `down`, which is told as soon as a reason is known. */
export function createHealth(clock: Clock, changed: (state: SharedState, why: string) => void): Health {
  let connected = false;
  let failing = false;
  let failedAt = -Infinity;
  let told: SharedState | null = null;
  const tell = (why: string): void => {
    const state = connected && !failing ? "up" : "down";
    if (state === told) return;
    told = state;
    changed(state, why);
  };
  return {
    get state() {
      return told ?? "down";
    },
    connection(state, why) {
      connected = state === "up";
      // A connection that comes back is given its chance anew.
      failing = false;
      tell(why);
    },
    answered() {
      if (!failing || clock.now() - failedAt < QUIET) return;
      failing = false;
      tell("answers are of use again");
    },
    failed(why) {
      failing = true;
      failedAt = clock.now();
      if (connected) tell(why);
    },
  };
}
