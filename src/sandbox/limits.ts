import type { LimitSpec } from "./kind.ts";
import { createSlidingWindows, type SlidingWindows } from "./sliding-windows.ts";

/** What became of one limit since the start, all its scopes together. */
export interface LimitReport {
  readonly name: string;
  /** Requests that came when at least one window was full. */
  readonly exceeded: number;
  readonly windows: readonly WindowReport[];
}

/** One window of a limit. */
export interface WindowReport {
  /** Most requests that may pass within `ms` milliseconds. */
  readonly count: number;
  readonly ms: number;
  /** Requests that came when this window was full. */
  readonly exceeded: number;
  /** The highest number seen in the window of any scope, the request that came counted; above `count` when it was exceeded. */
  readonly highest: number;
}

/** What the platform allows, counted exactly. Requests that are refused do not count against those that come after. */
export interface Limits {
  /**
   * Counts a request of a scope: 0 when it is within the limit, otherwise milliseconds (above 0) until one would be. Beyond a limit
   * that does not refuse it passes all the same, and counts against those that come after.
   */
  take(name: string, scope: string): number;
  report(): readonly LimitReport[];
}

/** Where the limits look for the time and for whether they are enforced; while they are not, every request passes and is counted. */
export interface LimitsEnv {
  readonly now: () => number;
  readonly enforced: () => boolean;
  /** What a limit allows now, where that is not what its kind says; the same object as long as it is the same. */
  readonly windows: (name: string) => LimitSpec["windows"] | undefined;
}

/** Beyond it the scope that came first is forgotten: a bound for memory, not part of any platform. */
const MOST_SCOPES = 10_000;
// Rounding may bring the wait of a full window down to 0, which would mean that the request may pass.
const LEAST_WAIT_MS = 0.001;

/** Makes the counters of a kind's limits. */
export function createLimits(specs: readonly LimitSpec[], env: LimitsEnv): Limits {
  const limits = new Map(specs.map((spec) => [spec.name, createLimit(spec, env)]));
  return {
    take: (name, scope) => limits.get(name)?.take(scope) ?? 0,
    report: () => [...limits.values()].map((limit) => limit.report()),
  };
}

interface Limit {
  take(scope: string): number;
  report(): LimitReport;
}

function createLimit({ name, windows: usual, refuses = true }: LimitSpec, { now, enforced, windows }: LimitsEnv): Limit {
  const scopes = new Map<string, SlidingWindows>();
  let inForce = usual;
  let seen = windowsSeen(usual);
  let exceeded = 0;

  /** Counts of windows of the same lengths go on counting. */
  function look(): void {
    const told = windows(name) ?? usual;
    if (told === inForce) return;
    const same = told.length === inForce.length && told.every(({ ms }, i) => ms === inForce[i]?.ms);
    if (!same) scopes.clear();
    seen = windowsSeen(told);
    inForce = told;
  }

  function of(scope: string): SlidingWindows {
    const known = scopes.get(scope);
    if (known) return known;
    const oldest = scopes.size >= MOST_SCOPES ? scopes.keys().next() : undefined;
    if (oldest?.done === false) scopes.delete(oldest.value);
    const made = createSlidingWindows(inForce.map(({ ms }) => ms));
    scopes.set(scope, made);
    return made;
  }

  function take(scope: string): number {
    look();
    if (inForce.length === 0) return 0;
    const at = now();
    const times = of(scope);
    times.moveTo(at);
    let waitMs = 0;
    for (const [i, window] of seen.entries()) {
      const before = times.number(i);
      window.highest = Math.max(window.highest, before + 1);
      if (before < window.count) continue;
      window.exceeded += 1;
      waitMs = Math.max(waitMs, times.freeAt(i, window.count) - at, LEAST_WAIT_MS);
    }
    if (waitMs > 0) exceeded += 1;
    const passes = waitMs === 0 || !refuses || !enforced();
    if (passes) times.add(at);
    return enforced() ? waitMs : 0;
  }

  return { take, report: () => ({ name, exceeded, windows: seen.map((window) => ({ ...window })) }) };
}

function windowsSeen(windows: LimitSpec["windows"]): { readonly count: number; readonly ms: number; exceeded: number; highest: number }[] {
  return windows.map(({ count, ms }) => ({ count, ms, exceeded: 0, highest: 0 }));
}
