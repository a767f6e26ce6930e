import { parseDuration } from "../base/units.ts";
import type { Path } from "../document/yaml-node.ts";
import { regionPaths, sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";

/** Regions: what refers to them exists, and what leads to one of them leads to no other. */
export function checkRegions(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    const regions = regionPaths(draft, site);
    if (regions.size === 0) continue;
    checkKnown(draft, [...site, "defaultRegion"], regions);
    for (const [name, path] of regions) {
      checkFallback(draft, [...path, "fallback"], name, regions);
      checkUpstream(draft, [...path, "upstream"]);
    }
    for (const key of ["taxpayers", "clients"]) checkOwned(draft, [...regions.values()].flatMap((path) => draft.items([...path, key])));
    checkUpstream(draft, [...site, "upstream"]);
  }
}

function checkKnown(draft: Draft, path: Path, regions: ReadonlyMap<string, Path>): void {
  const name = draft.text(path);
  if (name !== null && !regions.has(name)) draft.refuse(path, `one of ${[...regions.keys()].join(", ")}`);
}

function checkFallback(draft: Draft, list: Path, own: string, regions: ReadonlyMap<string, Path>): void {
  const seen = new Set<string>();
  for (const path of draft.items(list)) {
    const name = draft.text(path);
    if (name === own) draft.refuse(path, "another region than the one it stands for");
    else if (name !== null && seen.has(name)) draft.refuse(path, "each region once");
    else checkKnown(draft, path, regions);
    if (name !== null) seen.add(name);
  }
}

/** A taxpayer's prefix or a client's network that stands in two places has two homes. */
function checkOwned(draft: Draft, entries: readonly Path[]): void {
  const lines = new Map<string, number>();
  for (const path of entries) {
    const text = draft.text(path);
    const first = text === null ? undefined : lines.get(text);
    if (first !== undefined) draft.refuse(path, `what no region has yet (line ${first} has this one)`);
    else if (text !== null) lines.set(text, draft.spot(path).line);
  }
}

function checkUpstream(draft: Draft, upstream: Path): void {
  const probe = [...upstream, "health", "path"];
  const connect = [...upstream, "health", "connect"];
  if (draft.has(probe) && draft.value(connect) === false) draft.refuse(connect, "either path or connect: false", "false beside path");
  const backoff = [...upstream, "retry", "backoff"];
  const [first, last] = (draft.text(backoff) ?? "").split("..").map(parseDuration);
  if (typeof first === "number" && typeof last === "number" && first > last) draft.refuse(backoff, "the shorter pause first");
}
