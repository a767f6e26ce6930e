import { isLoopback } from "../base/cidr.ts";
import { parseBind, type Bind } from "../base/fields.ts";
import type { Path } from "../document/yaml-node.ts";
import { regionPaths, sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";

const DEFAULT_ADMIN = "127.0.0.1:9900";
const DEFAULT_LISTENER = "127.0.0.1:8080";

/** Who can reach what: addresses of their own, no open admin API, no simulated platform in production. */
export function checkExposure(draft: Draft): void {
  checkBinds(draft);
  checkAdmin(draft);
  const listener = draft.items(["listeners"]).find((path) => isOpen(bindAt(draft, [...path, "bind"])));
  const sandbox = draft.value(["sandbox"]);
  if (listener === undefined || (sandbox !== false && sandbox !== undefined)) return;
  for (const path of sandboxEndpoints(draft)) {
    draft.refuse(path, `a real platform, because the listener in line ${draft.spot(listener).line} is not on loopback (or sandbox: true at the top)`);
  }
}

/** Leads to every address of a simulated platform. */
export function sandboxEndpoints(draft: Draft): Path[] {
  const endpoints = sitePaths(draft).flatMap((site) => [...regionPaths(draft, site).values()].flatMap((region) => draft.items([...region, "endpoints"])));
  return endpoints.map((path) => [...path, "url"]).filter((path) => draft.text(path)?.startsWith("sandbox:") === true);
}

/** Is this more than the same machine's own? */
export function isOpen(bind: Bind | null): boolean {
  return bind !== null && !isLoopback(bind.host);
}

/** The address written at a path, or the default; null where it is not one. */
export function bindAt(draft: Draft, path: Path, byDefault = ""): Bind | null {
  return parseBind(draft.text(path) ?? (draft.has(path) ? "" : byDefault));
}

function checkBinds(draft: Draft): void {
  const listeners = draft.has(["listeners"]) ? draft.items(["listeners"]) : [["listeners"]];
  const taken = new Map<string, string>();
  for (const path of [...listeners, ["admin"], ["health"]].map((owner) => [...owner, "bind"])) {
    const byDefault = path[0] === "admin" ? DEFAULT_ADMIN : path[0] === "listeners" && !draft.has(["listeners"]) ? DEFAULT_LISTENER : "";
    const bind = bindAt(draft, path, byDefault);
    if (bind === null || bind.port === 0) continue;
    const key = `${bind.host}:${bind.port}`;
    const owner = taken.get(key);
    if (owner === undefined) taken.set(key, String(path[0]));
    else draft.refuse(path, `an address of its own (${owner} has this one)`, draft.has(path) ? draft.show(path) : `"${byDefault}" by default`);
  }
}

function checkAdmin(draft: Draft): void {
  const path = ["admin", "bind"];
  if (!isOpen(bindAt(draft, path, DEFAULT_ADMIN))) return;
  if (!draft.has(["admin", "tls"])) draft.refuse(path, "an address on loopback, or admin.tls beside it");
  const tokens = draft.value(["admin", "tokens"]);
  if (tokens === undefined || (Array.isArray(tokens) && tokens.length === 0)) {
    draft.refuse(["admin", "tokens"], `at least one token, because admin.bind is not on loopback`, "none");
  }
}
