import type { Path } from "../document/yaml-node.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { RegionOptions, UpstreamOptions } from "../upstream/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** A turn of the event loop takes so many ms under load that is nothing out of the ordinary. */
const USUAL_LAG_MS = 20;

/** Options of `concurrency` and `overload` that are written and can never act, or do so all the time. */
export function warnOfConcurrency(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    warnOfUpstream(draft, [...path, "upstream"], site, site.regions);
    for (const region of site.regions) warnOfUpstream(draft, [...path, "regions", region.name, "upstream"], site, [region]);
  }
  if (draft.value(["overload", "lag"]) === "0ms" && isChosen(draft, ["overload", "memory"]) && config.overload.memory >= 1) {
    draft.warn(["overload"], "can never act: neither lag nor memory is looked at");
  }
  const { lag } = config.overload;
  if (lag > 0 && lag < USUAL_LAG_MS) draft.warn(["overload", "lag"], "risky: so much is usual under load, and reads are refused for it");
}

/** `path` leads to an `upstream` as written; `regions` are those it is for. A warning stands only where all of them agree. */
function warnOfUpstream(draft: Draft, path: Path, site: SiteOptions, regions: readonly RegionOptions[]): void {
  const warn = (key: string, why: string, never: (options: UpstreamOptions) => boolean): boolean => {
    const at = [...path, "concurrency", key];
    const isIdle = isChosen(draft, at) && regions.every(({ upstream }) => never(upstream));
    if (isIdle) draft.warn(at, `can never act: ${why}`);
    return isIdle;
  };
  for (const key of ["min", "max", "queue", "queueTimeout", "reserve"]) warn(key, "with mode: off connections alone bound the calls", ({ concurrency }) => concurrency.mode === "off");
  const isOn = ({ concurrency }: UpstreamOptions): boolean => concurrency.mode !== "off";
  warn("min", "with mode: fixed there are always max", ({ concurrency }) => concurrency.mode === "fixed");
  warn("max", "connections allows less", (options) => isOn(options) && options.concurrency.max > options.connections);
  warn("min", "max or connections allows less", (options) => options.concurrency.mode === "adaptive" && options.concurrency.min > mostOf(options));
  warn("mode", "min and max leave nothing to adapt", (options) => options.concurrency.mode === "adaptive" && isNarrow(options));
  warn("max", "it leaves nothing to adapt", (options) => options.concurrency.mode === "adaptive" && options.concurrency.max <= options.connections && isNarrow(options));
  warn("queueTimeout", "with queue: 0 nothing waits", (options) => isOn(options) && (options.concurrency.queue ?? options.queue) === 0);
  warn("queueTimeout", "timeouts.total ends the request before", (options) => isOn(options) && (options.concurrency.queueTimeout ?? 0) > options.timeouts.total);
  if (!site.routes.some((route) => route.class === "submit")) warn("reserve", "no route is of class submit", isOn);
  else if (isChosen(draft, [...path, "concurrency", "reserve"]) && regions.every(({ upstream }) => isOn(upstream) && upstream.concurrency.reserve >= 1)) {
    draft.warn([...path, "concurrency", "reserve"], "risky: it leaves one slot for everybody but submissions");
  } else warn("reserve", "of so few slots it is none", (options) => isOn(options) && options.concurrency.reserve > 0 && Math.floor(mostOf(options) * options.concurrency.reserve) === 0);
}

function mostOf({ concurrency, connections }: UpstreamOptions): number {
  return Math.min(concurrency.max, connections);
}

/** Two calls more or less are no room to find anything out in. */
function isNarrow(options: UpstreamOptions): boolean {
  const most = mostOf(options);
  return most <= 2 || Math.min(options.concurrency.min, most) === most;
}
