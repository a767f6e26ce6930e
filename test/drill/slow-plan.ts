import { SUBMISSION_ROUTE } from "./storm-plan.ts";

/** What attackers do: a head that never ends, a body that drips, an answer that is hardly taken. */
export const SLOW_KINDS = ["head", "body", "read"] as const;

/** One of {@link SLOW_KINDS}. */
export type SlowKind = (typeof SLOW_KINDS)[number];

/** Attackers beside ordinary load. Times in milliseconds. */
export interface SlowPlan {
  /** Connections of one kind at once; one that is ended is opened anew. */
  readonly attackers: number;
  /** Between two signs of life of each. */
  readonly every: number;
  /** New connections a second. */
  readonly ramp: number;
  /** The listener's timeouts.head and timeouts.body. */
  readonly head: number;
  readonly body: number;
  /** The others' load a second. */
  readonly reads: number;
  readonly submissions: number;
  readonly rounds: number;
  readonly quiet: number;
  /** Attackers are there for so long before it is measured, and then for so long. */
  readonly warm: number;
  readonly attacked: number;
  /** The others' 99th percentile may grow by this factor; null: there is too little to judge it by. */
  readonly most: number | null;
  /** An honest client sends so many bytes a second, and so many in all. */
  readonly honest: { readonly rate: number; readonly bytes: number };
  /** Resident memory for each attacker. */
  readonly bytesEach: number;
  /** Seconds that Debian's slowhttptest gets for each of its modes; 0: it is not asked. */
  readonly tool: number;
}

/** The drill as it is run by hand. */
export const FULL_SLOW_PLAN: SlowPlan = {
  attackers: 500, every: 1000, ramp: 150, head: 4000, body: 8000, reads: 300, submissions: 10,
  rounds: 3, quiet: 5000, warm: 9000, attacked: 8000, most: 1.2, honest: { rate: 2000, bytes: 14_000 }, bytesEach: 512 * 1024, tool: 15,
};

/** The same in seconds, one kind after another, once. */
export const SHORT_SLOW_PLAN: SlowPlan = {
  ...FULL_SLOW_PLAN, attackers: 100, every: 200, ramp: 400, head: 500, body: 500, reads: 100, submissions: 5,
  rounds: 1, quiet: 500, warm: 500, attacked: 1100, most: null, honest: { rate: 2000, bytes: 2000 }, tool: 0,
};

/** How long an attacker can last, by its kind; the head is looked at once a second at most. */
export function boundOf({ head, body }: SlowPlan, kind: SlowKind): number {
  const late = 1000;
  if (kind === "head") return head + Math.min(1000, head) + late;
  return kind === "body" ? body + late : 2 * body + late;
}

/** A Taxgate with tight bounds, that the attack may be seen in seconds. */
export function slowConfig(origin: string, { head, body }: SlowPlan): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0", timeouts: { head: ${head}ms, body: ${body}ms } }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 2s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
identity: { taxpayer: [{ header: x-taxpayer }, { json: /sellerTaxNo }] }
routes:
${SUBMISSION_ROUTE}
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
  - { name: rest, match: { path: /** }, class: pass }
`;
}
