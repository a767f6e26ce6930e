import { dump, DUMP_SCHEMA, realMapTag } from "js-yaml";
import { formatBind, formatBytes, formatDuration, formatRate } from "../base/units-text.ts";
import type { Bind } from "../base/fields.ts";
import type { Rate } from "../base/units.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { RegionOptions } from "../upstream/options.ts";
import type { Config } from "./config.ts";
import { schemasAt, type JsonSchema } from "./json-schema.ts";
import { isMapping, type Written } from "./merge.ts";
import { isSecretPlace, REDACTED, withoutCredentials } from "./secret-places.ts";

/** The written form of a configuration with every default said, units included; loading it gives the same configuration. */
export function writtenForm(config: Config): Record<string, unknown> {
  const { version, stateDir, sites, health, ruleSets: _, schemas: _schemas, ...rest } = config;
  const form = {
    version,
    state: { dir: stateDir },
    ...rest,
    ...(health === null ? {} : { health }),
    sites: sites.map(siteForm),
  };
  const [schema] = schemasAt([]);
  return write(form, schema) as Record<string, unknown>;
}

/** The normal form of a configuration as YAML, for printing: secrets are left out. */
export function normalForm(config: Config, secrets: readonly string[]): string {
  const form = redact(writtenForm(config), secrets) as Written;
  const sites = (form["sites"] as Written[]).map((site, index) => {
    const regions = site["regions"] as Written;
    // Objects move names that are numbers, such as "44", to the front; the order of regions matters.
    return { ...site, regions: new Map(config.sites[index]?.regions.map(({ name }) => [name, regions[name]])) };
  });
  return dump(maps({ ...form, sites }), { lineWidth: 120, noRefs: true, schema: DUMP_SCHEMA.withTags(realMapTag) });
}

/** The same with every mapping as a Map, which the writer keeps in order. */
function maps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maps);
  if (!isMapping(value)) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return new Map(entries.map(([key, part]) => [key, maps(part)]));
}

function siteForm(site: SiteOptions): Record<string, unknown> {
  return { ...site, platform: site.platform?.chosen, regions: Object.fromEntries(site.regions.map(({ name, ...region }: RegionOptions) => [name, region])) };
}

/** Writes a checked value the way its schema wants it written. */
function write(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value === "number" && schema?.unit === "duration") return formatDuration(value);
  if (typeof value === "number" && schema?.unit === "bytes") return formatBytes(value);
  if (schema?.unit === "bind") return formatBind(value as Bind);
  if (schema?.unit === "rate") return formatRate(value as Rate);
  if (typeof value === "string") return escape(value);
  if (Array.isArray(value)) return value.map((item) => write(item, schema?.items));
  if (!isMapping(value)) return value;
  // Of several forms the mapping is meant.
  if (schema?.anyOf !== undefined) return write(value, schema.anyOf.find((form) => form.properties !== undefined));
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const more = schema?.additionalProperties;
    result[key] = write(part, schema?.properties?.[key] ?? (typeof more === "object" ? more : undefined));
  }
  return result;
}

/** A plain `${` is written `$${`. */
function escape(text: string): string {
  return text.replaceAll("${", () => "$${");
}

/**
 * Takes secrets out of a written form that stands at `place`: texts that hold one, hashes, keys, credentials in addresses.
 * Says too little rather than too much.
 */
export function redact(value: unknown, secrets: readonly string[], place = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets, `${place}[]`));
  if (isMapping(value)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redact(part, secrets, `${place}.${name}`)]));
  if (typeof value !== "string") return value;
  const bare = withoutCredentials(value, place);
  // What holds an '@' may reach from the credentials into the host.
  return isSecretPlace(place) || secrets.some((each) => (each.includes("@") ? value : bare).includes(escape(each))) ? REDACTED : bare;
}
