import type { Headers } from "../http/message.ts";
import { divisionOf } from "./division.ts";
import { networkSet } from "../base/network-set.ts";
import type { IdentityOptions } from "./options.ts";
import { singleHeader } from "./single-header.ts";

/** What the choice of the home region needs of a region; see RegionOptions. */
export interface RegionAreas {
  readonly name: string;
  /** Prefixes of administrative divisions, one to six digits. */
  readonly taxpayers: readonly string[];
  /** Client networks (CIDR). */
  readonly clients: readonly string[];
}

/** The name of the home region; always one that exists. */
export type RegionOf = (headers: Headers, taxpayer: string | null, address: string) => string;

type Source = IdentityOptions["region"][number];
type Find = (headers: Headers, taxpayer: string | null, address: string) => string | undefined;

/** Compiles the sources; the first that names an existing region wins, `fallback` comes last. */
export function compileRegion(sources: readonly Source[], regions: readonly RegionAreas[], fallback: string): RegionOf {
  const finders = sources.map((source) => finder(source, regions));
  return (headers, taxpayer, address) => {
    for (let i = 0; i < finders.length; i++) {
      const found = (finders[i] as Find)(headers, taxpayer, address);
      if (found !== undefined) return found;
    }
    return fallback;
  };
}

function finder(source: Source, regions: readonly RegionAreas[]): Find {
  if ("taxpayer" in source) return byTaxpayer(regions);
  if ("client" in source) return byClient(regions);
  const name = source.header.toLowerCase();
  const names = new Set(regions.map((region) => region.name));
  return (headers) => {
    const value = singleHeader(headers, name);
    return typeof value === "string" && names.has(value) ? value : undefined;
  };
}

/** The longest prefix wins; of equal ones the region that stands first. */
function byTaxpayer(regions: readonly RegionAreas[]): Find {
  const homes = new Map<string, string>();
  for (const region of regions) {
    for (const prefix of region.taxpayers) if (!homes.has(prefix)) homes.set(prefix, region.name);
  }
  return (_headers, taxpayer) => {
    const division = taxpayer === null || homes.size === 0 ? null : divisionOf(taxpayer);
    if (division === null) return undefined;
    for (let length = division.length; length > 0; length--) {
      const home = homes.get(division.slice(0, length));
      if (home !== undefined) return home;
    }
    return undefined;
  };
}

/** The first region that has a network around the client wins. */
function byClient(regions: readonly RegionAreas[]): Find {
  const areas = regions
    .filter((region) => region.clients.length > 0)
    .map((region) => ({ name: region.name, clients: networkSet(region.clients, `regions.${region.name}.clients`) }));
  return (_headers, _taxpayer, address) => areas.find((area) => area.clients.has(address))?.name;
}
