import type { Flights } from "./collapse.ts";
import { queriesBy } from "./counted-query.ts";
import type { Invalidation, EntryAddress } from "./entry.ts";
import type { MemoryTier } from "./memory.ts";
import type { Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";

/** Voids entries. */
export interface Invalidator {
  /** From now on a URL of this site also stands for entries that only these members of its query tell apart. */
  knows(site: string, names: readonly string[]): void;
  /** In both tiers: how many there were in memory, and whether the other instances could be told. */
  invalidate(what: Invalidation): { readonly entries: number; readonly told: Promise<boolean> };
  /**
   * Another instance did so; null: some such news may have been missed, and nobody knows which. Then everything has to be
   * asked about again, but is not thrown away: it may be all there is while the platform is down. Gives the entries hit.
   */
  heard(what: Invalidation | null): number;
  /** The platform has just said something else than what is stored. */
  outdated(resident: Resident): void;
}

/** What it works on. */
export interface InvalidatorEnv {
  readonly memory: MemoryTier;
  readonly flights: Flights;
  readonly shared: SharedTier | null;
  readonly told: (kind: Invalidation["kind"], entries: number) => void;
}

const YES = Promise.resolve(true);
const EVERYTHING: Invalidation = { kind: "all", soft: true };
/** Of a site, in all configurations so far; there are a handful. With more, a URL stands for its whole path. */
const MOST_SUBSETS = 100;

/** Which parts of their queries a site's routes take for the whole. */
interface Subsets {
  readonly lists: Map<string, readonly string[]>;
  /** All of their names. */
  readonly names: Set<string>;
}

/** Makes the one place that voids entries. */
export function createInvalidator({ memory, flights, shared, told }: InvalidatorEnv): Invalidator {
  const here = (what: Invalidation): number => {
    const hit = hitBy(memory, what);
    for (const resident of hit) {
      if (what.soft) resident.purged = true;
      else memory.remove(resident);
    }
    // What is being fetched was asked for before: it must not come back as if nothing had happened.
    for (const flight of flights.all()) if (concerns(what, flight.address)) flight.voided = true;
    told(what.kind, hit.length);
    return hit.length;
  };
  const sites = new Map<string, Subsets>();
  /** One URL is written in as many ways as routes take parts of its query for the whole. */
  const spellings = (what: Invalidation): Invalidation[] => {
    const subsets = what.kind === "url" ? sites.get(what.site) : undefined;
    if (what.kind !== "url" || what.query === null || subsets === undefined) return [what];
    const queries = subsets.lists.size > MOST_SUBSETS ? null : queriesBy(what.query, subsets.lists.values(), subsets.names);
    return queries === null ? [{ ...what, query: null }] : [...queries].map((query) => ({ ...what, query }));
  };
  return {
    knows(site, names) {
      const subsets: Subsets = sites.get(site) ?? { lists: new Map(), names: new Set() };
      sites.set(site, subsets);
      // The first one too many says that there are some: what it holds is of no use any more.
      if (subsets.lists.size > MOST_SUBSETS) return;
      subsets.lists.set(JSON.stringify(names), names);
      for (const name of names) subsets.names.add(name);
    },
    invalidate(what) {
      const all = spellings(what);
      const entries = all.reduce((sum, one) => sum + here(one), 0);
      if (shared === null) return { entries, told: YES };
      return { entries, told: Promise.all(all.map((one) => shared.invalidate(one))).then((told) => told.every(Boolean)) };
    },
    heard: (what) => here(what ?? EVERYTHING),
    outdated(resident) {
      memory.remove(resident);
      const { site, path, query } = resident.answer.address;
      void shared?.invalidate({ kind: "url", site, path, query, soft: false });
    },
  };
}

/** Entries in memory, in a list of its own: voiding one takes it out of the group it was found in. */
function hitBy(memory: MemoryTier, what: Invalidation): readonly Resident[] {
  if (what.kind === "url") return memory.inPath(what.site, what.path, what.query);
  if (what.kind === "route") return memory.ofRoute(what.site, what.route);
  if (what.kind === "tag") return memory.tagged(what.tag);
  const hit: Resident[] = [];
  for (const resident of memory.all()) if (concerns(what, resident.answer.address)) hit.push(resident);
  return hit;
}

function concerns(what: Invalidation, address: EntryAddress): boolean {
  switch (what.kind) {
    case "url": return what.site === address.site && what.path === address.path && (what.query === null || what.query === address.query);
    case "route": return what.site === address.site && what.route === address.route;
    case "tag": return address.tags.includes(what.tag);
    case "region": return (what.site === null || what.site === address.site) && what.region === address.home;
    case "all": return true;
  }
}
