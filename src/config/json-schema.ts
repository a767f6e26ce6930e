import { z } from "zod";
import { upstreamOptions } from "../upstream/options.ts";
import { fileOptions, SITE_KEYS } from "./schema.ts";

/** A JSON Schema, as far as this product writes and walks one. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  required?: string[];
  pattern?: string;
  default?: unknown;
  /** Ours: how the value is written (see base/fields.ts); not part of the published schema. */
  unit?: string;
}

/** The form of a file as a JSON Schema (draft 2020-12), for editors. A reference such as `${NAME}` is accepted in any pattern. */
export function configSchema(): JsonSchema {
  const schema = structuredClone(fileSchema());
  published(schema);
  schema["$id"] = "urn:taxgate:configuration:1";
  schema["title"] = "Taxgate configuration, version 1";
  schema.anyOf = [{ required: ["sites"], not: { anyOf: SITE_KEYS.map((key) => ({ required: [key] })) } }, { required: ["regions"] }, { required: ["platform"] }];
  return schema;
}

function published(schema: JsonSchema): void {
  delete schema.unit;
  if (schema.pattern !== undefined) schema.pattern = `(${schema.pattern})|\\$\\{`;
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? []), schema.items, schema.additionalProperties];
  for (const part of parts) if (typeof part === "object") published(part);
}

let known: JsonSchema | null = null;

/** The form of a file as it is walked here: with units, without `${…}`. Made once; not to be changed. */
export function fileSchema(): JsonSchema {
  known ??= makeFileSchema();
  return known;
}

function makeFileSchema(): JsonSchema {
  const schema = z.toJSONSchema(fileOptions, { io: "input" }) as JsonSchema;
  const upstream = z.toJSONSchema(upstreamOptions, { io: "input" }) as JsonSchema;
  delete upstream["$schema"];
  // A region's overrides are merged as written before they are checked, so zod knows them only as a mapping.
  for (const site of [schema, schema.properties?.["sites"]?.items]) {
    const region = site?.properties?.["regions"]?.additionalProperties;
    if (typeof region === "object" && region.properties !== undefined) region.properties["upstream"] = withoutDefaults(structuredClone(upstream));
  }
  return schema;
}

/** What a region leaves out comes from its site, not from a default. */
function withoutDefaults(schema: JsonSchema): JsonSchema {
  delete schema.default;
  for (const part of Object.values(schema.properties ?? {})) withoutDefaults(part);
  return schema;
}

/** Every schema that speaks about a path: several where a value may have several forms, none where nothing is known. */
export function schemasAt(path: readonly (string | number)[], from: JsonSchema = fileSchema()): JsonSchema[] {
  let found = alternatives(from);
  for (const step of path) {
    found = found.flatMap((schema) => {
      const next = typeof step === "number" ? schema.items : (schema.properties?.[step] ?? schema.additionalProperties);
      return typeof next === "object" ? alternatives(next) : [];
    });
  }
  return found;
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : [schema, ...schema.anyOf.flatMap(alternatives)];
}
