import type { Path } from "../document/yaml-node.ts";
import type { CacheOptions, RouteCacheOptions } from "../cache/options.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Cache settings that are written and can never act. */
export function warnOfCache(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  const caches: RouteCacheOptions[] = [];
  for (const [index, site] of config.sites.entries()) {
    for (const [number, route] of site.routes.entries()) {
      if (route.cache === undefined) continue;
      caches.push(route.cache);
      const at = [...(paths[index] ?? []), "routes", number, "cache"];
      warnOfRoute({ draft, at }, route, route.cache, config.cache);
      warnOfSite({ draft, at }, site, route.cache);
    }
  }
  warnOfMemory(draft, config.cache, caches);
  const countsThere = Object.values(config.limits).some((limit) => limit.shared);
  if (config.cache.redis !== undefined) warnOfRedis(draft, config.cache, config.cache.redis, { caches, countsThere });
}

interface Place {
  readonly draft: Draft;
  readonly at: Path;
}

function warner({ draft, at }: Place): (never: boolean, key: string, why: string) => void {
  return (never, key, why) => {
    const path = key === "" ? at : [...at, ...key.split(".")];
    if (never && isChosen(draft, path)) draft.warn(path, `can never act: ${why}`);
  };
}

function warnOfRoute(place: Place, { match }: RouteOptions, cache: RouteCacheOptions, { memory, redis }: CacheOptions): void {
  const warn = warner(place);
  const readsBody = cache.key.some((part) => part === "body" || (typeof part === "object" && "json" in part));
  const kept = match.methods.length === 0 || match.methods.includes("GET") || (readsBody && match.methods.includes("POST"));
  warn(!kept, "", "answers to GET are kept, and to POST where body or json is in the key");
  const replaces = cache.ttl !== undefined || cache.negative !== undefined || cache.immutableWhen.length > 0;
  warn(!replaces && !cache.key.includes("principal"), "override", "there is no ttl, negative or immutableWhen to put in place of what the platform says");
  warn(cache.immutableWhen.length === 0, "immutableFor", "there is no immutableWhen");
  warn(redis === undefined, "encrypt", "there is no cache.redis");
  warn(redis !== undefined && !cache.shared, "encrypt", "shared: false keeps the route out of Redis");
  warn(redis === undefined, "shared", "there is no cache.redis");
  warn((cache.maxBytes ?? 0) > memory.maxEntryBytes, "maxBytes", "cache.memory.maxEntryBytes is smaller");
  warn(cache.collapse.waiters === 0, "collapse.wait", "with waiters: 0 nobody waits");
  warn(cache.compress.codings.length === 0, "compress.minBytes", "there are no codings");
  for (const [index, { status }] of cache.immutableWhen.entries()) {
    if (status !== undefined && ![status].flat().includes(200)) place.draft.warn([...place.at, "immutableWhen", index, "status"], "can never act: only answers with status 200 are kept so");
  }
}

function warnOfSite({ draft, at }: Place, site: SiteOptions, cache: RouteCacheOptions): void {
  warner({ draft, at })(site.regions.length === 1, "scope", "the site has one region");
  const missing = site.identity.taxpayer.length === 0 ? "taxpayer" : null;
  const unknown = (name: string): boolean => name === missing || (name === "principal" && site.identity.principal.length === 0);
  for (const [index, part] of cache.key.entries()) {
    if (typeof part === "string" && unknown(part)) draft.warn([...at, "key", index], `can never act: identity.${part} does not say where it stands, and without it nothing is kept`);
    const hidden = typeof part === "object" && "header" in part && part.header.toLowerCase() === "authorization" && !cache.authorized;
    if (hidden) draft.warn([...at, "key", index], "can never act: without authorized: true such requests pass the cache by");
  }
  for (const [index, tag] of cache.tags.entries()) {
    if (missing !== null && tag.includes("{taxpayer}")) draft.warn([...at, "tags", index], "can never act: identity.taxpayer does not say where it stands");
  }
}

function warnOfMemory(draft: Draft, { memory }: CacheOptions, caches: readonly RouteCacheOptions[]): void {
  const warn = warner({ draft, at: ["cache", "memory"] });
  for (const key of ["maxBytes", "maxEntryBytes"]) warn(caches.length === 0, key, "no route has a cache");
  warn(memory.maxEntryBytes > memory.maxBytes, "maxEntryBytes", "maxBytes is smaller");
}

/** What Redis is there for. */
interface RedisUse {
  readonly caches: readonly RouteCacheOptions[];
  /** Limits are shared there. */
  readonly countsThere: boolean;
}

function warnOfRedis(draft: Draft, { memory }: CacheOptions, redis: NonNullable<CacheOptions["redis"]>, { caches, countsThere }: RedisUse): void {
  const warn = warner({ draft, at: ["cache", "redis"] });
  warn(!countsThere && !caches.some((cache) => cache.shared), "", caches.length === 0 ? "no route has a cache" : "every route with a cache says shared: false");
  warn(redis.maxEntryBytes > memory.maxEntryBytes, "maxEntryBytes", "cache.memory.maxEntryBytes is smaller");
  warn(redis.maxEntryBytes > redis.maxPendingBytes, "maxEntryBytes", "maxPendingBytes is smaller");
  warn(redis.compressFrom > redis.maxEntryBytes, "compressFrom", "maxEntryBytes is smaller");
  warn([redis.url].flat().every((url) => url.startsWith("redis:")), "ca", "redis:// speaks no TLS");
}
