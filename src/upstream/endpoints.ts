import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { CallOutcome } from "./breaker.ts";
import { eject, isStanding, members, readmit, type Endpoint, type EndpointState, type Member } from "./endpoint.ts";
import type { RegionOptions } from "./options.ts";
import { createPicker } from "./picker.ts";

/** What a set of endpoints needs from outside. */
export interface EndpointsEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** The endpoints of the same region in an earlier configuration. */
  readonly before?: readonly Endpoint[];
  /** Told when probes or calls change how an endpoint stands; the end of an ejection comes by itself and is not told. */
  readonly onChange?: (endpoint: Endpoint, state: EndpointState, why: string) => void;
}

/** The endpoints of one region. Limits are whole endpoints, never percentages: those do not act on two. */
export interface Endpoints {
  readonly all: readonly Endpoint[];
  /** How often every endpoint was out and one was tried all the same. */
  readonly panics: number;
  /**
   * Chooses an endpoint and counts a call on it; each pick is followed by exactly one `report`. `exclude` is avoided
   * where another one stands (a retry goes elsewhere). Where none stands it still gives one: probes may be wrong.
   */
  pick(exclude?: Endpoint): Endpoint;
  /** Takes back the call that `pick` counted, with its outcome and its duration in milliseconds. */
  report(endpoint: Endpoint, outcome: CallOutcome, ms: number): void;
  /** What the active probes found, once they are sure. */
  setHealthy(endpoint: Endpoint, healthy: boolean, why: string): void;
  /** Ends an ejection early: the platform's own health path answers again. */
  readmit(endpoint: Endpoint, why: string): void;
  state(endpoint: Endpoint): EndpointState;
  /** False when no endpoint stands: reads may go to a fallback region. */
  isUp(): boolean;
}

/** How much a call moves the mean latency. */
const LATENCY_SHARE = 0.1;

/** Makes the endpoints of a region, which must have one at least. Picks and reports allocate nothing. */
export function createEndpoints(region: Pick<RegionOptions, "name" | "endpoints" | "upstream">, env: EndpointsEnv): Endpoints {
  const { health } = region.upstream;
  const all = members(region.name, region.endpoints, env.before);
  const picker = createPicker(all, health.slowStart, env.random);

  function othersStand(member: Member, now: number): boolean {
    return all.some((other) => other !== member && isStanding(other, now));
  }

  function failed(member: Member): void {
    const now = env.clock.now();
    if (!isStanding(member, now)) return;
    member.failuresInARow += 1;
    if (member.failuresInARow < health.outlierAfter || !othersStand(member, now)) return;
    const ms = eject(member, now, health);
    env.onChange?.(member, "ejected", `${health.outlierAfter} calls failed in a row; out for ${ms} ms`);
  }

  function state(endpoint: Endpoint): EndpointState {
    const member = endpoint as Member;
    if (!member.healthy) return "unhealthy";
    return isStanding(member, env.clock.now()) ? "healthy" : "ejected";
  }

  return {
    all,
    get panics() {
      return picker.panics;
    },
    pick(exclude) {
      const chosen = picker.choose(env.clock.now(), exclude as Member | undefined);
      chosen.inFlight += 1;
      return chosen;
    },
    report(endpoint, outcome, ms) {
      const member = endpoint as Member;
      member.inFlight -= 1;
      if (outcome === "failure") failed(member);
      else if (outcome === "success") succeeded(member, ms);
    },
    setHealthy(endpoint, healthy, why) {
      const member = endpoint as Member;
      if (member.healthy === healthy) return;
      member.healthy = healthy;
      if (healthy) readmit(member, env.clock.now());
      env.onChange?.(endpoint, healthy ? "healthy" : "unhealthy", why);
    },
    readmit(endpoint, why) {
      if (state(endpoint) !== "ejected") return;
      readmit(endpoint as Member, env.clock.now());
      env.onChange?.(endpoint, "healthy", why);
    },
    state,
    isUp() {
      const now = env.clock.now();
      return all.some((member) => isStanding(member, now));
    },
  };
}

function succeeded(member: Member, ms: number): void {
  member.failuresInARow = 0;
  member.latency += (ms - member.latency) * (member.latency === 0 ? 1 : LATENCY_SHARE);
}
