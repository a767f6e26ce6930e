import type { CachePolicy } from "../cache/policy.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import type { RouteLimits } from "../limits/caller/limits.ts";
import type { RoutePace, SitePace } from "../limits/pace/paces.ts";
import { compileRequestTest, type Identity, type RequestTest } from "../identity/identity.ts";
import type { SiteUpstream } from "../upstream/gate.ts";
import { pathMatcher } from "../http/path-pattern.ts";
import { pathVariables } from "../http/path-variables.ts";
import type { UnusualSpelling } from "../http/target.ts";
import { withHead } from "../http/with-head.ts";
import type { RouteAdmission, RouteRequirements } from "../waf/positive-security.ts";
import type { RouteFirewall } from "../waf/waf.ts";
import type { ErrorForm } from "./error-form.ts";
import { hstsOf } from "./hsts.ts";
import type { Listening } from "./learn.ts";
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
  /** Variables of the path, and what each of them may be. */
  readonly variables: readonly (readonly [string, ReadonlySet<string>])[];
  /** What else is asked of the head; null: nothing. */
  readonly headTest: RequestTest["head"];
  /** What is asked of the body, which has to be read first; null: nothing. */
  readonly bodyTest: RequestTest["body"];
  /** The form of answers of our own; null: problem details. */
  readonly errors: ErrorForm | null;
  /** What its answers over TLS state about coming by TLS alone; null: nothing. */
  readonly hsts: string | null;
  /** What is kept of its answers; null: nothing. */
  readonly cache: CachePolicy | null;
  /** How submissions are kept from being issued twice; null: not at all. */
  readonly submission: SubmissionPolicy | null;
  /** What counts its requests toward the platform; null: nothing does. */
  readonly pace: RoutePace | null;
  /** What its callers are allowed; null: nothing says so. */
  readonly limits: RouteLimits | null;
  /** What looks at the content of its requests; null: nothing does. */
  readonly firewall: RouteFirewall | null;
  /** Who may speak; null: everyone. */
  readonly admission: RouteAdmission | null;
  /** What its requests must be like; null: nothing is asked. */
  readonly requirements: RouteRequirements | null;
  /** What its answers tell about submissions; null: nothing is listened for. */
  readonly learns: Listening | null;
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
  /** What the platform allows. */
  readonly pace: SitePace;
  /** The form of answers of our own where no route was found; null: problem details. */
  readonly errors: ErrorForm | null;
  /** Some route of it keeps answers. */
  readonly caches: boolean;
}

/** Compiles a route's match once, so that a request costs comparisons only. */
export function compileRoute(options: RouteOptions, { cache = null, submission = null, learns = null, pace = null, limits = null, firewall = null, admission = null, requirements = null, voids = [], errors = null }: Partial<Pick<Route, "cache" | "submission" | "learns" | "pace" | "limits" | "firewall" | "admission" | "requirements" | "voids" | "errors">> = {}): Route {
  const { head, body } = compileRequestTest(options.match);
  return {
    name: options.name,
    class: options.class,
    options,
    methods: withHead(options.match.methods),
    matchesPath: pathMatcher(options.match.path),
    allow: new Set(options.allow),
    header: Object.entries(options.match.header).map(([name, value]) => [name.toLowerCase(), value] as const),
    query: Object.entries(options.match.query),
    variables: Object.entries(options.match.variables).map(([name, wanted]) => [name, new Set([wanted].flat())] as const),
    headTest: head,
    bodyTest: body,
    errors: options.errors ?? errors,
    hsts: hstsOf(options),
    cache,
    submission,
    learns,
    pace,
    limits,
    firewall,
    admission,
    requirements,
    pathVariables: pathVariables(options.match.path),
    voids,
  };
}
