import { resolve } from "node:path";
import type { Path } from "../document/yaml-node.ts";
import { regionPaths, sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import type { Sources } from "./sources.ts";

/** Certificates, keys and authorities: files that can be read and are PEM. They count as part of the configuration. */
export function checkFiles(draft: Draft, directory: string, sources: Sources): void {
  for (const path of pemPaths(draft)) {
    const text = draft.text(path);
    if (text === null || text === "") continue;
    const read = sources.read(resolve(directory, text));
    if (!read.ok) draft.refuse(path, "a PEM file that can be read", `${draft.show(path)} (${read.reason})`);
    else if (!Buffer.from(read.bytes).includes("-----BEGIN ")) draft.refuse(path, "a PEM file", `${draft.show(path)}, which is none`);
  }
}

function pemPaths(draft: Draft): Path[] {
  const certificates = draft.keys(["certificates"]).flatMap((name) => ["cert", "key"].map((part) => ["certificates", name, "files", part]));
  const clients = draft.items(["listeners"]).map((path) => [...path, "tls", "clientCa"]);
  const owners = sitePaths(draft).flatMap((site) => [site, ...regionPaths(draft, site).values()]);
  return [["cache", "redis", "ca"], ...certificates, ...clients, ...owners.map((path) => [...path, "upstream", "tls", "ca"])];
}
