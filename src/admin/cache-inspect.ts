import type { OwnAnswer } from "../http/own-message.ts";
import { cachePath, siteNeeded } from "./cache-place.ts";
import type { CacheInspection, CacheMissView, CacheViews } from "./cache-views.ts";
import { json, problem } from "./message.ts";
import { NOT_STORED_WORDS, type NotStoredWords } from "./not-stored-words.ts";
import { readOne, readParameters } from "./parameters.ts";

/** The answer to an inspection. */
export interface InspectView extends Omit<CacheInspection, "misses"> {
  readonly site: string;
  /** In the pipeline's own spelling. */
  readonly path: string;
  /** Null: every query. */
  readonly query: string | null;
  readonly misses: readonly (CacheMissView & NotStoredWords)[];
  /** Why nothing is stored, where no reason was noted; null where something is stored or a reason was noted. */
  readonly why: string | null;
}

/** Shows what is stored under the URL that the query names, or why nothing is. */
export function inspectAnswer(query: string, views: CacheViews): OwnAnswer {
  const parameters = readParameters(query, ["url", "path", "site"]);
  if (!parameters.ok) return problem(parameters.code, parameters.detail);
  const one = readOne(parameters.value, ["url", "path"]);
  if (!one.ok) return problem(one.code, one.detail);
  const site = siteNeeded(views, parameters.value);
  if (!site.ok) return problem(site.code, site.detail);
  const { name } = site.value;
  const place = cachePath(views, name, one.value.name, one.value.value);
  if (!place.ok) return problem(place.code, place.detail);
  const found = views.inspect(name, place.value.path, place.value.query);
  const misses = found.misses.map((miss) => ({ ...miss, ...NOT_STORED_WORDS[miss.reason] }));
  const view: InspectView = { site: name, ...place.value, ...found, misses, why: whyNothing(found) };
  return json(200, view);
}

function whyNothing({ route, entries, misses, otherQueries, shared }: CacheInspection): string | null {
  if (entries.length > 0) return null;
  if (route === null) return "no route takes a GET of it: see 'routes' in the configuration";
  if (!route.keeps) return `route '${route.name}' keeps nothing: give it 'cache: {}' to keep what the platform allows`;
  if (misses.length > 0) return null;
  if (otherQueries > 0) return "it is not stored with this query, but with others: ask by 'path' to see them";
  const gone = "nobody has asked for it since the start, or it went again: purged, or for want of room";
  return shared === "none" ? gone : `${gone}; the shared tier may hold it`;
}
