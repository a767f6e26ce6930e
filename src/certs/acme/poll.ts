import type { Clock } from "../../base/clock.ts";
import { pause } from "../../base/pause.ts";
import type { Random } from "../../base/random.ts";
import { formatDuration } from "../../base/units-text.ts";
import { done, failed, stopped, tame, type Failed, type Fault, type Step } from "./fault.ts";

/** How long an authority may take for one thing. */
const PATIENCE_MS = 300_000;
const FIRST_MS = 250;
const MOST_MS = 10_000;
/** Longest pause that an authority may ask for while something is under way. */
const LONGEST_PAUSE_MS = 60_000;
/** How long failures in a row are lived through, because the authority may just be starting anew. */
const FAILING_MS = 30_000;

/** What polling needs. */
export interface PollEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** What a look found: the result, or nothing yet and when to look again at the earliest. */
export type Look<T> = { readonly ready: true; readonly value: T } | NotYet;

/** Nothing yet. */
interface NotYet {
  readonly ready: false;
  readonly status: string;
  readonly retryAfter: number | null;
}

/**
 * Looks until there is something, in growing pauses and as the authority asks, at most five minutes. A failure that may pass
 * is lived through for half a minute; any other one ends it at once: an order that the authority has forgotten does not come back.
 */
export async function poll<T>(env: PollEnv, doing: string, look: () => Promise<Step<Look<T>>>): Promise<Step<T>> {
  const deadline = env.clock.now() + PATIENCE_MS;
  let wait = FIRST_MS;
  let failingSince: number | null = null;
  for (;;) {
    const step = await look();
    if (env.signal.aborted) return stopped(doing);
    if (step.ok && step.value.ready) return done(step.value.value);
    const now = env.clock.now();
    failingSince = step.ok ? null : (failingSince ?? now);
    if (!step.ok && (!mayPass(step.fault) || now - (failingSince ?? now) >= FAILING_MS || now >= deadline)) return step;
    const pending = step.ok && !step.value.ready ? step.value : null;
    if (now >= deadline) return overdue(doing, pending?.status ?? "");
    const asked = step.ok ? pending?.retryAfter : step.fault.failure.retryAfter;
    const rest = Math.max(wait, Math.min(asked ?? 0, LONGEST_PAUSE_MS)) * (1 + env.random.next() / 10);
    if (!(await pause(env.clock, Math.min(deadline - now, rest), env.signal))) return stopped(doing);
    wait = Math.min(MOST_MS, wait * 1.6);
  }
}

function overdue(doing: string, status: string): Failed {
  return failed("unreachable", `${doing}: still '${tame(status)}' after ${formatDuration(PATIENCE_MS)}`);
}

/** Nothing came, the authority has a fault of its own, or wants fewer looks. */
function mayPass({ failure, status }: Fault): boolean {
  return failure.kind === "unreachable" || failure.kind === "rate-limited" || (status !== null && status >= 500);
}
