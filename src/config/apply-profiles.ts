import { resolve } from "node:path";
import type { Path, YamlMapping, YamlNode } from "../document/yaml-node.ts";
import { platformChoice, type PlatformFacts, type ProfileOptions } from "../platforms/options.ts";
import { BUILT_IN_PROFILES, builtInFile, builtInShown } from "./built-in-profiles.ts";
import { mergeProfile } from "./merge-profile.ts";
import { wantedName } from "./nearest.ts";
import { formatPath, type Problem } from "./problem.ts";
import { readProfile, type ProfileReading } from "./profile.ts";
import type { Sources } from "./sources.ts";

/** A document whose sites have what their profiles give them. */
export interface Applied {
  readonly root: YamlNode;
  /** By the path of the site as it is shown. */
  readonly facts: ReadonlyMap<string, PlatformFacts>;
  readonly values: ReadonlyMap<YamlNode, string>;
  /** Sites that lack what their profile would have given them. */
  readonly without: readonly Path[];
  /** What is wrong in profiles. */
  readonly problems: readonly Problem[];
  /** What is wrong with the choice of one. */
  readonly faults: readonly Fault[];
}

interface Fault {
  readonly path: Path;
  readonly want: string;
  readonly got: string;
}

interface Choice {
  readonly name: string;
  readonly environment?: string | undefined;
}

const DEFAULT_ENVIRONMENT = "production";

/** Reads the profiles that sites name and lays the sites over them. `values` are those of the document itself. */
export function applyProfiles(root: YamlNode, values: ReadonlyMap<YamlNode, string>, directory: string, sources: Sources): Applied {
  const known = new Map<string, ProfileReading>();
  const facts = new Map<string, PlatformFacts>();
  const faults: Fault[] = [];
  const without: Path[] = [];
  const whole = applyTo(root, (site, path) => {
    const choice = site.kind === "mapping" ? choiceOf(site, values) : null;
    if (choice === null || site.kind !== "mapping") return site;
    const place = placeOf(choice.name, directory);
    if (place === null) {
      without.push(path);
      const nearest = wantedName(choice.name, BUILT_IN_PROFILES, "one of those that 'taxgate platforms list' names");
      faults.push({ path: [...path, "platform"], want: `a profile (${nearest}), or a file such as ./own.yaml`, got: JSON.stringify(choice.name) });
      return site;
    }
    const reading = known.get(place.file) ?? readProfile(place.file, place.shown, sources);
    known.set(place.file, reading);
    if (!reading.ok) {
      without.push(path);
      return site;
    }
    const { options } = reading.profile;
    const faulty = misfits(site, path, choice, options);
    if (faulty.length > 0) without.push(path);
    faults.push(...faulty);
    const chosen = choice.environment === undefined ? place.chosen : { ...choice, name: place.chosen };
    facts.set(formatPath(path), { name: options.profile, version: options.version, sandbox: options.sandbox ?? null, keys: Object.keys(options.keys), taxNumbers: options.taxNumbers as PlatformFacts["taxNumbers"], credentials: options.credentials, chosen });
    return mergeProfile(site, reading.profile, choice.environment ?? DEFAULT_ENVIRONMENT);
  });
  const profiles = [...known.values()].flatMap((reading) => (reading.ok ? [reading.profile] : []));
  return {
    root: whole, facts, faults, without,
    values: new Map(profiles.flatMap((profile) => [...profile.values])),
    problems: [...known.values()].flatMap((reading) => (reading.ok ? [] : reading.problems)),
  };
}

/** Where a profile stands: `chosen` is how a normal form writes it. Null where no built-in one has this name. */
function placeOf(name: string, directory: string): { readonly file: string; readonly shown: string; readonly chosen: string } | null {
  if (/[/\\]|\.ya?ml$/.test(name)) {
    const file = resolve(directory, name);
    return { file, shown: file, chosen: file };
  }
  return (BUILT_IN_PROFILES as readonly string[]).includes(name) ? { file: builtInFile(name), shown: builtInShown(name), chosen: name } : null;
}

/** What the profile cannot give, and what it cannot do without. */
function misfits(site: YamlMapping, path: Path, { environment }: Choice, options: ProfileOptions): Fault[] {
  const environments = Object.keys(options.environments);
  const missing = missingKeys(site, options).map((name) => ({ path, want: `'${name}' under 'keys': profile '${options.profile}' cannot work without it`, got: "nothing" }));
  if (environment === undefined || environments.includes(environment)) return missing;
  const want = environments.length === 0 ? "no environment: the profile names none, so write 'regions'" : `one of ${environments.join(", ")}`;
  return [{ path: [...path, "platform"], want, got: `environment ${JSON.stringify(environment)}` }, ...missing];
}

/** To every entry of `sites`, or to the top of a file with one platform. */
function applyTo(root: YamlNode, apply: (site: YamlNode, path: Path) => YamlNode): YamlNode {
  if (root.kind !== "mapping") return root;
  const sites = root.entries.get("sites");
  if (sites === undefined) return apply(root, []);
  if (sites.value.kind !== "sequence") return root;
  const items = sites.value.items.map((site, index) => apply(site, ["sites", index]));
  return { ...root, entries: new Map([...root.entries, ["sites", { ...sites, value: { ...sites.value, items } }]]) };
}

/** Null where none is chosen, or its form is wrong, which is reported with the rest of the site. */
function choiceOf(site: YamlMapping, values: ReadonlyMap<YamlNode, string>): Choice | null {
  const node = site.entries.get("platform")?.value;
  if (node === undefined) return null;
  const text = (one: YamlNode | undefined): unknown => (one?.kind === "scalar" ? (values.get(one) ?? one.value) : undefined);
  const written = node.kind === "mapping" ? Object.fromEntries([...node.entries].map(([key, { value }]) => [key, text(value)])) : text(node);
  const choice = platformChoice.safeParse(written);
  if (!choice.success) return null;
  return typeof choice.data === "string" ? { name: choice.data } : choice.data;
}

function missingKeys(site: YamlMapping, options: ProfileOptions): string[] {
  const keys = site.entries.get("keys")?.value;
  return Object.entries(options.keys).filter(([name, { optional }]) => !optional && !(keys?.kind === "mapping" && keys.entries.has(name))).map(([name]) => name);
}
