import type { BreakerState } from "./breaker.ts";

/** What the choice of a region looks at. */
export interface RegionView {
  readonly name: string;
  /** Regions to turn to when this one is down, in order. */
  readonly fallback: readonly string[];
  /** False when no endpoint of it stands. */
  isUp(): boolean;
  /** State of the breaker for this class of route. */
  breakerState(routeClass: string): BreakerState;
}

/** The regions of one site. */
export interface Regions<R extends RegionView> {
  readonly all: readonly R[];
  get(name: string): R | undefined;
  /**
   * The regions to ask, in order. Just the home region while it is well, and always for calls that must not cross
   * (submissions, unless the route allows it). When its breaker is not closed it still comes first, so that it gets
   * its trial calls; when none of its endpoints stands, its fallback regions come first and it is the last resort.
   * A name that is no region gives none.
   */
  candidates(home: string, call: { readonly mayCross: boolean; readonly routeClass: string }): readonly R[];
}

/** Joins the regions of a site. A healthy home costs no allocation. */
export function createRegions<R extends RegionView>(all: readonly R[]): Regions<R> {
  const byName = new Map(all.map((region) => [region.name, { region, alone: [region] as const, fallback: fallbackOf(region, all) }]));
  return {
    all,
    get: (name) => byName.get(name)?.region,
    candidates(home, call) {
      const entry = byName.get(home);
      if (entry === undefined) return [];
      const { region, alone, fallback } = entry;
      const up = region.isUp();
      if (!call.mayCross || (up && region.breakerState(call.routeClass) === "closed")) return alone;
      const others = fallback.filter((other) => other.isUp());
      return up ? [region, ...others] : [...others, region];
    },
  };
}

function fallbackOf<R extends RegionView>(region: R, all: readonly R[]): R[] {
  const others = region.fallback.map((name) => all.find((other) => other.name === name));
  return others.filter((other) => other !== undefined && other !== region) as R[];
}
