import { createRequire } from "node:module";
import type { Ajv, AnySchemaObject, Options } from "ajv";
import { compilePattern } from "../base/linear-pattern.ts";
import { JSON_FORMATS } from "./json-formats.ts";
import { faultsOfSchema, type SchemaFault } from "./json-schema-walk.ts";

/*
 * JSON Schemas of an administrator (draft 2020-12, or draft 07 where `$schema` says so), which run on what a stranger sends: so
 * patterns and formats take linear time, items are compared in linear time, and nothing is fetched.
 */

/** The first rule that a value breaks: a JSON pointer into it, and the keyword with what the schema says there. Never a value. */
export interface SchemaBreach {
  readonly at: string;
  readonly rule: string;
}

/** A schema that can be used. The value must not be nested deeper than a few hundred levels. */
export type SchemaCheck = (value: unknown) => SchemaBreach | null;

/** A compiled schema, or all that is wrong with it. */
export type CompiledSchema = { readonly ok: true; readonly check: SchemaCheck } | { readonly ok: false; readonly faults: readonly SchemaFault[] };

const DRAFTS_WANTED = "https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema";
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

const linearEngine = Object.assign(
  (source: string) => {
    const reading = compilePattern(source);
    if (!reading.ok) throw new Error(`a pattern that ${reading.why}`);
    // Compiled patterns are known by their text.
    return { test: reading.pattern.test, toString: () => `/${source}/` };
  },
  { code: "linearEngine" },
);

const OPTIONS: Options = {
  strict: true,
  // What other validators take without a word; unknown keywords are still refused, because they would check nothing.
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  ownProperties: true,
  messages: false,
  logger: false,
  formats: { ...JSON_FORMATS },
  code: { regExp: linearEngine },
};

/** Loaded where there is a schema: it would take an eighth of the time in which a configuration without any is read. */
const load = createRequire(import.meta.url);

function validator(isDraft07: boolean): Ajv {
  if (isDraft07) return new (load("ajv") as typeof import("ajv")).Ajv(OPTIONS);
  return new (load("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js")).Ajv2020(OPTIONS);
}

/** Compiles a schema. Never throws for what a schema says. */
export function compileSchema(schema: unknown): CompiledSchema {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return refused([], "a JSON Schema: an object");
  const draft = (schema as { readonly $schema?: unknown }).$schema;
  if (draft !== undefined && !(typeof draft === "string" && (DRAFT_07.test(draft) || DRAFT_2020.test(draft)))) return refused(["$schema"], DRAFTS_WANTED);
  const ajv = validator(typeof draft === "string" && DRAFT_07.test(draft));
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: (isWanted: boolean, items: readonly unknown[]) => !isWanted || areUnique(items) });
  // Says something to people alone.
  ajv.addVocabulary(["example"]);
  const faults = faultsOfSchema(schema);
  return faults.length > 0 ? { ok: false, faults } : compileWith(ajv, schema);
}

function compileWith(ajv: Ajv, schema: AnySchemaObject): CompiledSchema {
  try {
    if (ajv.validateSchema(schema) !== true) {
      const at = pathOf(ajv.errors?.[0]?.instancePath ?? "");
      return refused(at, `what a JSON Schema may say there (${ajv.errors?.[0]?.keyword ?? "form"})`);
    }
    const validate = ajv.compile(schema);
    return {
      ok: true,
      check(value) {
        if (validate(value) === true) return null;
        // The last one is the outermost where several alternatives failed.
        const error = validate.errors?.at(-1);
        const missing = (error?.params as { readonly missingProperty?: string } | undefined)?.missingProperty;
        return { at: error?.instancePath ?? "", rule: missing === undefined ? (error?.keyword ?? "schema") : `${error?.keyword ?? "required"} '${missing}'` };
      },
    };
  } catch (fault) {
    return refused([], `a schema that can be compiled (${(fault as Error).message.replaceAll(/\s+/g, " ").slice(0, 200)})`);
  }
}

function refused(at: readonly (string | number)[], want: string): CompiledSchema {
  return { ok: false, faults: [{ at, want }] };
}

function pathOf(pointer: string): string[] {
  return pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** In linear time, where comparing all pairs would take a stranger's list of a hundred thousand for minutes. */
function areUnique(items: readonly unknown[]): boolean {
  return new Set(items.map(canonicalText)).size === items.length;
}

/** The same text for values that are equal as JSON: members in order of their names. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value).toSorted().map((name) => `${JSON.stringify(name)}:${canonicalText((value as Record<string, unknown>)[name])}`);
  return `{${members.join(",")}}`;
}
