import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Capacity } from "./capacity.ts";
import type { Counters } from "./counters.ts";
import type { FaultState } from "./fault-state.ts";
import type { Setting } from "./kind.ts";
import type { Ledger } from "./ledger.ts";
import type { Target } from "./target.ts";
import type { Waits } from "./waits.ts";

/** Everything one simulated platform is made of; made once, shared by all its requests. */
export interface World {
  /** The region's name, as in `sandbox:NAME`. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly waits: Waits;
  readonly faults: FaultState;
  readonly capacity: Capacity;
  readonly ledger: Ledger;
  readonly counters: Counters;
}

/** One request on its socket. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
}

/** The platform's own wall clock in ms since the epoch, wrong by the skew that is set. */
export function platformWall(world: World): number {
  return world.clock.wall() + (world.faults.set().clockSkew?.ms ?? 0);
}

/** Whether what was taken in at `at` (monotonic ms of the clock) can be seen by queries, which comes later while `lateVisibility` is on. */
export function isVisibleYet(world: World, at: number): boolean {
  return world.clock.now() - at >= (world.faults.set().lateVisibility?.ms ?? 0);
}

// A default of `false` stands for any boolean.
type Widened<T extends Setting> = T extends boolean ? boolean : T extends number ? number : string;

/** What a kind's own setting stands at: the fault set's value, or its default. */
export function settingOf<N extends string, S extends Readonly<Record<N, Setting>>>(world: World, defaults: S, name: N): Widened<S[N]> {
  // The fault set was checked to hold values of the defaults' types.
  return (world.faults.set().settings?.[name] ?? defaults[name]) as Widened<S[N]>;
}
