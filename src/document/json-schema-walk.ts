import { compilePattern } from "../base/linear-pattern.ts";
import { JSON_FORMATS } from "./json-formats.ts";

/** Something in a schema that is not taken: where it stands and why, in words that complete "want …". */
export interface SchemaFault {
  readonly at: readonly (string | number)[];
  readonly want: string;
}

type Path = readonly (string | number)[];

/** Below these the keys are names that the schema's author chose, and the values are schemas. */
const NAMING: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"]);
/** What stands below these is data. */
const DATA: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "example"]);
const MOST_LEVELS = 200;

/** Patterns that cannot run in linear time, formats that are not known, references that lead elsewhere, in the order of the file. */
export function faultsOfSchema(schema: unknown): SchemaFault[] {
  const faults: SchemaFault[] = [];
  lookAt(schema, [], faults);
  return faults;
}

function lookAt(schema: unknown, path: Path, faults: SchemaFault[]): void {
  if (path.length > MOST_LEVELS) return void faults.push({ at: path, want: `at most ${MOST_LEVELS} levels` });
  if (Array.isArray(schema)) return schema.forEach((part, index) => lookAt(part, [...path, index], faults));
  if (typeof schema !== "object" || schema === null) return;
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...path, keyword];
    if (DATA.has(keyword)) continue;
    if (keyword === "patternProperties") for (const pattern of Object.keys(value as object)) refusePattern(pattern, [...at, pattern], faults);
    if (NAMING.has(keyword) && typeof value === "object" && value !== null) for (const [name, part] of Object.entries(value)) lookAt(part, [...at, name], faults);
    else if (typeof value === "string") lookAtWord(keyword, value, at, faults);
    else lookAt(value, at, faults);
  }
}

function lookAtWord(keyword: string, value: string, at: Path, faults: SchemaFault[]): void {
  if (keyword === "pattern") refusePattern(value, at, faults);
  if (keyword === "format" && !Object.hasOwn(JSON_FORMATS, value)) faults.push({ at, want: `one of ${Object.keys(JSON_FORMATS).join(", ")}` });
  if ((keyword === "$ref" || keyword === "$dynamicRef") && !value.startsWith("#")) faults.push({ at, want: "a place in the same file such as #/$defs/line: nothing is fetched" });
}

function refusePattern(pattern: string, at: Path, faults: SchemaFault[]): void {
  const reading = compilePattern(pattern);
  if (!reading.ok) faults.push({ at, want: `a pattern that can be used: this one ${reading.why}` });
}
