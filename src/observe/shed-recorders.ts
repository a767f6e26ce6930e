import type { MetricRegistry } from "./registry.ts";

/** What refusals for load are counted by. */
export interface ShedRecorders {
  /** Counts a request that was refused for load. */
  shed(routeClass: string, reason: string): void;
}

/** Makes the recorders on a registry. */
export function shedRecorders(registry: MetricRegistry): ShedRecorders {
  const refused = registry.counts("taxgate_shed_total");
  return { shed: (routeClass, reason) => void (refused.at(routeClass, reason).value += 1) };
}
