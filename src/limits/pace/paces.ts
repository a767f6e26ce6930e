import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { createLasting } from "../lasting.ts";
import { Group, type PaceFacts } from "./group.ts";
import { groupName, isReference, type GroupOptions, type PaceOptions } from "./options.ts";
import { PacedCall, type PaceEvents, type Learners, type Waiting } from "./paced-call.ts";
import type { TurnLog } from "./turn-log.ts";

/*
 * Keeps to what platforms allow. Every call to a platform passes here: attempts of callers and of the journal, its questions,
 * polls of our own, probes that are HTTP requests.
 */

/** What limits need from outside. */
export interface PacesEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: PaceEvents;
  /** Keeps turns beyond a restart; unless given, nothing does. */
  readonly turns?: TurnLog;
}

/** What one site says of its platform's limits. */
export interface SitePaceOptions {
  readonly site: string;
  /** For all of its routes, by region: the same everywhere, unless a region has its own. */
  readonly shared: readonly { readonly region: string; readonly pace: readonly PaceOptions[] }[];
  readonly routes: readonly { readonly name: string; readonly pace: readonly PaceOptions[] }[];
}

/** What counts the requests of one route. */
export interface RoutePace {
  /** A call of this route; null where nothing counts it in its region. */
  call(facts: PaceFacts, waiting: Waiting): PacedCall | null;
}

/** A site's limits, by the configuration in use. */
export interface SitePace {
  /** Whether anything counts anything here. */
  readonly counts: boolean;
  /** Null where nothing counts the requests of this route; what is of no route (null) has what all routes have. */
  of(route: string | null): RoutePace | null;
  /** Lets go of what it shares with other configurations. */
  letGo(): void;
}

/** How a group stands. */
export interface GroupStatus {
  readonly site: string;
  readonly group: string;
  /** Scopes that are counted apart at this moment. */
  readonly scopes: number;
  readonly waiting: number;
  /** Scopes to which the platform has said to wait. */
  readonly quiet: number;
  /** Scopes of which the platform has said how much it allows. */
  readonly said: number;
}

/** All counters. They outlive configurations: a limit that changes goes on with what was counted. */
export interface Paces {
  open(options: SitePaceOptions): SitePace;
  status(): GroupStatus[];
  stop(): void;
}

/** Makes an empty table of counters. */
export function createPaces(env: PacesEnv): Paces {
  const groups = createLasting<GroupOptions, Group>();
  return {
    open(options) {
      const uses: { readonly key: string; readonly options: GroupOptions }[] = [];
      const opened = (kind: "route" | "shared", one: GroupOptions): Group => {
        const key = JSON.stringify([options.site, kind, one.group]);
        uses.push({ key, options: one });
        return groups.use(key, one, () => new Group(options.site, one, env.clock, env.turns));
      };
      const own = new Map([...definitions(options.routes)].map(([name, one]) => [name, opened("route", one)] as const));
      const lists = sharedLists(options.shared).map(({ regions, groups }) => ({ regions, groups: groups.map((one) => opened("shared", one)) }));
      const routes = new Map(options.routes.map(({ name, pace }) => [name, routePace(env, name, groupsOf(name, pace, own), [...own.values()], lists)]));
      const shared = routePace(env, null, [], [], lists);
      return {
        counts: uses.length > 0,
        of: (route) => (route === null ? shared : (routes.get(route) ?? null)),
        letGo: () => {
          for (const { key, options: one } of uses.splice(0)) groups.letGo(key, one);
        },
      };
    },
    status: () => groups.all().map((group) => ({ site: group.site, group: group.name, ...group.status() })),
    stop() {
      groups.stop();
      env.turns?.stop();
    },
  };
}

/** What each group is that routes define; entries that only name one are not asked. */
function definitions(routes: SitePaceOptions["routes"]): Map<string, GroupOptions> {
  const found = routes.flatMap(({ name, pace }) => pace.flatMap((entry, index) => (isReference(entry) ? [] : [{ ...entry, group: groupName(entry, name, index) }])));
  return new Map(found.map((one) => [one.group, one]));
}

interface SharedList<Of> {
  readonly regions: readonly string[];
  readonly groups: readonly Of[];
}

/** Regions whose paces are the same count together; those with their own count apart, under the name of the first of them. */
function sharedLists(shared: SitePaceOptions["shared"]): SharedList<GroupOptions>[] {
  const lists: { readonly pace: readonly PaceOptions[]; readonly regions: string[] }[] = [];
  for (const { region, pace } of shared) {
    const same = lists.find((list) => isDeepStrictEqual(list.pace, pace));
    if (same === undefined) lists.push({ pace, regions: [region] });
    else same.regions.push(region);
  }
  return lists.map(({ pace, regions }, place) => ({
    regions,
    groups: pace.map((entry, index) => ({ ...entry, group: `${groupName(entry, SHARED, index)}${place === 0 ? "" : `@${regions[0]}`}` })),
  }));
}

/** Where the paces of all routes stand in the configuration. */
const SHARED = "upstream";

/** A route's own, in the order of their names. */
function groupsOf(route: string, pace: readonly PaceOptions[], made: ReadonlyMap<string, Group>): Group[] {
  const names = new Set(pace.map((entry, index) => groupName(entry, route, index)));
  return [...names].toSorted().map((name) => made.get(name)).filter((group) => group !== undefined);
}

const NOTHING_SHARED: readonly SharedList<Group>[] = [{ regions: [], groups: [] }];
/** Turns are taken in one order everywhere: first those of the route, in the order of their names, then those of all routes as they stand. */
function routePace(env: PacesEnv, route: string | null, counting: readonly Group[], own: readonly Group[], lists: readonly SharedList<Group>[]): RoutePace | null {
  const all = (lists.length === 0 ? NOTHING_SHARED : lists).map(({ regions, groups }) => ({ regions, groups: [...counting, ...groups], learners: learnersOf(route, [...own, ...groups]) }));
  if (all.every(({ groups, learners }) => groups.length === 0 && learners === null)) return null;
  const [first] = all;
  const only = all.length === 1 && first !== undefined ? first : null;
  const nowhere = { groups: counting, learners: learnersOf(route, own) };
  return {
    call(facts, waiting) {
      const { groups, learners } = only ?? all.find(({ regions }) => regions.includes(facts.region)) ?? nowhere;
      return groups.length === 0 && learners === null ? null : new PacedCall(env, groups, facts, waiting, learners);
    },
  };
}

/** The groups that learn from the answers of a route how much is allowed; null where none does. */
function learnersOf(route: string | null, all: readonly Group[]): Learners | null {
  const groups = route === null ? [] : all.filter((group) => group.learnsFrom(route));
  return route === null || groups.length === 0 ? null : { route, groups };
}
