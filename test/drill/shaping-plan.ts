import type { FaultSet } from "../../src/sandbox/faults.ts";
import { SUBMISSION_ROUTE } from "./storm-plan.ts";

/** Taxpayers who ask for as much as each other. */
export interface TaxpayerKind {
  readonly kind: "modest" | "busy" | "flooding";
  readonly taxpayers: number;
  /** Requests of one of them in a second. */
  readonly perSecond: number;
  /** Share of submissions in it; the rest are reads. */
  readonly submissions: number;
}

/** Load of a shaping drill. Times in milliseconds. */
export interface ShapingPlan {
  /** What the platform allows in a second and in a minute for all taxpayers together; beyond it, it refuses. */
  readonly windows: readonly { readonly count: number; readonly ms: number }[];
  readonly kinds: readonly TaxpayerKind[];
  readonly length: number;
  /** Longest wait for a turn. */
  readonly maxWait: number;
  /** What is asked for, in multiples of the first window. */
  readonly overload: number;
  /** Of what the platform allows in the time, so much is used at least, in per cent. */
  readonly used: number;
  /** Jain's index of what they got of their share, among those that asked for more than that. */
  readonly jain: number;
  /** What those get who ask for less than their share, in per cent of it. */
  readonly modest: number;
}

const KINDS: readonly TaxpayerKind[] = [
  { kind: "modest", taxpayers: 50, perSecond: 0.6, submissions: 0.1 },
  { kind: "busy", taxpayers: 40, perSecond: 3, submissions: 0.1 },
  { kind: "flooding", taxpayers: 10, perSecond: 15, submissions: 0.05 },
];

/** The drill as it is run by hand: the minute is used up three seconds before the end. */
export const FULL_SHAPING_PLAN: ShapingPlan = {
  windows: [{ count: 100, ms: 1000 }, { count: 2700, ms: 60_000 }], kinds: KINDS,
  length: 30_000, maxWait: 5000, overload: 3, used: 95, jain: 0.95, modest: 85,
};

/** The same in seconds, with the minute used up in the last one; shares are small numbers there. */
export const SHORT_SHAPING_PLAN: ShapingPlan = {
  ...FULL_SHAPING_PLAN, windows: [{ count: 100, ms: 1000 }, { count: 600, ms: 60_000 }], length: 7000, maxWait: 3000, used: 90, modest: 70,
};

/** The platform's limits, and the time that it takes. */
export function shapingFaults({ windows }: ShapingPlan): FaultSet {
  return { latency: { minMs: 20, maxMs: 60 }, limits: { enforce: true, windows: { all: windows } } };
}

/** What the platform allows from the first request on until the load is over. */
export function allowedWithin({ windows, length }: ShapingPlan): number {
  return Math.min(...windows.map(({ count, ms }) => count * Math.ceil(length / ms)));
}

/** The configuration under test: nothing but the pace tells anybody to wait, however busy the machine is with others. */
export function shapingConfig(origin: string, { windows, maxWait }: ShapingPlan): string {
  const written = windows.map(({ count, ms }) => `"${count}/${ms === 1000 ? "s" : "min"}"`).join(", ");
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
overload: { lag: 0ms }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
upstream:
  pace: [{ windows: [${written}], maxWait: ${maxWait}ms, learn: [{ when: { status: 429 }, wait: { header: retry-after } }] }]
identity: { taxpayer: [{ header: x-taxpayer }, { json: /sellerTaxNo }] }
routes:
${SUBMISSION_ROUTE}
  - { name: query, match: { methods: [GET], path: /api/invoices }, class: poll }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
`;
}
