import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";
import { sitePaths } from "./check-sites.ts";

/** Names that stand for one thing: unique where they are given, known where they are used. */
export function checkNames(draft: Draft): void {
  checkUnique(draft, ["listeners"]);
  checkUnique(draft, ["admin", "tokens"]);
  checkUnique(draft, ["sites"], "default");
  for (const site of sitePaths(draft)) checkUnique(draft, [...site, "routes"]);
  const known = new Set(draft.keys(["certificates"]));
  for (const path of certificateUses(draft)) checkCertificate(draft, path, known);
}

function checkUnique(draft: Draft, list: Path, byDefault?: string): void {
  const lines = new Map<string, number>();
  for (const item of draft.items(list)) {
    const path = [...item, "name"];
    const name = draft.text(path) ?? (draft.has(path) ? null : (byDefault ?? null));
    const first = name === null ? undefined : lines.get(name);
    if (first !== undefined) draft.refuse(path, `another name (line ${first} has this one)`, draft.has(path) ? draft.show(path) : `"${byDefault}" by default`);
    else if (name !== null) lines.set(name, draft.spot(path).line);
  }
}

/** Leads to every place that names a certificate. */
export function certificateUses(draft: Draft): Path[] {
  const uses: Path[] = [["admin", "tls", "certificate"]];
  for (const listener of draft.items(["listeners"])) uses.push(...draft.items([...listener, "tls", "certificates"]), [...listener, "intercept", "authority"]);
  for (const site of sitePaths(draft)) {
    for (const region of [site, ...draft.keys([...site, "regions"]).map((name) => [...site, "regions", name])]) {
      uses.push([...region, "upstream", "tls", "clientCertificate"]);
    }
  }
  return uses.filter((path) => draft.text(path) !== null);
}

function checkCertificate(draft: Draft, path: Path, known: ReadonlySet<string>): void {
  if (known.has(draft.text(path) ?? "")) return;
  draft.refuse(path, known.size === 0 ? "a name under certificates, which has none" : `one of ${[...known].join(", ")} (under certificates)`);
}
