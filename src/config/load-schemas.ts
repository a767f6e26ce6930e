import { resolve } from "node:path";
import { compileSchema } from "../document/json-schema.ts";
import { readYaml } from "../document/yaml.ts";
import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import { Draft } from "./draft.ts";
import type { Problem } from "./problem.ts";
import type { Sources } from "./sources.ts";

/*
 * Reads the JSON Schemas that `require` names. They count as part of the configuration, and are tried out here, so that what
 * cannot be used is told with its place in the file of the schema.
 */

/** Schemas by their absolute files, or what is wrong in them; what is wrong with naming them is told to the draft. */
export interface LoadedSchemas {
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** See the top of this file. */
export function loadSchemas(draft: Draft, directory: string, sources: Sources): LoadedSchemas {
  const schemas = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const path of schemaPaths(draft)) {
    const name = draft.text(path);
    const file = name === null || name === "" ? null : resolve(directory, name);
    if (file === null || schemas.has(file)) continue;
    const reading = sources.read(file);
    if (!reading.ok) {
      draft.refuse(path, "a file with a JSON Schema that can be read", `${draft.show(path)} (${reading.reason})`);
      continue;
    }
    const { value, faults } = readSchema(reading.bytes, file);
    schemas.set(file, value);
    problems.push(...faults);
  }
  return { schemas: Object.fromEntries(schemas), problems };
}

function schemaPaths(draft: Draft): Path[] {
  const owners = sitePaths(draft).flatMap((site) => [...(site.length === 0 ? [] : [site]), ...draft.items([...site, "routes"])]);
  return owners.map((owner) => [...owner, "waf", "require", "body", "json"]);
}

function readSchema(bytes: Uint8Array, file: string): { readonly value: unknown; readonly faults: readonly Problem[] } {
  const text = Buffer.from(bytes).toString("utf8").replace(/^\ufeff/, "");
  const value = parsed(text);
  // JSON is YAML, whose reader knows where everything stands.
  const draft = new Draft(file, readYaml(text, file).root, new Map(), new Map());
  if (value === undefined) draft.refuse([], "a JSON Schema: JSON", "something else");
  else {
    const compiled = compileSchema(value);
    if (!compiled.ok) for (const { at, want } of compiled.faults) draft.refuse(at, want);
  }
  return { value, faults: draft.problems };
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
