import type { LimitSpec, OpenPlatform, PlatformKind } from "./kind.ts";
import { createLimits, type Limits } from "./limits.ts";
import { createRoutes, kindMistakes, type Routes } from "./routes.ts";
import type { World } from "./world.ts";

/** A platform of one kind, running in its world. */
export interface Simulation {
  readonly world: World;
  readonly kind: PlatformKind;
  readonly routes: Routes;
  readonly limits: Limits;
  readonly platform: OpenPlatform;
}

/** Opens a platform of a kind. Throws an Error that names every mistake in the kind. */
export function createSimulation(kind: PlatformKind, world: World): Simulation {
  const mistakes = kindMistakes(kind);
  if (mistakes.length > 0) throw new Error(`opening platform of kind "${kind.name}": ${mistakes.join("; ")}`);
  const enforced = (): boolean => world.faults.set().limits?.enforce ?? true;
  const windows = (name: string): LimitSpec["windows"] | undefined => world.faults.set().limits?.windows?.[name];
  return {
    world, kind,
    routes: createRoutes(kind),
    limits: createLimits(kind.limits, { now: () => world.clock.now(), enforced, windows }),
    platform: kind.open(world),
  };
}
