import type { FaultSet, Latency } from "../../src/sandbox/faults.ts";
import type { Manners } from "./legacy-client.ts";

/** The ways to the platform, all under the same load. */
export const LANES = ["directly", "http-proxy", "taxgate"] as const;

/** A name of {@link LANES}. */
export type LaneName = (typeof LANES)[number];

/** Load and trouble of a storm. Times in milliseconds, rates a second. */
export interface StormPlan {
  readonly trouble: "brownout" | "blackout";
  readonly ordersPerSecond: number;
  /** Look-ups of the code table, with the same patience and one try. */
  readonly readsPerSecond: number;
  readonly length: number;
  /** When the trouble begins and ends, from the begin of the load. */
  readonly from: number;
  readonly to: number;
  /** Requests that the platform works on at a time; the others queue. */
  readonly concurrent: number;
  readonly latency: Latency;
  /** An invoice that was issued is not found for so long. */
  readonly lateVisibility: number;
  readonly clients: Manners;
  readonly lanes: readonly LaneName[];
}

const FULL: StormPlan = {
  trouble: "brownout",
  ordersPerSecond: 120, readsPerSecond: 60, length: 20_000, from: 5000, to: 15_000,
  concurrent: 48, latency: { minMs: 60, maxMs: 260 }, lateVisibility: 700,
  clients: { patience: 500, tries: 6, pause: 300 },
  lanes: LANES,
};

/** One request in five takes longer than half a second: a power law, cut. */
const TAIL: Latency["tail"] = { probability: 0.2, alpha: 2, minMs: 500, capMs: 3000 };
/** Of submissions, halved: not executed, and executed without a word of it. */
const FAILURES = 0.087;
/** More than a storm can fill. */
const QUEUE = 1_000_000;

/** The drill as it is run by hand, or short. A blackout comes under half the load. */
export function stormPlan({ short, blackout }: { readonly short: boolean; readonly blackout: boolean }): StormPlan {
  if (blackout) return { ...FULL, trouble: "blackout", ordersPerSecond: 60, ...(short ? { length: 4000, from: 1000, to: 3000 } : { length: 12_000, from: 5000, to: 7000 }) };
  return short ? { ...FULL, length: 4000, from: 1000, to: 3000 } : FULL;
}

/** The platform while all is well. */
export function wellFaults({ concurrent, latency, lateVisibility }: StormPlan): FaultSet {
  return { capacity: { concurrent, queue: QUEUE }, latency, lateVisibility: { ms: lateVisibility } };
}

/** The platform while there is trouble. */
export function troubledFaults(plan: StormPlan): FaultSet {
  const well = wellFaults(plan);
  if (plan.trouble === "blackout") return { ...well, blackout: {} };
  const before = FAILURES / 2;
  return {
    ...well, latency: { ...plan.latency, tail: TAIL as NonNullable<typeof TAIL> },
    errorBefore: { probability: before, on: ["issue"] },
    // It is drawn for those that the one before did not strike.
    errorAfter: { probability: before / (1 - before), as: "either", on: ["issue"] },
  };
}

/**
 * The configuration under test: the submission as the contract shows it, patience beyond what the platform takes, and a
 * breaker that a platform which fails one submission in twelve does not open.
 */
export function stormConfig(origin: string): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
upstream:
  timeouts: { connect: 1s, response: 30s, total: 60s }
  connections: 512
  queueTimeout: 30s
  health: { every: 200ms, healthyAfter: 1 }
  breaker: { consecutiveFailures: 10, failureRatio: 0.5, window: 2s, minimumRequests: 50, slowCall: 30s, openFor: 200ms, halfOpenProbes: 1 }
  retry: { attempts: 4, budget: 100%, backoff: 50ms..500ms }
routes:
${SUBMISSION_ROUTE}
  - { name: query, match: { methods: [GET], path: /api/invoices }, class: poll }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read, cache: { ttl: 1h, key: [region] } }
  - { name: rest, match: { path: /** }, class: pass }
`;
}

/** The route of submissions: where an order's number stands, what the platform's answers mean, and how doubt is resolved. */
export const SUBMISSION_ROUTE = `  - name: issue
    match: { methods: [POST], path: /api/invoices }
    class: submit
    body: { maxBytes: 5MB, types: [application/json] }
    submission:
      key: [{ json: /orderNo }]
      scope: [{ json: /sellerTaxNo }]
      accepted: [{ status: 200, json: /code, equals: 0 }]
      notExecuted: [{ status: 503, json: /code, in: [5030, 5031] }, { status: 401 }]
      final: [{ status: 400 }]
      inDoubt: [{ status: 504 }, { contentType: text/html }]
      resolve:
        - query: { method: GET, path: "/api/invoices?orderNo={key}&sellerTaxNo={scope}" }
          found: { status: 200 }
          absent: { status: 404 }
          notFoundValidAfter: 1s
          every: 200ms
          for: 10min
        - hold`;
