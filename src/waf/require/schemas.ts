import { isDeepStrictEqual } from "node:util";
import { compileSchema, type SchemaCheck } from "../../document/json-schema.ts";

interface KnownSchema {
  readonly schema: unknown;
  readonly check: SchemaCheck;
}

/** Compiles schemas by their files; what stays the same is not compiled again. */
export function createSchemas(): (contents: Readonly<Record<string, unknown>>) => (file: string) => SchemaCheck {
  let known = new Map<string, KnownSchema>();
  return (contents) => {
    known = new Map(Object.entries(contents).map(([file, schema]) => [file, again(known.get(file), schema) ?? { schema, check: compiled(file, schema) }]));
    const now = known;
    return (file) => {
      const found = now.get(file);
      if (found === undefined) throw new Error(`find schema ${file}: it was not read`);
      return found.check;
    };
  };
}

function again(before: KnownSchema | undefined, schema: unknown): KnownSchema | undefined {
  return before !== undefined && isDeepStrictEqual(before.schema, schema) ? before : undefined;
}

function compiled(file: string, schema: unknown): SchemaCheck {
  const made = compileSchema(schema);
  // It was compiled when the configuration was read.
  if (!made.ok) throw new Error(`compile schema ${file}: ${made.faults[0]?.want ?? ""}`);
  return made.check;
}
