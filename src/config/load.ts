import { dirname, resolve } from "node:path";
import { readYaml } from "../document/yaml.ts";
import { applyProfiles } from "./apply-profiles.ts";
import { isBuiltInShown } from "./built-in-profiles.ts";
import { buildConfig, checkOverrides } from "./build.ts";
import { checkAllow } from "./check-allow.ts";
import { checkCertificates } from "./check-certificates.ts";
import { checkCache } from "./check-cache.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkExposure } from "./check-exposure.ts";
import { checkFiles, type PassOver } from "./check-files.ts";
import { checkJournal } from "./check-journal.ts";
import { checkKeys, warnOfKeys } from "./check-keys.ts";
import { checkListeners } from "./check-listeners.ts";
import { checkLimits } from "./check-limits.ts";
import { checkNames } from "./check-names.ts";
import { checkPaces } from "./check-pace.ts";
import { checkRegions } from "./check-regions.ts";
import { checkRequests } from "./check-requests.ts";
import { checkSharedLimits } from "./check-shared-limits.ts";
import { checkSites } from "./check-sites.ts";
import { checkLearns } from "./check-learns.ts";
import { checkSubmissions } from "./check-submission.ts";
import type { Config } from "./config.ts";
import { Draft } from "./draft.ts";
import { expandReferences } from "./expand.ts";
import { loadRules } from "./load-rules.ts";
import { loadSchemas } from "./load-schemas.ts";
import { byPosition, formatPath, type Problem } from "./problem.ts";
import { fileOptions } from "./schema.ts";
import { secretsIn, isSecretPlace } from "./secret-places.ts";
import { checkShape } from "./shape.ts";
import { readFromDisk, sourcesOf, type ReadFile, type Sources } from "./sources.ts";
import { warnOfAllow } from "./warn-allow.ts";
import { warnOfAbuse } from "./warn-abuse.ts";
import { warnOfCertificates } from "./warn-certificates.ts";
import { warnOfCache } from "./warn-cache.ts";
import { warnOfConcurrency } from "./warn-concurrency.ts";
import { warnOfCredentials } from "./warn-credentials.ts";
import { warnOfErrors } from "./warn-errors.ts";
import { warnOfJournal } from "./warn-journal.ts";
import { warnOfLimits } from "./warn-limits.ts";
import { warnOfPaces } from "./warn-pace.ts";
import { warnOfRoutes } from "./warn-routes.ts";
import { warnOfSettings } from "./warn-settings.ts";
import { warnOfLearns } from "./warn-learns.ts";
import { warnOfSubmissions } from "./warn-submission.ts";
import { warnOfWaf } from "./warn-waf.ts";

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What every load says, whether it went well or not. */
interface Read {
  /** Everything that was read or asked for, absolute: what to watch. */
  readonly files: readonly string[];
  /** A hash over their contents at the time of reading. */
  readonly fingerprint: string;
}

/** A configuration, or everything that is wrong with the file, in the order of the file. */
export type Loaded =
  | (Read & { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[]; readonly secrets: readonly string[] })
  | (Read & { readonly ok: false; readonly problems: readonly Problem[] });

/** Reads a configuration file with what it refers to. Never throws for what stands in files; `read` is for tests, `passOver` for commands that are to work although a PEM file is broken. */
export function loadConfig(file: string, env: Env, read: ReadFile = readFromDisk, passOver: PassOver = () => false): Loaded {
  const sources = sourcesOf(read);
  const path = resolve(file);
  const reading = sources.read(path);
  if (!reading.ok) return failed(sources, [{ file, line: 1, column: 1, path: "(file)", message: `got ${reading.reason}, want a file that can be read` }]);
  const text = decode(reading.bytes);
  if (text === null) return failed(sources, [{ file, line: 1, column: 1, path: "(file)", message: "got bytes that are not UTF-8, want UTF-8" }]);
  return loadText(file, text, dirname(path), env, sources, passOver);
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Shape and cross checks run in one go, each on what is sound, so that one run names all that is wrong. */
function loadText(file: string, text: string, directory: string, env: Env, sources: Sources, passOver: PassOver): Loaded {
  const { root, faults } = readYaml(text);
  const expansion = root === null ? null : expandReferences(root, directory, env, sources);
  const applied = root === null || expansion === null ? null : applyProfiles(root, expansion.values, directory, sources);
  const draft = new Draft(file, applied?.root ?? null, joined(expansion?.values, applied?.values), expansion?.origins ?? new Map(), applied?.facts);
  for (const fault of faults) {
    if (isSecretPlace(formatPath(fault.path))) draft.refuse(fault.path, "a text in quotes", "something else", fault.at);
    else draft.refuse(fault.path, fault.want, fault.got, fault.at);
  }
  for (const fault of [...(expansion?.faults ?? []), ...(applied?.faults ?? [])]) draft.refuse(fault.path, fault.want, fault.got);
  for (const path of applied?.without ?? []) for (const key of ["regions", "routes"]) draft.pardon([...path, key]);
  if (root === null) draft.refuse([], "version: 1 and at least one region", "an empty file");
  else checkAll(draft, directory, sources, passOver);
  const rules = loadRules(draft, directory, sources);
  const schemas = loadSchemas(draft, directory, sources);
  const problems = [...draft.problems, ...(applied?.problems ?? []), ...rules.problems, ...schemas.problems];
  if (problems.length > 0 || rules.sets === null) return failed(sources, problems);

  const config = buildConfig(draft, directory, rules.sets, schemas.schemas);
  warnOfRoutes(draft, config);
  warnOfSettings(draft, config);
  warnOfPaces(draft, config);
  warnOfLimits(draft, config);
  warnOfConcurrency(draft, config);
  warnOfCache(draft, config);
  warnOfJournal(draft, config);
  warnOfSubmissions(draft, config);
  warnOfLearns(draft, config);
  warnOfErrors(draft, config);
  warnOfWaf(draft, config);
  warnOfAbuse(draft, config);
  warnOfAllow(draft, config);
  warnOfCertificates(draft, config);
  warnOfKeys(draft);
  warnOfCredentials(draft, config);
  return { ok: true, config, warnings: draft.warnings.filter(({ file: where }) => !isBuiltInShown(where)).toSorted(byPosition), secrets: [...(expansion?.secrets ?? []), ...secretsIn(draft)], files: sources.files(), fingerprint: sources.fingerprint() };
}

function joined<K, V>(...maps: readonly (ReadonlyMap<K, V> | undefined)[]): ReadonlyMap<K, V> {
  return new Map(maps.flatMap((map) => [...(map ?? [])]));
}

function checkAll(draft: Draft, directory: string, sources: Sources, passOver: PassOver): void {
  checkShape(draft, fileOptions, draft.value());
  checkOverrides(draft);
  checkSites(draft);
  checkNames(draft);
  checkRegions(draft);
  checkExposure(draft);
  checkListeners(draft);
  checkCertificates(draft);
  checkRequests(draft);
  checkCache(draft);
  checkJournal(draft, directory);
  checkSubmissions(draft);
  checkLearns(draft);
  checkPaces(draft);
  checkLimits(draft);
  checkSharedLimits(draft);
  checkAllow(draft);
  checkKeys(draft);
  checkCredentials(draft);
  checkFiles(draft, directory, sources, passOver);
}

function failed(sources: Sources, problems: Problem[]): Loaded {
  return { ok: false, problems: problems.toSorted(byPosition), files: sources.files(), fingerprint: sources.fingerprint() };
}
