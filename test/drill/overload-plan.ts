import type { FaultSet } from "../../src/sandbox/faults.ts";
import { SUBMISSION_ROUTE } from "./storm-plan.ts";

/** The two that are compared: the default, and a proxy whose connections alone bound the calls. */
export const MODES = ["adaptive", "off"] as const;

/** One of {@link MODES}. */
export type Mode = (typeof MODES)[number];

/** Load and trouble of an overload. Times in milliseconds. */
export interface OverloadPlan {
  /** Requests that the platform works on at a time; the others wait there in the order of their coming. */
  readonly workers: number;
  /** While its capacity is down. */
  readonly workersLeft: number;
  /** A request is worked on for so long, evenly between the two. */
  readonly work: { readonly minMs: number; readonly maxMs: number };
  /** Load in multiples of the whole capacity. */
  readonly overload: number;
  /** Share of submissions in it. */
  readonly submissions: number;
  /** After so long an answer is worth nothing to whoever asked: readers hang up, billing systems try again. */
  readonly patience: { readonly read: number; readonly submission: number };
  readonly length: number;
  /** The load is new before this, and nothing is judged. */
  readonly warm: number;
  /** When the capacity goes down, and when it is back. */
  readonly from: number;
  readonly to: number;
  /** Longest time until it is used again. */
  readonly recovery: number;
  /** After the change the platform still holds what it took in before; judged from then on. */
  readonly settling: number;
  readonly modes: readonly Mode[];
  /** Goodput, in per cent of the platform's own capacity. */
  readonly least: number;
  /** Looks at the baseline, and what is drawn by lot, may cost this share of the seconds. */
  readonly holes: number;
}

/** The drill as it is run by hand. */
export const FULL_OVERLOAD_PLAN: OverloadPlan = {
  workers: 16, workersLeft: 4, work: { minMs: 40, maxMs: 120 }, overload: 1.5, submissions: 0.1,
  patience: { read: 2000, submission: 5000 },
  length: 50_000, warm: 5000, from: 15_000, to: 35_000, recovery: 5000, settling: 1000, modes: MODES, least: 90, holes: 0.1,
};

/** The same in seconds, without the comparison. What it learns and what is judged is over in a moment, so that less is asked of it; not of its invoices. */
export const SHORT_OVERLOAD_PLAN: OverloadPlan = {
  ...FULL_OVERLOAD_PLAN, workers: 8, workersLeft: 2, work: { minMs: 20, maxMs: 60 },
  length: 9500, warm: 1500, from: 3500, to: 6500, recovery: 2000, modes: ["adaptive"], least: 50, holes: 0.5,
};

/** What the platform gets through in a second. */
export function capacityOf({ work: { minMs, maxMs } }: OverloadPlan, workers: number): number {
  return (workers * 1000) / ((minMs + maxMs) / 2);
}

/** More than an overload can fill: the platform takes everything in, and answers late. */
const QUEUE = 1_000_000;

/** The platform with so many workers. */
export function platformFaults({ work }: OverloadPlan, workers: number): FaultSet {
  return { capacity: { concurrent: workers, queue: QUEUE }, latency: work };
}

/** The default, and what is compared with it. */
export function overloadConfig(origin: string, mode: Mode): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
upstream:
  breaker: { slowCall: 30s }
${mode === "off" ? "  concurrency: { mode: off }\n" : ""}identity: { taxpayer: [{ header: x-taxpayer }, { json: /sellerTaxNo }] }
routes:
${SUBMISSION_ROUTE}
  - { name: query, match: { methods: [GET], path: /api/invoices }, class: poll }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
`;
}
