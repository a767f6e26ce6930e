/**
 * Why an answer was not stored, or a request not even looked up. Closed: it is a metric label, and what `inspect` says.
 */
export const NOT_STORED = [
  "method", "authorization", "cookie", "key-part-missing", "request-body", "request-no-store", "precondition", "hidden-field",
  "head-only", "partial", "not-modified", "set-cookie", "vary-star", "no-store", "private", "no-freshness", "status",
  "too-large", "truncated", "other-region", "invalidated",
] as const;

/** See {@link NOT_STORED}. */
export type NotStored = (typeof NOT_STORED)[number];

/** Why a stale answer was served. Closed: it is a metric label. */
export const STALE_REASONS = ["while-revalidate", "if-error", "other-region"] as const;

/** See {@link STALE_REASONS}. */
export type StaleReason = (typeof STALE_REASONS)[number];

/**
 * What became of a request to a route that keeps answers. Closed: it is a metric label.
 * `hit` from memory; `shared-hit` from the tier that instances share; `revalidated` after a 304; `collapsed` by another's fetch.
 */
export const CACHE_RESULTS = ["hit", "shared-hit", "stale", "revalidated", "collapsed", "miss", "bypass", "refused"] as const;

/** See {@link CACHE_RESULTS}. */
export type CacheResult = (typeof CACHE_RESULTS)[number];
