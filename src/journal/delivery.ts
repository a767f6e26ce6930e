import type { Clock } from "../base/clock.ts";
import type { CallControl } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import { attempt, type Attempted, type Decode } from "./attempt.ts";
import type { StoredRequest } from "./entry.ts";
import type { Flight } from "./flight.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Way, Ways } from "./way.ts";

/*
 * Sends a submission that is claimed: as often as it is certain that nothing was executed, and never again after a doubt.
 * An answer that comes after our own deadline is still waited for, and counts.
 */

/** What sending needs from outside. */
export interface DeliveryEnv {
  readonly clock: Clock;
  readonly ways: Ways;
  readonly decode: Decode;
  readonly outcomes: Outcomes;
  /** Puts a submission that cannot be sent now into the queue of its route; false where there is no room. */
  readonly defer: (flight: Flight) => boolean;
  readonly retried: () => void;
}

/** A refusal without an attempt is asked about again at least so often, in ms. */
const LOOK_MS = 500;
/** The same credentials get the same answer. */
const NEEDS_THE_CALLER: ReadonlySet<number> = new Set([401, 403, 407]);

/** Where the row of attempts stands. */
interface Row {
  readonly startedAt: number;
  /** Those that a byte was handed over for, or tried to. */
  made: number;
  avoid: string | null;
}

/** Sends a claimed submission until something is known, or nobody knows. Settles what it learns; never rejects for what a platform does. */
export async function deliver(flight: Flight, env: DeliveryEnv): Promise<void> {
  const row: Row = { startedAt: env.clock.now(), made: 0, avoid: null };
  for (;;) {
    const way = env.ways(flight.facts.site, flight.facts.route);
    const region = way?.region(flight.facts.region) ?? null;
    if (way === null || region === null) return env.outcomes.unsent(flight, { result: null, why: `no way leads to region '${flight.facts.region}'` });
    if (row.made === 0) region.retries.request();
    const attempted = await timely(flight, way, row, env);
    // From here on the answer is waited for apart from this row.
    if (attempted === null) return;
    if (attempted.kind !== "unsent" && !(attempted.kind === "judged" && attempted.judgement.kind === "not-executed")) return env.outcomes.learn(flight, attempted);
    const pause = pauseBefore(flight, attempted, way, row, env);
    if (pause === null) return giveUp(flight, attempted, env);
    await new Promise<void>((resolve) => void env.clock.after(pause, resolve));
    if (flight.ending !== null) return;
    env.retried();
  }
}

/** One attempt within the time for it; null where its answer is late. It is then in doubt, and the answer still counts. */
function timely(flight: Flight, way: Way, row: Row, env: DeliveryEnv): Promise<Attempted | null> {
  const { clock, outcomes } = env;
  const region = way.region(flight.facts.region) as RegionUpstream;
  const patience = Math.min(way.response ?? region.responseTimeout, Math.max(1, row.startedAt + (way.total ?? region.totalTimeout) - clock.now()));
  const { linger } = flight.policy.options;
  const control: CallControl = { abort: null };
  const { promise, resolve, reject } = Promise.withResolvers<Attempted | null>();
  let late = false;
  let cut = clock.after(patience, () => {
    late = true;
    cut = clock.after(linger, () => control.abort?.("total-timeout"));
    outcomes.doubt(flight, "timed-out", `no answer within ${Math.round(patience)} ms`, "");
    resolve(null);
  });
  const ended = (one: Attempted): void => {
    cut.cancel();
    flight.open--;
    flight.quietSince = clock.now();
    count(one, flight, row);
    if (late) outcomes.late(flight, one);
    else resolve(one);
  };
  flight.open++;
  const plan = { region, routeClass: "submit", timeout: patience + linger, fresh: way.fresh, avoid: row.avoid, control } as const;
  attempt(flight.request as StoredRequest, plan, flight.policy.judge, env.decode).then(ended, reject);
  return promise;
}

function count(attempted: Attempted, flight: Flight, row: Row): void {
  if (attempted.kind !== "unsent") flight.attempts++;
  if (attempted.kind !== "unsent" || attempted.result.kind === "not-sent") row.made++;
  row.avoid = endpointOf(attempted) ?? row.avoid;
}

function endpointOf(attempted: Attempted): string | null {
  if (attempted.kind === "unsent") return attempted.result.kind === "not-sent" ? attempted.result.endpoint : null;
  return attempted.endpoint;
}

/** Ms before the next attempt, or null where there is none. */
function pauseBefore(flight: Flight, attempted: Attempted, way: Way, row: Row, { clock }: DeliveryEnv): number | null {
  const region = way.region(flight.facts.region);
  if (region === null || flight.ending !== null) return null;
  const { options } = flight.policy;
  if (attempted.kind === "judged" && NEEDS_THE_CALLER.has(attempted.answer.status)) return null;
  const left = row.startedAt + (way.total ?? region.totalTimeout) - clock.now();
  const outage = attempted.kind === "unsent" && attempted.result.kind === "refused";
  if (outage) return options.onOutage === "wait" && flight.waiting > 0 && left > LOOK_MS ? Math.min(LOOK_MS, attempted.result.retryAfter * 1000) : null;
  const pause = region.pauseAfter(row.made);
  if (clock.now() - row.startedAt + pause < options.resendUnsent) return pause;
  if (pause >= left) return null;
  if (row.made < region.attempts && region.retries.take()) return pause;
  // The platform cannot be reached: those who wait for it may go on waiting.
  return attempted.kind === "unsent" && options.onOutage === "wait" && flight.waiting > 0 && left > LOOK_MS ? Math.max(pause, LOOK_MS) : null;
}

function giveUp(flight: Flight, attempted: Attempted, env: DeliveryEnv): Promise<void> | void {
  if (attempted.kind === "unsent" && flight.policy.options.onOutage === "defer" && env.defer(flight)) return;
  if (attempted.kind === "unsent") return env.outcomes.unsent(flight, { result: attempted.result, why: attempted.result.cause });
  return env.outcomes.learn(flight, attempted);
}
