import type { FaultSet } from "../../../src/sandbox/faults.ts";
import type { PlatformApp } from "./app.ts";

/** A storm in the form of one platform. Times in milliseconds from the begin of the load. */
export interface PlatformPlan {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** The drill as it is run by hand, or short. */
export function platformPlan(short: boolean): PlatformPlan {
  return short ? { length: 4000, from: 500, to: 3500 } : { length: 12_000, from: 2000, to: 9000 };
}

const WELL: FaultSet = { latency: { minMs: 20, maxMs: 120 }, lateVisibility: { ms: 400 } };

/** The platform while all is well. */
export function wellFaults({ always }: PlatformApp): FaultSet {
  return { ...WELL, ...always };
}

/** The platform in trouble: slow, failing before and after the work, and a firewall that answers for it. */
export function troubledFaults(app: PlatformApp): FaultSet {
  return {
    ...wellFaults(app),
    latency: { minMs: 20, maxMs: 120, tail: { probability: 0.2, alpha: 2, minMs: 500, capMs: 3000 } },
    errorBefore: { probability: 0.08, on: ["issue"] },
    errorAfter: { probability: 0.08, as: "either", on: ["issue"] },
    resetAfterProcessing: { probability: 0.06, on: ["issue"] },
    resetMidAnswer: { probability: 0.04, on: ["issue"] },
    html: { probability: 0.03, status: 502, on: ["issue"] },
  };
}

/** A file with the profile and nothing else, but for the times of a drill. */
export function platformConfig({ profile, site, upstream = "" }: PlatformApp, origin: string): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: ${profile}
regions: { home: { endpoints: [{ url: "${origin}" }] } }
upstream:
  timeouts: { connect: 1s, response: 30s, total: 60s }
  health: { every: 200ms, healthyAfter: 1 }
  breaker: { consecutiveFailures: 10, failureRatio: 0.5, window: 2s, minimumRequests: 50, slowCall: 30s, openFor: 200ms, halfOpenProbes: 1 }
  retry: { attempts: 4, budget: 100%, backoff: 50ms..500ms }
  ${upstream}
${site}
`;
}
