import type { Invalidation } from "../cache/entry.ts";
import type { OwnAnswer } from "../http/own-message.ts";
import { cachePath, siteNamed, siteNeeded } from "./cache-place.ts";
import type { CacheViews, PurgeOutcome } from "./cache-views.ts";
import { json, problem } from "./message.ts";
import { listed, quoted, readFlag, readOne, readParameters, refused, type Parameters, type Read } from "./parameters.ts";

/** The answer to a purge. */
export interface PurgeView extends PurgeOutcome {
  /** `stale`: kept, but no longer fresh. */
  readonly result: "purged" | "stale";
  /** What was named, as it was understood. */
  readonly what: Invalidation;
}

const KINDS = ["url", "path", "tag", "region", "route", "all"] as const;
/** Tags are written with placeholders, and are longer than they look in the configuration. */
const LONGEST_TAG = 1000;

/** Reads what a purge names. */
export function invalidationOf(query: string, views: CacheViews): Read<Invalidation> {
  const parameters = readParameters(query, [...KINDS, "site", "soft"]);
  if (!parameters.ok) return parameters;
  const soft = readFlag(parameters.value, "soft");
  if (!soft.ok) return soft;
  const one = readOne(parameters.value, KINDS);
  return one.ok ? named(one.value.name, one.value.value, parameters.value, soft.value, views) : one;
}

function named(kind: (typeof KINDS)[number], value: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  switch (kind) {
    case "url":
    case "path":
      return byPath(kind, value, parameters, soft, views);
    case "tag":
      return byTag(value, parameters, soft, views);
    case "region":
      return byRegion(value, parameters, soft, views);
    case "route":
      return byRoute(value, parameters, soft, views);
    case "all":
      return everything(value, parameters, soft, views);
  }
}

function byPath(kind: "url" | "path", value: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  const site = siteNeeded(views, parameters);
  if (!site.ok) return site;
  const place = cachePath(views, site.value.name, kind, value);
  return place.ok ? { ok: true, value: { kind: "url", soft, site: site.value.name, ...place.value } } : place;
}

function byTag(tag: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  if (tag.length > LONGEST_TAG) return refused(`parameter 'tag' has ${tag.length} characters, at most ${LONGEST_TAG} are taken`);
  const wrong = acrossSites("a tag", parameters, views);
  return wrong ?? { ok: true, value: { kind: "tag", soft, tag } };
}

function byRegion(region: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  const site = siteNamed(views, parameters);
  if (!site.ok) return site;
  const regions = [...new Set((site.value === null ? views.sites() : [site.value]).flatMap((one) => one.regions))];
  if (!regions.includes(region)) return refused(`region ${quoted(region)} is not known${inSite(site.value)}; there are: ${listed(regions)}`);
  return { ok: true, value: { kind: "region", soft, site: site.value?.name ?? null, region } };
}

function byRoute(route: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  const site = siteNeeded(views, parameters);
  if (!site.ok) return site;
  const { name, routes } = site.value;
  if (!routes.includes(route)) return refused(`route ${quoted(route)} is not known${inSite(site.value)}; there are: ${listed(routes)}`);
  return { ok: true, value: { kind: "route", soft, site: name, route } };
}

function everything(value: string, parameters: Parameters, soft: boolean, views: CacheViews): Read<Invalidation> {
  if (value !== "true") return refused(`parameter 'all': got ${quoted(value)}, want true`);
  const wrong = acrossSites("all=true", parameters, views);
  return wrong ?? { ok: true, value: { kind: "all", soft } };
}

/** A site that would not be heeded is refused: the purge would reach further than was meant. */
function acrossSites(what: string, parameters: Parameters, views: CacheViews): Extract<Read<never>, { ok: false }> | null {
  const site = siteNamed(views, parameters);
  if (!site.ok) return site;
  if (!parameters.has("site") || views.sites().length === 1) return null;
  return refused(`${what} is purged in every site: leave 'site' out, or name a region or a route of that site`);
}

function inSite(site: { readonly name: string } | null): string {
  return site === null ? "" : ` in site '${site.name}'`;
}

/** Purges what the query names. */
export async function purgeAnswer(query: string, views: CacheViews): Promise<OwnAnswer> {
  const read = invalidationOf(query, views);
  if (!read.ok) return problem(read.code, read.detail);
  const outcome = await views.purge(read.value);
  const view: PurgeView = { result: read.value.soft ? "stale" : "purged", what: read.value, ...outcome };
  return json(200, view);
}
