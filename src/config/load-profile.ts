import { dirname, join, resolve } from "node:path";
import type { SiteOptions } from "../pipeline/options.ts";
import type { ProfileOptions } from "../platforms/options.ts";
import { BUILT_IN_PROFILES, builtInFile } from "./built-in-profiles.ts";
import { loadConfig, type Env } from "./load.ts";
import { byPosition, formatProblem, type Problem } from "./problem.ts";
import { readProfile } from "./profile.ts";
import { readFromDisk, sourcesOf, type ReadFile } from "./sources.ts";

/** A profile and the sites that it makes, or everything that is wrong with its file. */
export type LoadedProfile =
  | {
      readonly ok: true;
      readonly profile: ProfileOptions;
      /** A site that gives it all its keys. */
      readonly site: SiteOptions;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const SITE_FILE = "(a site that uses it)";
/** Stands for a secret; nothing is ever encrypted with it. */
const SOME_KEY = "00".repeat(16);

/** Reads a profile by its name or its file, and checks it as part of a site: with all its keys, and with those that it needs alone. */
export function loadProfile(nameOrFile: string, env: Env, read: ReadFile = readFromDisk): LoadedProfile {
  const builtIn = (BUILT_IN_PROFILES as readonly string[]).includes(nameOrFile);
  const file = builtIn ? builtInFile(nameOrFile) : resolve(nameOrFile);
  const reading = readProfile(file, builtIn ? `${nameOrFile}.yaml` : nameOrFile, sourcesOf(read));
  if (!reading.ok) return { ok: false, problems: reading.problems };
  const { options } = reading.profile;
  const names = Object.keys(options.keys);
  const needed = names.filter((name) => options.keys[name]?.optional !== true);
  const loads = [names, ...(needed.length < names.length ? [needed] : [])].map((keys) => loadSite(file, keys, options, env, read));
  const problems = loads.flatMap((loaded) => (loaded.ok ? [] : loaded.problems)).map((problem) => ({ ...problem, file: problem.file === file ? nameOrFile : problem.file }));
  const [first] = loads;
  const site = first?.ok === true ? first.config.sites[0] : undefined;
  if (problems.length > 0 || site === undefined) return { ok: false, problems: distinct(problems) };
  return { ok: true, profile: options, site, warnings: distinct(loads.flatMap((loaded) => (loaded.ok ? loaded.warnings : []))) };
}

/** A smallest site with the profile, as if it stood in a file beside it. */
function loadSite(file: string, keys: readonly string[], options: ProfileOptions, env: Env, read: ReadFile) {
  const path = join(dirname(file), SITE_FILE);
  const regions = options.environments["production"] === undefined ? { regions: { home: { endpoints: [{ url: "https://tax.example" }] } } } : {};
  const given = keys.length === 0 ? {} : { keys: Object.fromEntries(keys.map((name) => [name, SOME_KEY])) };
  const text = JSON.stringify({ version: 1, platform: file, ...given, ...regions });
  return loadConfig(path, env, (asked) => (asked === path ? { ok: true, bytes: Buffer.from(text) } : read(asked)));
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()].toSorted(byPosition);
}
