import type { Clock, Timer } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Random } from "../base/random.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Endpoints } from "./endpoints.ts";
import type { UpstreamOptions } from "./options.ts";
import type { ProbeResult } from "./probe.ts";

/** What active health checks need from outside. */
export interface HealthEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** Looks at one endpoint, within a bound of its own; a rejection counts as unhealthy, null: it could not be looked at now. */
  probe(endpoint: Endpoint, signal: AbortSignal): Promise<ProbeResult | null>;
}

/** The random part of the interval, so that many instances do not probe in step. */
const JITTER = 0.2;

/**
 * Probes every endpoint at `every`, each on its own, and tells the set once enough probes in a row agree. Starts
 * nothing where neither `connect` nor `path` is asked for. Stopping ends probes that are under way.
 */
export function watchHealth(endpoints: Endpoints, options: UpstreamOptions["health"], env: HealthEnv): Stoppable {
  if (!options.connect && options.path === undefined) return { stop() {} };
  const watches = endpoints.all.map((endpoint) => watchEndpoint(endpoint, endpoints, options, env));
  return {
    stop() {
      for (const watch of watches) watch.stop();
    },
  };
}

function watchEndpoint(endpoint: Endpoint, endpoints: Endpoints, options: UpstreamOptions["health"], env: HealthEnv): { stop(): void } {
  const stopping = new AbortController();
  const judge = createJudge(endpoint, endpoints, options);
  let timer: Timer;

  function later(ms: number): void {
    timer = env.clock.after(ms, probe, true);
  }
  function settle(result: ProbeResult | null): void {
    if (stopping.signal.aborted) return;
    if (result !== null) judge(result);
    later(options.every * (1 - JITTER / 2 + JITTER * env.random.next()));
  }
  function probe(): void {
    env.probe(endpoint, stopping.signal).then(settle, (fault: unknown) => settle({ healthy: false, why: String(fault) }));
  }

  later(options.every * env.random.next());
  return {
    stop() {
      timer.cancel();
      stopping.abort();
    },
  };
}

/** Counts probes that agree, and speaks when there are enough of them. */
function createJudge(endpoint: Endpoint, endpoints: Endpoints, options: UpstreamOptions["health"]): (result: ProbeResult) => void {
  let healthy = true;
  let inARow = 0;
  let wellWhileOut = 0;
  return (result) => {
    inARow = result.healthy === healthy ? inARow + 1 : 1;
    healthy = result.healthy;
    if (!healthy && inARow >= options.unhealthyAfter) endpoints.setHealthy(endpoint, false, result.why);
    if (healthy && inARow >= options.healthyAfter) endpoints.setHealthy(endpoint, true, result.why);
    // A connection alone does not outweigh calls that fail; a health path that the platform documents does. Probes
    // from before the ejection say nothing about its end.
    const out = options.path !== undefined && endpoints.state(endpoint) === "ejected";
    wellWhileOut = out && healthy ? wellWhileOut + 1 : 0;
    if (wellWhileOut >= options.healthyAfter) endpoints.readmit(endpoint, result.why);
  };
}
