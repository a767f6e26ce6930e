import { configSchema, type JsonSchema } from "../../src/config/json-schema.ts";

/** The schema of a file with these keys at its top and no others: to compile the whole takes seconds, most of them in garbage collection. */
export function partOfSchema(keys: readonly string[]): JsonSchema {
  const whole = configSchema();
  return { ...whole, properties: Object.fromEntries(Object.entries(whole.properties ?? {}).filter(([key]) => keys.includes(key))) };
}
