import type { RuleSetOptions } from "../waf/rules/options.ts";
import type { Config } from "./config.ts";
import { isMapping, type Written } from "./merge.ts";
import { redact, writtenForm } from "./normal.ts";
import { REDACTED } from "./secret-places.ts";

/** One difference between two configurations, in written form. */
export interface Change {
  /** Such as `sites[china].regions.beijing.endpoints[0].weight`; entries with names go by them. */
  readonly path: string;
  /** What stood there; null where nothing did. Secrets are left out. */
  readonly before: string | null;
  readonly after: string | null;
  /** True where the running process goes on with the old value until it is started again. */
  readonly needsRestart: boolean;
}

/** What is bound or locked once. Everything else is swapped with a new generation. */
const RESTART = [/^state\.dir$/, /^listeners\[[^\]]*\](?!\.(tls\.(certificates|clientCa|clientCrl)|intercept\.(hosts|authority))$)/, /^admin\.(bind|tls)\b(?!\.certificate$)/, /^health\b/, /^cache\b/, /^journal\b/];

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

/** Compares two configurations; nothing to report is an empty list. `secrets` are those of both loads. */
export function diffConfig(old: Config, next: Config, secrets: readonly string[]): Change[] {
  const changes: Change[] = [];
  compare("", { before: writtenForm(old), after: writtenForm(next) }, secrets, changes);
  for (const file of Object.keys(next.schemas)) if (Object.hasOwn(old.schemas, file)) compare(`schema ${file}`, { before: old.schemas[file], after: next.schemas[file] }, secrets, changes);
  // Rules stand in files of their own, whose names may stay the same.
  if (old.waf.ruleset === next.waf.ruleset) compare("waf.ruleset", { before: byId(old.ruleSets.acting), after: byId(next.ruleSets.acting) }, secrets, changes);
  if (old.waf.trial === next.waf.trial) compare("waf.trial", { before: byId(old.ruleSets.trial), after: byId(next.ruleSets.trial) }, secrets, changes);
  return changes;
}

/** A set as a mapping of its rules. */
function byId(set: RuleSetOptions | null): Written {
  return set === null ? {} : { version: set.name, ...Object.fromEntries(set.rules.map((rule) => [rule.id, rule])) };
}

function compare(path: string, { before, after }: Pair, secrets: readonly string[], changes: Change[]): void {
  if (isMapping(before) && isMapping(after)) compareMappings(path, before, after, secrets, changes);
  else if (hasNames(before) && hasNames(after)) compareNamed(path, before, after, secrets, changes);
  else if (JSON.stringify(before) !== JSON.stringify(after)) changes.push(change(path, { before, after }, secrets));
}

function compareMappings(path: string, before: Written, after: Written, secrets: readonly string[], changes: Change[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(path === "" ? key : `${path}.${key}`, { before: before[key], after: after[key] }, secrets, changes);
  }
}

/** Entries are matched by name; another order is a change of its own, because the first that matches decides. */
function compareNamed(path: string, before: readonly Named[], after: readonly Named[], secrets: readonly string[], changes: Change[]): void {
  const find = (list: readonly Named[], name: string): Named | undefined => list.find((entry) => entry.name === name);
  const names = [...new Set([...before, ...after].map((entry) => entry.name))];
  for (const name of names) compare(`${path}[${name}]`, { before: find(before, name), after: find(after, name) }, secrets, changes);
  const order = (list: readonly Named[], other: readonly Named[]): string => list.map(({ name }) => name).filter((name) => find(other, name) !== undefined).join(", ");
  const [first, second] = [order(before, after), order(after, before)];
  if (first !== second) changes.push({ path: `${path} (order)`, before: first, after: second, needsRestart: false });
}

type Named = Written & { readonly name: string };

function hasNames(value: unknown): value is Named[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isMapping(item) && typeof item["name"] === "string");
}

function change(path: string, { before, after }: Pair, secrets: readonly string[]): Change {
  const show = (value: unknown): string | null => (value === undefined ? null : text(redact(value, secrets, path)));
  return { path, before: show(before), after: show(after), needsRestart: RESTART.some((pattern) => pattern.test(path)) };
}

function text(value: unknown): string {
  return value === REDACTED ? REDACTED : typeof value === "string" ? value : JSON.stringify(value);
}
