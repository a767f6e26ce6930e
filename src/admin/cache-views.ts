import type { Invalidation } from "../cache/entry.ts";
import type { NotStored } from "../cache/reasons.ts";
import type { UnusualSpelling } from "../http/target.ts";

/** The names of a site that a call may use. */
export interface SiteNames {
  readonly name: string;
  readonly regions: readonly string[];
  readonly routes: readonly string[];
}

/** What became of a purge. */
export interface PurgeOutcome {
  /** Entries in the memory of this instance. */
  readonly entries: number;
  /** Whether the other instances know within a second; null where no tier is shared with any. */
  readonly told: boolean | null;
}

/** An entry of the memory tier, without its key and its body. Times in seconds, to the millisecond. */
export interface CacheEntryView {
  readonly site: string;
  readonly route: string;
  /** Home region of the requests that it answers. */
  readonly home: string;
  /** The region that answered. */
  readonly region: string;
  /** With its `?`, or empty. */
  readonly query: string;
  readonly status: number;
  readonly state: "fresh" | "stale";
  readonly ageSeconds: number;
  readonly lifetimeSeconds: number;
  /** 0 where it is stale. */
  readonly freshForSeconds: number;
  /** 0 where it is fresh. */
  readonly staleForSeconds: number;
  /** How long after the end of its life it may be served while it is fetched anew, and while the platform fails. */
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** What it takes of the tier's bound, and its body alone. */
  readonly bytes: number;
  readonly bodyBytes: number;
  /** Request fields that chose it; null where the request had none. Credentials are not shown. */
  readonly vary: readonly { readonly name: string; readonly value: string | null }[];
  readonly tags: readonly string[];
  /** Encodings kept beside the plain form. */
  readonly encodings: readonly string[];
  readonly hits: number;
  /** Made stale by a soft purge. */
  readonly purged: boolean;
  /** The last fetch failed, and the next one comes no sooner than in `retryInSeconds`. */
  readonly failing: boolean;
  readonly retryInSeconds: number;
}

/** Why something was not stored. */
export interface CacheMissView {
  /** Path and query. */
  readonly url: string;
  readonly reason: NotStored;
  readonly times: number;
  /** RFC 3339, of the last time. */
  readonly lastAt: string;
}

/** What the memory tier knows about a URL. The lists are cut at 100; `total` counts what there is. */
export interface CacheInspection {
  /** The route of a GET without further fields, or else of a POST that reads; null where there is none. */
  readonly route: { readonly name: string; readonly keeps: boolean } | null;
  readonly total: number;
  readonly entries: readonly CacheEntryView[];
  /** Entries of the same path with another query. */
  readonly otherQueries: number;
  readonly misses: readonly CacheMissView[];
  /** The tier that instances share; what stands there alone is not looked up. */
  readonly shared: "none" | "up" | "down";
}

/** Figures since the start, and of the moment. */
export interface CacheStatsView {
  /** RFC 3339. */
  readonly since: string;
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Callers that wait for another's fetch. */
  readonly waiting: number;
  readonly shared: "none" | "up" | "down";
  /** Requests to routes that keep answers, by result. */
  readonly requests: Readonly<Record<string, number>>;
  /** Stale answers served, by reason. */
  readonly stale: Readonly<Record<string, number>>;
  /** Answers not stored and requests not looked up, by reason. */
  readonly notStored: Readonly<Record<string, number>>;
  /** Entries that went for want of room. */
  readonly evictions: number;
  /** Invalidations by what they named, those by platforms and other instances included, and the entries they hit. */
  readonly invalidations: Readonly<Record<string, number>>;
  readonly invalidatedEntries: number;
}

/** What the API shows of the cache and does with it, handed in by the app. */
export interface CacheViews {
  sites(): readonly SiteNames[];
  /** May a path of this site be spelt so? */
  accepts(site: string, path: string, spelling: UnusualSpelling): boolean;
  purge(what: Invalidation): Promise<PurgeOutcome>;
  /** Null: every query of the path. */
  inspect(site: string, path: string, query: string | null): CacheInspection;
  stats(): CacheStatsView;
}
