import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import { checkRedis } from "./check-redis.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";

/** Why the answers of a class are never cached. */
const NEVER: Readonly<Record<string, string>> = {
  submit: "none: an answer to a submission is never cached",
  inbound: "none: what the platform sends is never answered from a cache",
};
const TAG_PARTS: ReadonlySet<string> = new Set(["{region}", "{taxpayer}", "{route}"]);

/** Caching that would be wrong: what must not be kept, keys that cannot tell answers apart, names that nothing has. */
export function checkCache(draft: Draft): void {
  checkRedis(draft);
  for (const site of sitePaths(draft)) {
    const routes = draft.items([...site, "routes"]);
    const names = routes.map((route) => draft.text([...route, "name"])).filter((name) => name !== null);
    for (const route of routes) if (draft.has([...route, "cache"])) checkRoute(draft, route, names);
  }
}

function checkRoute(draft: Draft, route: Path, names: readonly string[]): void {
  const cache = [...route, "cache"];
  const routeClass = draft.text([...route, "class"]) ?? "";
  const never = NEVER[routeClass];
  if (never !== undefined) draft.refuseKey(cache, never, `cache in class ${routeClass}`);
  checkKey(draft, cache, routeClass);
  for (const one of draft.items([...cache, "invalidateOn"])) checkName(draft, [...one, "route"], names);
  for (const tag of draft.items([...cache, "tags"])) checkTag(draft, tag);
  const encrypt = [...cache, "encrypt"];
  if (draft.value(encrypt) === true && draft.has(["cache", "redis"]) && !draft.has(["cache", "redis", "encryption"])) {
    draft.refuse(encrypt, "false, or keys under cache.redis.encryption");
  }
}

function checkKey(draft: Draft, cache: Path, routeClass: string): void {
  const parts = draft.items([...cache, "key"]);
  for (const [index, path] of parts.entries()) {
    const part = draft.value(path);
    const kind = kindOf(part);
    const earlier = parts.slice(0, index).find((other) => isDeepStrictEqual(draft.value(other), part) || (kind === "query" && kindOf(draft.value(other)) === "query"));
    if (earlier !== undefined) draft.refuse(path, kind === "query" ? `all members in one list (line ${draft.spot(earlier).line} has the first)` : "each part once");
    if (routeClass === "pass" && (kind === "body" || kind === "json")) {
      draft.refuse(kind === "json" ? [...path, "json"] : path, "no part of the body: class pass does not read it");
    }
  }
  const authorized = [...cache, "authorized"];
  if (draft.value(authorized) === true && !parts.some((path) => draft.value(path) === "principal")) {
    draft.refuse(authorized, "false, or principal in the key: one caller's answers are not for another");
  }
}

/** The word of a key part: what it is written as, or the first key of its mapping. */
function kindOf(part: unknown): string {
  if (typeof part === "string") return part;
  return typeof part === "object" && part !== null ? (Object.keys(part)[0] ?? "") : "";
}

function checkName(draft: Draft, path: Path, names: readonly string[]): void {
  const name = draft.text(path);
  if (name !== null && name !== "" && !names.includes(name)) draft.refuse(path, wantedName(name, names, "the name of a route of this site"));
}

function checkTag(draft: Draft, path: Path): void {
  const unknown = draft.text(path)?.match(/\{[^{}]*\}/g)?.find((part) => !TAG_PARTS.has(part));
  if (unknown !== undefined) draft.refuse(path, "no other braces than {region}, {taxpayer} and {route}");
}
