import { canonicalTarget } from "../http/target.ts";
import type { CacheViews, SiteNames } from "./cache-views.ts";
import { listed, quoted, refused, refusedBy, type Parameters, type Read } from "./parameters.ts";

/** A path of the cache in the pipeline's own spelling; null: every query of it. */
export interface CachePath {
  readonly path: string;
  readonly query: string | null;
}

/** The site that `site` names, or the only one; null where there are several and none is named. */
export function siteNamed(views: CacheViews, parameters: Parameters): Read<SiteNames | null> {
  const sites = views.sites();
  const name = parameters.get("site");
  if (name === undefined) return { ok: true, value: sites.length === 1 ? (sites[0] ?? null) : null };
  const site = sites.find((one) => one.name === name);
  return site === undefined ? refused(`site ${quoted(name)} is not known; there are: ${listed(sites.map((one) => one.name))}`) : { ok: true, value: site };
}

/** Like {@link siteNamed}, for what belongs to one site. */
export function siteNeeded(views: CacheViews, parameters: Parameters): Read<SiteNames> {
  const read = siteNamed(views, parameters);
  if (!read.ok) return read;
  return read.value === null ? refused(`there are several sites: name one by 'site': ${listed(views.sites().map((one) => one.name))}`) : { ok: true, value: read.value };
}

/**
 * Reads `url` (one query, which may be empty) or `path` (all queries) as the pipeline reads a request's target, and
 * refuses what it refuses: what never gets in is never stored.
 */
export function cachePath(views: CacheViews, site: string, parameter: "url" | "path", value: string): Read<CachePath> {
  if (!value.startsWith("/")) return refused(`parameter '${parameter}': got ${quoted(value)}, want what stands behind the host, such as /api/codes`);
  if (value.endsWith("*")) return refused(`parameter '${parameter}': got ${quoted(value)}, but there are no wildcards: 'path' takes all queries of one path, 'route' all paths of a route`);
  if (parameter === "path" && value.includes("?")) return refused(`parameter 'path': got ${quoted(value)} with a query; 'url' takes one query, 'path' takes all of them`);
  const read = canonicalTarget(value);
  if (!read.ok) return refusedBy(read.code, `parameter '${parameter}': got ${quoted(value)}`);
  const { path, query, unusual } = read.target;
  const spelling = unusual.find((one) => !views.accepts(site, path, one));
  if (spelling !== undefined) return refusedBy(spelling, `parameter '${parameter}': got ${quoted(value)}`);
  return { ok: true, value: { path, query: parameter === "path" ? null : query } };
}
