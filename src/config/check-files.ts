import { resolve } from "node:path";
import { converting, isDer, type DerPart } from "../base/der-file.ts";
import type { Path } from "../document/yaml-node.ts";
import { regionPaths, sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { formatPath } from "./problem.ts";
import type { Sources } from "./sources.ts";

/** Is the PEM file at this place (as {@link formatPath} writes it) passed over, whatever stands in it? */
export type PassOver = (place: string) => boolean;

/** Certificates, keys and authorities: files that can be read and are PEM. They count as part of the configuration. */
export function checkFiles(draft: Draft, directory: string, sources: Sources, passOver: PassOver): void {
  for (const path of pemPaths(draft)) {
    const text = draft.text(path);
    if (text === null || text === "") continue;
    const read = sources.read(resolve(directory, text));
    if (passOver(formatPath(path))) continue;
    if (!read.ok) draft.refuse(path, "a PEM file that can be read", `${draft.show(path)} (${read.reason})`);
    else if (!Buffer.from(read.bytes).includes("-----BEGIN ")) draft.refuse(path, "a PEM file", `${draft.show(path)}, which is ${isDer(read.bytes) ? `DER: ${converting(partOf(path))}` : "none"}`);
  }
}

function partOf(path: Path): DerPart {
  const last = path.at(-1);
  return last === "key" ? "pkey" : last === "clientCrl" ? "crl" : "x509";
}

function pemPaths(draft: Draft): Path[] {
  const certificates = draft.keys(["certificates"]).flatMap((name) => ["cert", "key"].map((part) => ["certificates", name, "files", part]));
  const authorities = draft.keys(["certificates"]).flatMap((name) => {
    const acme: Path = ["certificates", name, "acme"];
    return [acme, ...draft.items([...acme, "fallback"])].map((path) => [...path, "ca"]);
  });
  const clients = draft.items(["listeners"]).flatMap((path) => ["clientCa", "clientCrl"].map((part) => [...path, "tls", part]));
  const owners = sitePaths(draft).flatMap((site) => [site, ...regionPaths(draft, site).values()]);
  return [["cache", "redis", "ca"], ...certificates, ...authorities, ...clients, ...owners.map((path) => [...path, "upstream", "tls", "ca"])];
}
