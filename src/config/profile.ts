import { dirname } from "node:path";
import { z } from "zod";
import { readYaml } from "../document/yaml.ts";
import type { YamlMapping, YamlNode } from "../document/yaml-node.ts";
import { profileOptions, type ProfileOptions } from "../platforms/options.ts";
import { Draft } from "./draft.ts";
import { TAX_NUMBER_FORMATS } from "../waf/allow/options.ts";
import { expandReferences } from "./expand.ts";
import type { JsonSchema } from "./json-schema.ts";
import { wantedName } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { SITE_KEYS } from "./schema.ts";
import { checkShape } from "./shape.ts";
import type { Sources } from "./sources.ts";

/*
 * Reads a profile and checks what it says of itself. What it gives to a site is checked with the site.
 */

/** A profile that was read. */
export interface Profile {
  readonly options: ProfileOptions;
  readonly root: YamlMapping;
  /** As of {@link expandReferences}: what `$${` stands for. */
  readonly values: ReadonlyMap<YamlNode, string>;
}

/** A profile, or everything that is wrong with its file. */
export type ProfileReading = { readonly ok: true; readonly profile: Profile } | { readonly ok: false; readonly problems: readonly Problem[] };

/** What a profile may not say for a site: it is the administrator's. */
const SITES_OWN: ReadonlySet<string> = new Set(["name", "hosts", "platform", "keys", "credentials", "regions", "routes"]);
const WAF_OF_SITE = ["mode", "threshold", "share", "allow"];
const IDENTITY_OF_SITE = ["trustedProxies", "entitled"];
const IN_PROFILES = SITE_KEYS.filter((key) => !SITES_OWN.has(key));

/** A profile comes from somebody else, and names the servers that requests go to: it reads nothing of this machine. */
const NO_REFERENCE = "no reference: what is secret, or this machine's own, the site gives; $${ for the characters themselves";
const NOTHING_SET = {};
const NOTHING_READ: Sources = { read: () => ({ ok: false, reason: "not read" }), files: () => [], fingerprint: () => "" };

let form: JsonSchema | null = null;

/** Reads the profile in `file`; `shown` is its name in messages. References stand for nothing in it. */
export function readProfile(file: string, shown: string, sources: Sources): ProfileReading {
  const reading = sources.read(file);
  if (!reading.ok) return { ok: false, problems: [{ file: shown, line: 1, column: 1, path: "(file)", message: `got ${reading.reason}, want a profile that can be read` }] };
  const { root, faults } = readYaml(Buffer.from(reading.bytes).toString("utf8"), shown);
  const expansion = root === null ? null : expandReferences(root, dirname(file), NOTHING_SET, NOTHING_READ);
  const draft = new Draft(shown, root, expansion?.values ?? new Map(), expansion?.origins ?? new Map());
  for (const { path, want, got, at } of faults) draft.refuse(path, want, got, at);
  for (const { path, got } of expansion?.faults ?? []) draft.refuse(path, NO_REFERENCE, /^\$\{[^}]*\}?/.exec(got)?.[0] ?? got);
  if (root?.kind !== "mapping") draft.refuse([], "a profile: profile, version, title, sources, routes", root === null ? "an empty file" : "something else");
  form ??= z.toJSONSchema(profileOptions, { io: "input" }) as JsonSchema;
  const options = checkShape(draft, profileOptions, draft.value(), [], () => true, form);
  if (options !== null) checkProfile(draft, options);
  if (options === null || draft.problems.length > 0 || root?.kind !== "mapping" || expansion === null) return { ok: false, problems: draft.problems };
  return { ok: true, profile: { options, root, values: expansion.values } };
}

/** What is right key by key, and wrong together: unknown sources, facts without a source, keys that nothing declares. */
function checkProfile(draft: Draft, options: ProfileOptions): void {
  for (const key of draft.keys(["site"])) {
    if (!IN_PROFILES.includes(key)) draft.refuseKey(["site", key], wantedName(key, IN_PROFILES, "a key of a site that a profile may give"), `the key ${JSON.stringify(key)}`);
  }
  for (const key of IDENTITY_OF_SITE) if (draft.has(["site", "identity", key])) draft.refuseKey(["site", "identity", key], "a key that a profile may give: whom a site trusts is the administrator's", `the key ${JSON.stringify(key)}`);
  const names = new Set<string>();
  for (const [index, route] of options.routes.entries()) {
    for (const key of WAF_OF_SITE) if (draft.has(["routes", index, "waf", key])) draft.refuseKey(["routes", index, "waf", key], "a key that a profile may give: how strict the firewall is and whom it lets in, the administrator says", `the key ${JSON.stringify(key)}`);
    const schema = ["routes", index, "waf", "require", "body", "json"];
    if (draft.has(schema)) draft.refuseKey(schema, "a key that a profile may give: files of this machine are the administrator's", `the key "json"`);
    if (names.has(route.name)) draft.refuse(["routes", index, "name"], "a name that no other route has");
    names.add(route.name);
    const key = route.when === undefined ? null : "key" in route.when ? route.when.key : route.when.noKey;
    if (key !== null && !Object.hasOwn(options.keys, key)) draft.refuse(["routes", index, "when"], `a key that stands under 'keys'`, `'${key}'`);
    if (options.source === undefined && !draft.has(["routes", index, "source"])) draft.refuse(["routes", index, "source"], "where this is known from: a name under 'sources', here or at the top", "nothing");
  }
  for (const [index, format] of options.taxNumbers.entries()) {
    if (!(TAX_NUMBER_FORMATS as readonly string[]).includes(format)) draft.refuse(["taxNumbers", index], wantedName(format, TAX_NUMBER_FORMATS, `one of ${TAX_NUMBER_FORMATS.join(", ")}`));
  }
  checkSources(draft, [], Object.keys(options.sources));
  checkKeyNames(draft, [], Object.keys(options.keys));
}

/** A step that decrypts names a key that the profile declares, so that a site is told what it has to give. */
function checkKeyNames(draft: Draft, path: readonly (string | number)[], known: readonly string[]): void {
  for (const item of draft.items(path)) checkKeyNames(draft, item, known);
  for (const key of draft.keys(path)) {
    const at = [...path, key];
    const name = key === "sm4-ecb" ? draft.text(at) : null;
    if (name !== null && !known.includes(name)) draft.refuse(at, wantedName(name, known, "a key that stands under the profile's 'keys'"));
    checkKeyNames(draft, at, known);
  }
}

function checkSources(draft: Draft, path: readonly (string | number)[], known: readonly string[]): void {
  for (const item of draft.items(path)) checkSources(draft, item, known);
  for (const key of draft.keys(path)) {
    const at = [...path, key];
    if (key !== "source") checkSources(draft, at, known);
    else for (const one of draft.items(at).length > 0 ? draft.items(at) : [at]) refuseUnknown(draft, one, known);
  }
}

function refuseUnknown(draft: Draft, at: readonly (string | number)[], known: readonly string[]): void {
  const text = draft.text(at);
  if (text === null) draft.refuse(at, "a name under 'sources', or a list of them");
  else if (!known.includes(text)) draft.refuse(at, wantedName(text, known, "a name under 'sources'"));
}
