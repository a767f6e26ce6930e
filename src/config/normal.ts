import { dump } from "js-yaml";
import { formatBind, formatBytes, formatDuration } from "../base/units-text.ts";
import type { Bind } from "../base/fields.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { RegionOptions } from "../upstream/options.ts";
import type { Config } from "./config.ts";
import { schemasAt, type JsonSchema } from "./json-schema.ts";
import { isMapping } from "./merge.ts";

/** Stands where a value came from the environment or a file, and for hashes of tokens. */
export const REDACTED = "(redacted)";

/** The written form of a configuration with every default said, units included; loading it gives the same configuration. */
export function writtenForm(config: Config): Record<string, unknown> {
  const { version, stateDir, sites, health, ...rest } = config;
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
  return dump(redact(writtenForm(config), secrets), { lineWidth: 120, noRefs: true });
}

function siteForm(site: SiteOptions): Record<string, unknown> {
  return { ...site, regions: Object.fromEntries(site.regions.map(({ name, ...region }: RegionOptions) => [name, region])) };
}

/** Writes a checked value the way its schema wants it written. */
function write(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value === "number" && schema?.unit === "duration") return formatDuration(value);
  if (typeof value === "number" && schema?.unit === "bytes") return formatBytes(value);
  if (schema?.unit === "bind") return formatBind(value as Bind);
  if (Array.isArray(value)) return value.map((item) => write(item, schema?.items));
  if (!isMapping(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const more = schema?.additionalProperties;
    result[key] = write(part, schema?.properties?.[key] ?? (typeof more === "object" ? more : undefined));
  }
  return result;
}

/** Takes secrets out of a written form: texts that hold one, and hashes. Says too little rather than too much. */
export function redact(value: unknown, secrets: readonly string[], key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets, key));
  if (isMapping(value)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redact(part, secrets, name)]));
  const secret = (key === "hash" && typeof value === "string") || (typeof value === "string" && secrets.some((each) => value.includes(each)));
  return secret ? REDACTED : value;
}
