import type { Flights } from "./collapse.ts";
import type { Invalidation, EntryAddress } from "./entry.ts";
import { keyedQuery } from "./key.ts";
import type { MemoryTier } from "./memory.ts";
import type { Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";

/** Voids entries. */
export interface Invalidator {
  /** From now on a URL also stands for entries that only these members of its query tell apart. */
  knows(names: readonly string[]): void;
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
/** Of all routes of all configurations so far; there are a handful. */
const MOST_SUBSETS = 1000;

/** Makes the one place that voids entries. */
export function createInvalidator({ memory, flights, shared, told }: InvalidatorEnv): Invalidator {
  const here = (what: Invalidation): number => {
    const hit = candidates(memory, what).filter((resident) => concerns(what, resident.answer.address));
    for (const resident of hit) {
      if (what.soft) resident.purged = true;
      else memory.remove(resident);
    }
    // What is being fetched was asked for before: it must not come back as if nothing had happened.
    for (const flight of flights.all()) if (concerns(what, flight.address)) flight.voided = true;
    told(what.kind, hit.length);
    return hit.length;
  };
  const subsets = new Map<string, readonly string[]>();
  /** One URL is written in as many ways as routes take parts of its query for the whole. */
  const spellings = (what: Invalidation): Invalidation[] => {
    if (what.kind !== "url" || what.query === null || subsets.size === 0) return [what];
    const { query } = what;
    const queries = new Set([query, ...[...subsets.values()].map((names) => keyedQuery(query, names))]);
    return [...queries].map((one) => ({ ...what, query: one }));
  };
  return {
    knows: (names) => void (subsets.size < MOST_SUBSETS && subsets.set(JSON.stringify(names), names)),
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

function candidates(memory: MemoryTier, what: Invalidation): readonly Resident[] {
  if (what.kind === "url") return memory.inPath(what.site, what.path);
  return what.kind === "route" ? memory.ofRoute(what.site, what.route) : [...memory.all()];
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
