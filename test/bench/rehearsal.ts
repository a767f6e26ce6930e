import { wrk } from "./load.ts";
import { cpuMicros } from "./proc.ts";
import type { RunningProxy } from "./proxies/proxy.ts";

/** When a rehearsal ends: after so many requests, or at the latest after so many seconds. */
export interface Rehearsal {
  readonly requests: number;
  readonly seconds: number;
}

const pieceSeconds = 2;

/**
 * Load before the first counted round, until a number of requests has gone through: compilers go by calls, not by time. Each
 * piece is told with what a request cost, so that the log shows whether the cost had settled.
 */
export async function rehearse({ pids }: RunningProxy, target: readonly string[], until: Rehearsal, say: (what: string) => void): Promise<void> {
  let done = 0;
  for (let seconds = 0; done < until.requests && seconds < until.seconds; seconds += pieceSeconds) {
    const before = cpuMicros(pids);
    const { requests } = await wrk(target, pieceSeconds);
    done += requests;
    say(`  ${done} requests, the last ${requests} at ${((cpuMicros(pids) - before) / requests).toFixed(0)} µs`);
  }
}
