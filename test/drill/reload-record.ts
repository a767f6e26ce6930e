import type { Issue } from "../../src/sandbox/ledger.ts";
import type { ReloadPlan, Way } from "./reload-plan.ts";
import type { Sample } from "./request.ts";

/** What was seen of one reload. */
export interface ReloadStep {
  readonly index: number;
  readonly way: Way;
  /** Was the file sound? */
  readonly sound: boolean;
  /** What Taxgate said: `applied`, `refused`; `nothing` where it did not look at the file in time. */
  readonly result: string;
  /** By API alone; empty otherwise. */
  readonly problems: readonly string[];
  /** The number of the configuration in use before and after. */
  readonly generation: readonly [number, number];
  /** The gauge taxgate_config_last_reload_success afterwards. */
  readonly successGauge: number;
  /** True where the configuration in use is the same text before and after. */
  readonly sameConfig: boolean;
  /** State of the breaker that was opened before the first reload: 2 is open. */
  readonly breakerState: number;
}

/** What the process held at one moment. */
export interface Holdings {
  readonly residentMegabytes: number;
  readonly descriptors: number;
  readonly clientSockets: number;
  readonly upstreamSockets: number;
  readonly generations: number;
}

/** Everything that a reload drill saw. */
export interface ReloadRecord {
  readonly plan: ReloadPlan;
  readonly steps: readonly ReloadStep[];
  readonly samples: readonly Sample[];
  readonly issued: readonly Issue[];
  /** Before the load began, after the warm-up (load running), after the last reload (load running), and at rest. */
  readonly holdings: { readonly before: Holdings; readonly warm: Holdings; readonly loaded: Holdings; readonly rest: Holdings };
  /** Answers to a request for the region whose breaker is open, after its platform came back: status and error code. */
  readonly refusedByBreaker: { readonly before: string; readonly after: string };
  /** Lines of level error or fatal that do not speak of a refused configuration. */
  readonly errors: readonly string[];
}
