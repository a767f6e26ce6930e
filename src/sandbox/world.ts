import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Capacity } from "./capacity.ts";
import type { Counters } from "./counters.ts";
import type { FaultState } from "./fault-state.ts";
import type { Ledger } from "./ledger.ts";
import type { Target } from "./operation.ts";
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
