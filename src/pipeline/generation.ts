import type { Random } from "../base/random.ts";
import type { ByteBudget } from "../base/byte-budget.ts";
import type { Clock } from "../base/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Bans } from "../waf/bans/bans.ts";
import type { Overload } from "../limits/overload/overload.ts";
import type { Journal } from "../journal/journal.ts";
import type { Ways } from "../journal/way.ts";
import type { AccessLog } from "../observe/access.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Site } from "./site.ts";

/** Which hosts lead to a site. */
export interface HostTable {
  /** The first site whose pattern matches, or null. `host` in lower case, without its port. */
  find(host: string): Site | null;
}

/** Everything a request needs, built whole from one configuration and swapped as one. */
export interface Generation {
  readonly number: number;
  readonly hosts: HostTable;
  /** Null where no route has a submission to journal. */
  readonly journal: Journal | null;
  /** The ways of its routes to their platforms. */
  readonly ways: Ways;
  /** Exchanges under way that began with this generation. */
  inFlight: number;
  /** Lets go of what it shares with other generations; it serves nothing afterwards. */
  letGo(): void;
}

/** What outlives generations. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly access: AccessLog;
  readonly metrics: Metrics;
  /** Room for request bodies that are held whole. */
  readonly bodies: ByteBudget;
  readonly cache: Cache;
  /** Whether this process has too much to do; without it nothing is refused for that. */
  readonly overload?: Overload;
  /** Who is shut out; without it nobody is. */
  readonly bans?: Bans;
}

/** Builds the table of hosts: exact names, `*.suffix`, and `*`; the order of sites decides. */
export function hostTable(sites: readonly { readonly site: Site; readonly patterns: readonly string[] }[]): HostTable {
  const entries = sites.flatMap(({ site, patterns }) => patterns.map((pattern) => ({ site, matches: patternMatcher(pattern.toLowerCase()) })));
  return { find: (host) => entries.find((entry) => entry.matches(host))?.site ?? null };
}

/** Not as in certificates (base/host-names.ts): `*.` stands for any number of labels here. */
function patternMatcher(pattern: string): (host: string) => boolean {
  if (pattern === "*") return () => true;
  if (pattern.startsWith("*.")) return (host) => host.endsWith(pattern.slice(1)) && host.length >= pattern.length;
  return (host) => host === pattern;
}
