import type { CachePolicy } from "../cache/policy.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import type { Identity } from "../identity/identity.ts";
import type { SiteUpstream } from "../upstream/gate.ts";
import type { UnusualSpelling } from "../http/target.ts";
import type { RouteClass, RouteOptions } from "./options.ts";

/** A route ready to be matched. */
export interface Route {
  readonly name: string;
  readonly class: RouteClass;
  readonly options: RouteOptions;
  /** Empty: every method. */
  readonly methods: ReadonlySet<string>;
  readonly matchesPath: (path: string) => boolean;
  readonly allow: ReadonlySet<UnusualSpelling>;
  /** Header fields (lower case) and query members that must have these values. */
  readonly header: readonly (readonly [string, string])[];
  readonly query: readonly (readonly [string, string])[];
  /** What is kept of its answers; null: nothing. */
  readonly cache: CachePolicy | null;
  /** How submissions are kept from being issued twice; null: not at all. */
  readonly submission: SubmissionPolicy | null;
  /** The variables of its path, by name; none where it does not match. */
  readonly pathVariables: (path: string) => Readonly<Record<string, string>>;
  /** Answers on this route that void what others have stored. */
  readonly voids: readonly Voiding[];
}

/** An answer that any of the conditions fits voids what `route` has stored. */
export interface Voiding {
  readonly route: string;
  readonly when: CachePolicy["invalidateOn"][number]["when"];
}

/** A site ready to serve. */
export interface Site {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly identity: Identity;
  readonly upstream: SiteUpstream;
  /** Some route of it keeps answers. */
  readonly caches: boolean;
}

/** Compiles a route's match once, so that a request costs comparisons only. */
export function compileRoute(options: RouteOptions, { cache = null, submission = null, voids = [] }: Partial<Pick<Route, "cache" | "submission" | "voids">> = {}): Route {
  return {
    name: options.name,
    class: options.class,
    options,
    methods: methodsOf(options),
    matchesPath: pathMatcher(options.match.path),
    allow: new Set(options.allow),
    header: Object.entries(options.match.header).map(([name, value]) => [name.toLowerCase(), value] as const),
    query: Object.entries(options.match.query),
    cache,
    submission,
    pathVariables: pathVariables(options.match.path),
    voids,
  };
}

/** `/a/b` exactly, `{name}` for one segment, `/**` at the end for any depth (the folder itself included). */
function pathMatcher(pattern: string): (path: string) => boolean {
  if (pattern === "/**") return () => true;
  const deep = pattern.endsWith("/**");
  const fixed = deep ? pattern.slice(0, -3) : pattern;
  if (!fixed.includes("{")) {
    return deep ? (path) => path.startsWith(fixed) && (path.length === fixed.length || path[fixed.length] === "/") : (path) => path === fixed;
  }
  const wanted = fixed.split("/");
  return (path) => {
    const parts = path.split("/");
    if (deep ? parts.length < wanted.length : parts.length !== wanted.length) return false;
    return wanted.every((segment, i) => (/^\{.*\}$/.test(segment) ? parts[i] !== "" : segment === parts[i]));
  };
}

/** Decoded, because a number is the same one in a path and in a body; what cannot be decoded stays as it is. */
function pathVariables(pattern: string): Route["pathVariables"] {
  const names = pattern.split("/").flatMap((segment, index) => (/^\{.*\}$/.test(segment) ? [[segment.slice(1, -1), index] as const] : []));
  if (names.length === 0) return () => NO_VARIABLES;
  return (path) => {
    const parts = path.split("/");
    return Object.fromEntries(names.flatMap(([name, index]) => (parts[index] === undefined ? [] : [[name, decoded(parts[index])] as const])));
  };
}

const NO_VARIABLES: Readonly<Record<string, string>> = {};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whoever may GET may ask for the head alone (RFC 9110 section 9.3.2). */
function methodsOf({ match }: RouteOptions): ReadonlySet<string> {
  return new Set(match.methods.includes("GET") ? [...match.methods, "HEAD"] : match.methods);
}
