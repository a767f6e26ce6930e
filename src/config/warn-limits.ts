import type { Path } from "../document/yaml-node.ts";
import { USUAL_MAX_WAIT, type LimitOptions } from "../limits/caller/options.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import type { Rate } from "../base/units.ts";
import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";
import { standInBodies, standsInBody } from "./stands-in-body.ts";

const PERIOD_MS = { hour: 3_600_000, day: 86_400_000, month: 28 * 86_400_000 } as const;
const LONGEST_MS = { hour: 3_600_000, day: 25 * 3_600_000, month: 31 * 86_400_000 + 3_600_000 } as const;

/** Limits that are written and can never act, count together what was meant to be counted apart, or can be got around. */
export function warnOfLimits(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  const used = new Set<string>();
  for (const [index, site] of config.sites.entries()) {
    const shared = site.limits ?? [];
    for (const [at, route] of site.routes.entries()) {
      const place = [...(paths[index] ?? []), "routes", at, "limits"];
      for (const [nth, name] of route.limits.entries()) if (shared.includes(name)) draft.warn([...place, nth], "can never act: all routes of the site have it");
      for (const name of new Set([...shared, ...route.limits])) {
        used.add(name);
        const nth = route.limits.indexOf(name);
        const limit = config.limits[name];
        if (limit !== undefined) warnOfUse(draft, nth < 0 ? [...(paths[index] ?? []), "limits", shared.indexOf(name)] : [...place, nth], limit, site, route);
      }
    }
  }
  for (const [name, limit] of Object.entries(config.limits)) {
    if (!used.has(name)) draft.warn(["limits", name], "can never act: no site and no route names it");
    warnOfWindows(draft, ["limits", name], limit);
    warnOfBurst(draft, ["limits", name], limit);
    warnOfQuotas(draft, ["limits", name], limit);
    warnOfKind(draft, ["limits", name], limit);
  }
}

/** `path` leads to where it is named. */
function warnOfUse(draft: Draft, path: Path, limit: LimitOptions, site: SiteOptions, route: RouteOptions): void {
  const { key, cost, onExcess, maxWait = USUAL_MAX_WAIT } = limit;
  if (key.includes("taxpayer") && site.identity.taxpayer.length === 0) draft.warn(path, "counts all together: identity.taxpayer does not say where the number stands");
  if (key.includes("taxpayer") && route.class === "pass" && standInBodies(site.identity.taxpayer)) draft.warn(path, "counts all together: the number stands in bodies, and bodies of class pass are not read");
  if (key.includes("principal") && site.identity.principal.length === 0) draft.warn(path, "counts all together: identity.principal is empty");
  if (key.includes("region") && site.regions.length === 1) draft.warn(path, "counts all together: the site has one region");
  if (route.class === "pass") warnOfPass(draft, path, { key, cost }, route);
  const largest = largestBody(limit);
  if (route.body.maxBytes !== undefined && largest < route.body.maxBytes) draft.warn(path, `refuses bodies above ${largest} B for good, though body.maxBytes lets them in`);
  const total = route.timeouts.total ?? Math.max(...site.regions.map(({ upstream }) => upstream.timeouts.total));
  if (onExcess === "queue" && maxWait > total) draft.warn(path, "waits less than its maxWait: timeouts.total ends the request before");
}

/** The largest body, in bytes, that ever has room in a limit which counts them. */
function largestBody({ cost, windows: [first, ...others], burst, quota }: LimitOptions): number {
  if (cost?.bytes === undefined) return Infinity;
  const most = [burst ?? first?.count ?? Infinity, ...others.map(({ count }) => count), ...quota.map((one) => one.most)];
  return Math.min(...most) * cost.bytes;
}

/** Bodies of this class are not at hand. */
function warnOfPass(draft: Draft, path: Path, { key, cost }: Pick<LimitOptions, "key" | "cost">, route: RouteOptions): void {
  if (key.some((part) => typeof part !== "string" && standsInBody(part))) draft.warn(path, "counts all together: routes of class pass do not look into bodies");
  if (cost?.items !== undefined) draft.warn(path, "counts each request as one: routes of class pass do not look into bodies");
  if (cost?.bytes !== undefined && route.body.maxBytes === undefined) draft.warn(path, "counts a body without Content-Length as one unit; with body.maxBytes it counts as that");
}

/** Whoever keeps to one window may keep to another by that alone. */
function warnOfWindows(draft: Draft, limit: Path, { windows, burst }: LimitOptions): void {
  for (const [index, window] of windows.entries()) {
    const other = windows.findIndex((one, at) => at !== index && implies(one, at === 0 ? burst : undefined, window, index === 0 ? burst : undefined, at < index));
    if (other >= 0) draft.warn([...limit, "windows", index], `can never act: '${draft.text([...limit, "windows", other]) ?? ""}' allows no more`);
  }
}

/** `isFirst`: of two that are the same the first acts. */
function implies(one: Rate, burst: number | undefined, other: Rate, otherBurst: number | undefined, isFirst: boolean): boolean {
  const most = mostIn(one, burst, other.per);
  // A steady rate holds in every span only what is not faster and bursts no further.
  if (otherBurst !== undefined) return burst === undefined && one.count <= otherBurst && one.count / one.per < other.count / other.per;
  return most < other.count || (most === other.count && (isFirst || one.per !== other.per));
}

/** The most that a window lets through in any span of `per` ms. */
function mostIn(window: Rate, burst: number | undefined, per: number): number {
  return burst === undefined ? Math.ceil(per / window.per) * window.count : burst + Math.floor((per * window.count) / window.per);
}

function warnOfBurst(draft: Draft, limit: Path, { windows: [first], burst }: LimitOptions): void {
  if (first === undefined || burst === undefined || burst >= (first.count / first.per) * 1000) return;
  draft.warn([...limit, "burst"], "risky: less than a second of its window, so that requests that come together are refused below the rate");
}

function warnOfKind(draft: Draft, limit: Path, { windows, quota, baseline, floor, ceiling, onExcess }: LimitOptions): void {
  if (onExcess === "queue" && windows.length === 0 && baseline === undefined && quota.every(({ per }) => per !== "hour")) {
    draft.warn([...limit, "onExcess"], "hardly acts: quotas alone have room again when their period is over, and nobody waits for that");
  }
  if (floor !== undefined && ceiling !== undefined && floor.count / floor.per === ceiling.count / ceiling.per) draft.warn([...limit, "baseline"], "can never act: floor and ceiling leave nothing to learn");
}

function warnOfQuotas(draft: Draft, limit: Path, { windows, burst, quota }: LimitOptions): void {
  for (const [index, { most, per, zone }] of quota.entries()) {
    const path = [...limit, "quota", index];
    const window = windows.findIndex((one, at) => mostIn(one, at === 0 ? burst : undefined, LONGEST_MS[per]) <= most);
    if (window >= 0) draft.warn(path, `can never act: '${draft.text([...limit, "windows", window]) ?? ""}' allows no more`);
    const stricter = quota.some((other, at) => at !== index && other.zone === zone && PERIOD_MS[other.per] >= PERIOD_MS[per] && (other.most < most || (other.most === most && at < index)));
    if (stricter) draft.warn(path, "can never act: another quota allows less for longer");
  }
}
