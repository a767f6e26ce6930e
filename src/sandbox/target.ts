/** A request target cut into its path and its query. */
export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Reads an origin-form request target. The path stays as it was sent, without decoding or removing dot segments: a proxy
 * that rewrites a path must be caught, not helped.
 */
export function readTarget(url: string): Target {
  const mark = url.indexOf("?");
  if (mark < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/**
 * Whether a request is for the control API, which no fault touches. What came through a proxy (Via) is not: a route that
 * takes every path must not hand the faults to callers.
 */
export function isControl(url: string, via: string | undefined): boolean {
  return via === undefined && url.startsWith("/_sandbox/");
}
