/**
 * What a request to the platform asks for. Faults may be limited to some operations, and
 * counters are kept by them, so the list is closed.
 */
export type Operation = (typeof OPERATIONS)[number];

/** Every operation, in the order in which reports list them. */
export const OPERATIONS = [
  "issue", "query", "document", "pdf", "codes", "taxpayer", "health", "echo", "download", "unknown",
] as const;

/** A request target cut into its path, its query and what the path asks for. */
export interface Target {
  readonly operation: Operation;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The identifier that stands in the path, or an empty string. */
  readonly id: string;
}

interface Route {
  readonly operation: Operation;
  readonly methods: readonly string[];
  readonly path: RegExp;
}

const READ = ["GET", "HEAD"];

const ROUTES: readonly Route[] = [
  { operation: "issue", methods: ["POST"], path: /^\/api\/invoices$/ },
  { operation: "query", methods: READ, path: /^\/api\/invoices$/ },
  { operation: "document", methods: READ, path: /^\/api\/invoices\/([0-9]{1,32})$/ },
  { operation: "pdf", methods: READ, path: /^\/api\/invoices\/([0-9]{1,32})\/pdf$/ },
  { operation: "codes", methods: READ, path: /^\/api\/codes$/ },
  { operation: "taxpayer", methods: READ, path: /^\/api\/taxpayers\/([^/]{1,64})$/ },
  { operation: "health", methods: READ, path: /^\/api\/health$/ },
  { operation: "echo", methods: ["POST", "PUT"], path: /^\/api\/echo$/ },
  { operation: "download", methods: READ, path: /^\/api\/echo$/ },
];

/**
 * Reads a method and an origin-form request target. Paths are compared as they were sent, without
 * decoding or removing dot segments: a proxy that rewrites a path must be caught, not helped.
 */
export function readTarget(method: string, url: string): Target {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  for (const route of ROUTES) {
    const found = route.methods.includes(method) ? route.path.exec(path) : null;
    if (found) return { operation: route.operation, path, query, id: found[1] ?? "" };
  }
  return { operation: "unknown", path, query, id: "" };
}

/** The methods that a path of the platform knows; empty for a path that does not exist. */
export function methodsOf(path: string): readonly string[] {
  return ROUTES.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
}

/**
 * Whether a request is for the control API, which no fault touches. What came through a proxy (Via) is not: a route that
 * takes every path must not hand the faults to callers.
 */
export function isControl(url: string, via: string | undefined): boolean {
  return via === undefined && url.startsWith("/_sandbox/");
}
