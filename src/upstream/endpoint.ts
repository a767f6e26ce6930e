import type { EndpointOptions, UpstreamOptions } from "./options.ts";

/** How an endpoint stands: `unhealthy` by its probes, `ejected` by its calls, else `healthy`. */
export type EndpointState = "healthy" | "unhealthy" | "ejected";

/** One server of a region, as the rest of Taxgate sees it. */
export interface Endpoint {
  /** `REGION/HOST[:PORT]`, `#2` behind it where that stands twice; unique within the site. Log lines and views carry it, metrics the place in the list. */
  readonly id: string;
  readonly url: string;
  readonly region: string;
  readonly weight: number;
  /** Dialled instead of what the host's name says; null: the name is looked up. */
  readonly address: string | null;
  /** Calls under way. */
  readonly inFlight: number;
  /** Recent mean duration of successful calls in milliseconds; 0 before the first. */
  readonly latency: number;
}

/** An endpoint with what its set knows of it. Times are monotonic milliseconds. */
export interface Member extends Endpoint {
  inFlight: number;
  latency: number;
  healthy: boolean;
  failuresInARow: number;
  /** How often it was put out lately; the duration doubles with it. */
  ejections: number;
  ejectedUntil: number;
  /** When it came back for the last time: slow start counts from here. */
  backSince: number;
}

/**
 * Makes the members of a region: healthy until proven otherwise, none in slow start. One that stood in `before` keeps
 * what was known of it: a reload makes no endpoint well.
 */
export function members(region: string, endpoints: readonly EndpointOptions[], before: readonly Endpoint[] = []): Member[] {
  const taken = new Map<string, number>();
  return endpoints.map(({ url, weight, address = null }) => {
    const known = before.find((endpoint) => endpoint.url === url && endpoint.address === address) as Member | undefined;
    const host = `${region}/${new URL(url).host}`;
    const count = (taken.get(host) ?? 0) + 1;
    taken.set(host, count);
    return {
      id: count === 1 ? host : `${host}#${count}`,
      url, region, weight, address,
      inFlight: 0, latency: 0,
      healthy: true, failuresInARow: 0, ejections: 0, ejectedUntil: -Infinity, backSince: -Infinity,
      ...(known === undefined ? {} : lasting(known)),
    };
  });
}

function lasting({ latency, healthy, failuresInARow, ejections, ejectedUntil, backSince }: Member): Partial<Member> {
  return { latency, healthy, failuresInARow, ejections, ejectedUntil, backSince };
}

/** True when neither its probes nor its calls speak against it. */
export function isStanding(member: Member, now: number): boolean {
  return member.healthy && member.ejectedUntil <= now;
}

/** Smallest part of its share that an endpoint gets, lest it never be asked at all. */
const LEAST_RAMP = 0.05;

/** The weight that counts now: a recovered endpoint's grows linearly over `slowStart` milliseconds. */
export function currentWeight(member: Member, now: number, slowStart: number): number {
  const since = now - member.backSince;
  return since >= slowStart ? member.weight : member.weight * Math.max(LEAST_RAMP, since / slowStart);
}

/** An endpoint is never put out for longer than so many times `outlierFor`. */
const LONGEST = 10;

/** Puts an endpoint out from `now` on; each time twice as long, unless it has stood well for ten times `outlierFor`. */
export function eject(member: Member, now: number, health: UpstreamOptions["health"]): number {
  if (now - member.ejectedUntil > LONGEST * health.outlierFor) member.ejections = 0;
  const ms = health.outlierFor * Math.min(LONGEST, 2 ** member.ejections);
  member.ejections += 1;
  member.failuresInARow = 0;
  member.ejectedUntil = now + ms;
  member.backSince = member.ejectedUntil;
  return ms;
}

/** Takes an endpoint in again from `now` on, with slow start. */
export function readmit(member: Member, now: number): void {
  member.ejectedUntil = Math.min(member.ejectedUntil, now);
  member.failuresInARow = 0;
  member.backSince = now;
}
