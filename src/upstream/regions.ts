/** What the choice of a region looks at. */
export interface RegionView {
  readonly name: string;
  /** Regions to turn to when this one is down, in order. */
  readonly fallback: readonly string[];
  /** False when no endpoint of it stands. */
  isUp(): boolean;
}

/** The regions of one site. */
export interface Regions<R extends RegionView> {
  readonly all: readonly R[];
  get(name: string): R | undefined;
  /**
   * The regions to ask, in order. Calls that must not cross (submissions, unless the route allows it) get their home
   * alone. Others get the home first and then the fallback regions that stand, so that a read that fails at home can be
   * repeated elsewhere at once; where no endpoint of the home stands, it is the last resort. A name that is no region
   * gives none.
   */
  candidates(home: string, call: { readonly mayCross: boolean }): readonly R[];
}

/** Joins the regions of a site. A home without fallback regions costs no allocation. */
export function createRegions<R extends RegionView>(all: readonly R[]): Regions<R> {
  const byName = new Map(all.map((region) => [region.name, { region, alone: [region] as const, fallback: fallbackOf(region, all) }]));
  return {
    all,
    get: (name) => byName.get(name)?.region,
    candidates(home, { mayCross }) {
      const entry = byName.get(home);
      if (entry === undefined) return [];
      const { region, alone, fallback } = entry;
      if (!mayCross || fallback.length === 0) return alone;
      const others = fallback.filter((other) => other.isUp());
      return region.isUp() ? [region, ...others] : [...others, region];
    },
  };
}

function fallbackOf<R extends RegionView>(region: R, all: readonly R[]): R[] {
  const others = region.fallback.map((name) => all.find((other) => other.name === name));
  return others.filter((other) => other !== undefined && other !== region) as R[];
}
