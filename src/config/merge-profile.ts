import type { YamlEntry, YamlMapping, YamlNode, YamlSequence } from "../document/yaml-node.ts";
import type { Profile } from "./profile.ts";

/*
 * Lays a site over the profile that it uses. Nodes keep the places where they stand, so that whatever is wrong is reported
 * in the file that says it.
 */

/** What is for readers of a profile alone. */
const FOR_READERS = "source";
const FOR_READERS_OF_ROUTES: ReadonlySet<string> = new Set(["means", "when"]);

/** A site with everything that its profile gives it; the site's own word counts. `environment` names the regions of a site without any. */
export function mergeProfile(site: YamlMapping, profile: Profile, environment: string): YamlMapping {
  const given = child(profile.root, "site");
  let merged = given?.kind === "mapping" ? bare(given) : emptyAt(site);
  if (!site.entries.has("regions")) merged = withRegions(merged, profile, environment);
  const own = new Map([...site.entries].filter(([key]) => key !== "routes"));
  const laid = over(merged, { ...site, entries: own }) as YamlMapping;
  const routes = mergeRoutes(child(site, "routes"), routesOf(profile, site));
  return { ...laid, at: site.at, entries: new Map([...laid.entries, ["routes", routes]]) };
}

function withRegions(merged: YamlMapping, profile: Profile, environment: string): YamlMapping {
  const regions = child(child(profile.root, "environments"), environment);
  const entry = child(profile.root, "environments")?.kind === "mapping" ? entryOf(child(profile.root, "environments"), environment) : null;
  if (regions?.kind !== "mapping" || entry === null) return merged;
  return { ...merged, entries: new Map([...merged.entries, ["regions", { key: "regions", keyAt: entry.keyAt, value: bare(regions) }]]) };
}

/** The profile's routes that the site's keys let in. */
function routesOf({ root, options }: Profile, site: YamlMapping): YamlMapping[] {
  const list = child(root, "routes");
  const keys = child(site, "keys");
  const has = (key: string): boolean => keys?.kind === "mapping" && keys.entries.has(key);
  const nodes = list?.kind === "sequence" ? list.items : [];
  return nodes.flatMap((node, index) => {
    const when = options.routes[index]?.when;
    if (node.kind !== "mapping" || (when !== undefined && ("key" in when ? !has(when.key) : has(when.noKey)))) return [];
    const entries = new Map([...node.entries].filter(([key]) => !FOR_READERS_OF_ROUTES.has(key)));
    return [bare({ ...node, entries })];
  });
}

/** The site's own come first; one of a profile's name is laid over it, in its place. */
function mergeRoutes(own: YamlNode | null, given: readonly YamlMapping[]): YamlEntry {
  const mine = own?.kind === "sequence" ? own.items : [];
  const names = new Set(given.map(nameOf));
  const first = mine.filter((node) => !names.has(nameOf(node)) || nameOf(node) === null);
  const laid = given.map((route) => mine.filter((node) => nameOf(node) === nameOf(route)).reduce<YamlNode>((below, node) => over(below, node), route));
  const at = own?.at ?? given[0]?.at ?? { line: 1, column: 1 };
  const value: YamlSequence = { kind: "sequence", at, items: [...first, ...laid] };
  return { key: "routes", keyAt: at, value };
}

function nameOf(node: YamlNode): string | null {
  const name = child(node, "name");
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : null;
}

/** Mappings are laid over one another key by key, anything else replaces what was there. */
function over(base: YamlNode, own: YamlNode): YamlNode {
  if (base.kind !== "mapping" || own.kind !== "mapping") return own;
  const entries = new Map(base.entries);
  for (const [key, entry] of own.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? entry : { ...entry, value: over(below.value, entry.value) });
  }
  return { ...own, entries };
}

/** Without what is for readers; new nodes only where something is left out, because values are known by their nodes. */
function bare(mapping: YamlMapping): YamlMapping;
function bare(node: YamlNode): YamlNode;
function bare(node: YamlNode): YamlNode {
  if (node.kind === "scalar") return node;
  if (node.kind === "sequence") return { ...node, items: node.items.map((item) => bare(item)) };
  const kept = [...node.entries].filter(([key]) => key !== FOR_READERS);
  return { ...node, entries: new Map(kept.map(([key, entry]) => [key, { ...entry, value: bare(entry.value) }])) };
}

function child(node: YamlNode | null, key: string): YamlNode | null {
  return entryOf(node, key)?.value ?? null;
}

function entryOf(node: YamlNode | null, key: string): YamlEntry | null {
  return node?.kind === "mapping" ? (node.entries.get(key) ?? null) : null;
}

function emptyAt({ at }: YamlMapping): YamlMapping {
  return { kind: "mapping", at, entries: new Map() };
}
