import { GUANGDONG_TAXPAYER, reads, submissions } from "./traffic.ts";
import type { Stream } from "./load.ts";

/** What happens to the platforms, in this order. */
export const STAGES = ["all is well", "one endpoint refuses", "it comes back", "one endpoint hangs", "it answers again", "the region refuses", "the region comes back", "the region hangs", "it wakes up"] as const;

/** A name of {@link STAGES}. */
export type StageName = (typeof STAGES)[number];

/** Load, settings and length of a region drill. Times in milliseconds. */
export interface RegionPlan {
  readonly readsPerSecond: number;
  readonly submissionsPerSecond: number;
  readonly health: { readonly every: number; readonly unhealthyAfter: number; readonly healthyAfter: number; readonly slowStart: number; readonly outlierFor: number };
  readonly openFor: number;
  readonly responseTimeout: number;
  readonly stages: Readonly<Record<StageName, number>>;
}

/** The drill as it is run by hand. */
export const FULL_REGION_PLAN: RegionPlan = {
  readsPerSecond: 100,
  submissionsPerSecond: 20,
  health: { every: 500, unhealthyAfter: 2, healthyAfter: 2, slowStart: 3000, outlierFor: 2000 },
  openFor: 3000,
  responseTimeout: 500,
  stages: { "all is well": 2000, "one endpoint refuses": 3000, "it comes back": 4500, "one endpoint hangs": 4000, "it answers again": 2500, "the region refuses": 5000, "the region comes back": 5500, "the region hangs": 4000, "it wakes up": 5000 },
};

/** The drill as a test: the same stages, shorter intervals. */
export const SHORT_REGION_PLAN: RegionPlan = {
  readsPerSecond: 150,
  submissionsPerSecond: 20,
  health: { every: 200, unhealthyAfter: 2, healthyAfter: 2, slowStart: 2000, outlierFor: 1000 },
  openFor: 800,
  responseTimeout: 300,
  stages: { "all is well": 500, "one endpoint refuses": 1200, "it comes back": 3000, "one endpoint hangs": 1500, "it answers again": 1000, "the region refuses": 1500, "the region comes back": 2500, "the region hangs": 1500, "it wakes up": 2500 },
};

/** Origins of the three platforms: Guangdong has two endpoints. */
export interface Origins {
  readonly beijing: string;
  readonly first: string;
  readonly second: string;
}

/** The configuration under test. Guangdong reads from Beijing while it is down; submissions never go there. */
export function regionConfig({ health, openFor, responseTimeout }: RegionPlan, origins: Origins): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
defaultRegion: beijing
regions:
  beijing: { endpoints: [{ url: "${origins.beijing}" }], taxpayers: ["11"] }
  guangdong:
    endpoints: [{ url: "${origins.first}" }, { url: "${origins.second}" }]
    taxpayers: ["44"]
    fallback: [beijing]
upstream:
  timeouts: { connect: 300ms, response: ${responseTimeout}ms, total: 5s }
  health:
    every: ${health.every}ms
    unhealthyAfter: ${health.unhealthyAfter}
    healthyAfter: ${health.healthyAfter}
    slowStart: ${health.slowStart}ms
    outlierAfter: 5
    outlierFor: ${health.outlierFor}ms
  breaker: { consecutiveFailures: 5, openFor: ${openFor}ms }
  retry: { attempts: 2, budget: 20%, backoff: 20ms..100ms }
identity: { taxpayer: [{ header: x-taxpayer }, { json: /sellerTaxNo }] }
routes:
  - { name: issue, match: { methods: [POST], path: /api/invoices }, class: submit, body: { maxBytes: 1MB, types: [application/json] } }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
`;
}

/** The load of the drill: everything is at home in Guangdong. */
export function regionStreams(plan: RegionPlan): readonly Stream[] {
  return [reads(plan.readsPerSecond, GUANGDONG_TAXPAYER), submissions(plan.submissionsPerSecond, GUANGDONG_TAXPAYER, "G")];
}
